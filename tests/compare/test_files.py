import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from harness.compare.files import compare_recordings
from harness.compare.result import PairedComparison
from harness.errors import ComparisonError, DataError
from harness.report.comparison import comparison_text


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def compared(folder: Path, a: list[dict[str, Any]], b: list[dict[str, Any]], **more: Any) -> PairedComparison:
    files = write(folder / "a.jsonl", a), write(folder / "b.jsonl", b)
    return compare_recordings(*files, np.random.default_rng(0), **more)


def scored(scores: list[Any], **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"i{i}", "score": score, **more} for i, score in enumerate(scores)]


def outcomes(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[int], list[int]]:
    return (
        [1] * both + [1] * only_a + [0] * only_b + [0] * neither,
        [1] * both + [0] * only_a + [1] * only_b + [0] * neither,
    )


def test_scores_of_0_and_1_are_a_proportion_with_tangos_interval_and_mcnemars_p(tmp_path: Path) -> None:
    a, b = outcomes(60, 40, 20, 40)
    found = compared(tmp_path, scored(a), scored(b))
    assert found.metric == "proportion"
    assert found.table is not None
    assert (found.table.both_right, found.table.only_a, found.table.only_b, found.table.both_wrong) == (60, 40, 20, 40)
    # R PropCIs, diffpropci.mp(b=40, c=20, n=160)
    assert (found.difference.low, found.difference.high) == pytest.approx((0.03086, 0.21806), abs=1e-4)
    assert found.tests[0].p_value == pytest.approx(mcnemar([[60, 40], [20, 40]], exact=True).pvalue)
    assert len(found.flips) == 60


def test_other_numbers_are_a_mean(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(3, 1, 50)
    found = compared(tmp_path, scored(a.tolist()), scored((a - 0.5 + rng.normal(0, 0.1, 50)).tolist()))
    assert found.metric == "mean score"
    assert found.table is None
    assert found.difference.method == "paired t"
    assert found.claimed.a_better


def test_answers_are_scored_against_targets(tmp_path: Path) -> None:
    a = [{"id": i, "answer": "x", "target": t} for i, t in enumerate("xxy")]
    b = [{"id": i, "answer": "y", "target": t} for i, t in enumerate("xxy")]
    found = compared(tmp_path, a, b)
    assert found.difference.difference == pytest.approx(1 / 3)


def test_an_error_counts_as_wrong_in_a_proportion_and_the_comparison_says_what_it_would_be_without(
    tmp_path: Path,
) -> None:
    a = scored([1] * 60)
    b = [{"id": f"i{i}", "error": "timeout"} if i < 20 else {"id": f"i{i}", "score": 1} for i in range(60)]
    found = compared(tmp_path, a, b, margin=0.05)
    assert found.difference.difference == pytest.approx(1 / 3)
    assert found.failed == (0, 20)
    assert found.without_failed is not None
    assert found.without_failed.difference == 0
    assert found.without_failed.n == 40


def test_errors_that_change_no_claim_are_counted_and_no_more(tmp_path: Path) -> None:
    a, b = outcomes(10, 90, 5, 5)
    lines = scored(b)
    lines[-1] = {"id": lines[-1]["id"], "error": "timeout"}
    found = compared(tmp_path, scored(a), lines)
    assert found.without_failed is None
    assert "Failed and unparseable answers: 0 of a, 1 of b." in comparison_text(found)


def test_an_error_has_no_score_in_a_mean_and_is_counted(tmp_path: Path) -> None:
    a = scored([0.5, 2.0, 3.0])
    b = [{"id": "i0", "error": "x"}, *scored([0.5, 1.0, 3.5])[1:]]
    found = compared(tmp_path, a, b)
    assert (found.n, found.unscored) == (2, 1)


def test_groups_of_either_recording_make_the_test_a_clustered_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    a, b = (rng.integers(0, 2, 100).tolist() for _ in range(2))
    grouped = [{**line, "group": f"g{i // 4}"} for i, line in enumerate(scored(a))]
    found = compared(tmp_path, grouped, scored(b))
    assert found.groups == 25
    assert "clustered" in found.difference.method


def test_seeds_are_resampled_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    a = [line for s in (1, 2, 3) for line in scored(rng.integers(0, 2, 40).tolist(), seed=s)]
    found = compared(tmp_path, a, scored(rng.integers(0, 2, 40).tolist()))
    assert found.difference.method == "items and seeds resampled crossed"
    assert found.table is None
    assert found.n == 40


def test_a_csv_is_read_too(tmp_path: Path) -> None:
    a = tmp_path / "a.csv"
    a.write_text("id,score\n1,1\n2,0\n3,true\n")
    b = write(tmp_path / "b.jsonl", [{"id": i, "score": 0} for i in (1, 2, 3)])
    assert compare_recordings(a, b, np.random.default_rng(0)).difference.difference == pytest.approx(2 / 3)


def test_a_csv_and_a_jsonl_of_the_same_items_are_the_same_content(tmp_path: Path) -> None:
    a = tmp_path / "a.csv"
    a.write_text("id,score,target,input\n1,1,1,true\n2,0,2.50,007\n3,1,,1e2\n")
    rows: list[tuple[Any, Any]] = [(1, True), (2.5, "007"), (None, 100)]
    lines = [{"id": i, "score": 0, "target": t, "input": x} for i, (t, x) in enumerate(rows, 1)]
    assert compare_recordings(a, write(tmp_path / "b.jsonl", lines), np.random.default_rng(0)).n == 3
    lines[1]["input"] = 7
    with pytest.raises(ComparisonError, match="'2'"):
        compare_recordings(a, write(tmp_path / "b.jsonl", lines), np.random.default_rng(0))


def test_a_csv_with_semicolons_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    a = tmp_path / "a.csv"
    a.write_text("id;score\n1;1\n")
    with pytest.raises(DataError, match=r"a\.csv:1: .*semicolons.*expected commas"):
        compare_recordings(a, a, np.random.default_rng(0))


def test_scores_too_large_to_compute_with_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"1e\+308.*at most 1e\+100"):
        compared(tmp_path, scored([1e308, -1e308]), scored([0.5, 1]))


def test_all_scores_equal_give_an_interval_still(tmp_path: Path) -> None:
    for scores in ([1] * 30, [0.4] * 30):
        found = compared(tmp_path, scored(scores), scored(scores))
        assert found.difference.difference == 0
        # Nothing bounds scores that are no proportion: no interval is finite, and nothing is claimed.
        assert np.isfinite([found.difference.low, found.difference.high]).all() == (scores[0] == 1)
        assert found.difference.low <= 0 <= found.difference.high
        assert found.difference.p_value == 1
        assert not found.claimed.equivalent
        assert found.flips == ()
    found = compared(tmp_path, scored([1] * 30), scored([0] * 30))
    assert 0.5 < found.difference.low < 1 == found.difference.high


def test_items_of_one_alone_are_counted_and_left_out(tmp_path: Path) -> None:
    found = compared(tmp_path, scored([1, 0, 1]), scored([1, 0, 1, 1, 0]))
    assert (found.n, found.others) == (3, 2)


def test_no_item_in_common_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="no item in common"):
        compared(tmp_path, [{"id": "a", "score": 1}], [{"id": "b", "score": 1}])


@pytest.mark.parametrize("column", ["input", "target", "hash"])
def test_items_that_differ_under_one_id_are_refused_and_named(tmp_path: Path, column: str) -> None:
    a, b = scored([1, 0], **{column: "this"}), scored([1, 0], **{column: "this"})
    b[1][column] = "that"
    with pytest.raises(ComparisonError, match=r"1 item differs in content.*'i1'"):
        compared(tmp_path, a, b)


def test_a_column_that_one_lacks_tells_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, scored([1, 0], input="this"), scored([1, 0])).n == 2


def test_a_single_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="one group"):
        compared(tmp_path, scored([1, 0, 1], group="g"), scored([1, 1, 1]))


def test_two_groups_of_one_item_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="of group 'h' here"):
        compared(tmp_path, scored([1, 0], group="g"), scored([1, 0], group="h"))


def test_an_item_twice_is_refused_and_named_and_dedupe_keeps_the_first(tmp_path: Path) -> None:
    a = [*scored([1, 0]), {"id": "i1", "score": 1}]
    with pytest.raises(DataError, match=r"recorded more than once: 'i1'.*--dedupe"):
        compared(tmp_path, a, scored([1, 0]))
    assert compared(tmp_path, a, scored([1, 0]), dedupe=True).difference.difference == 0


def test_an_item_once_under_each_seed_is_not_twice(tmp_path: Path) -> None:
    assert compared(tmp_path, [*scored([1, 0], seed=1), *scored([1, 0], seed=2)], scored([1, 0])).n == 2


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows"):
        compared(tmp_path, [], scored([1]))


def test_a_score_outside_the_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="outside the range of accuracy, 0 to 1"):
        compared(tmp_path, scored([1, 7]), scored([1, 0]), metric="accuracy")


@pytest.mark.parametrize("score", ["good", "nan", [1]])
def test_a_score_that_is_no_number_is_refused_with_its_line(tmp_path: Path, score: Any) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:2: score"):
        compared(tmp_path, scored([1, score]), scored([1, 0]))


def test_a_file_without_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs 'score', or 'answer' and 'target'"):
        compared(tmp_path, [{"id": 1, "answer": "x"}], scored([1]))


def test_a_line_without_an_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:1: no 'id'"):
        compared(tmp_path, [{"score": 1}], scored([1]))


def test_flips_show_the_answers_of_the_files(tmp_path: Path) -> None:
    a, b = ([{"id": i, "answer": said if i else "x", "target": "x"} for i in range(9)] for said in "xy")
    flip = compared(tmp_path, a, b).flips[0]
    assert (flip.expected, flip.said) == ("x", ("x", "y"))


def test_a_negative_margin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="margin"):
        compared(tmp_path, scored([1, 0]), scored([1, 0]), margin=-0.1)


def test_the_same_files_give_the_same_result(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    a, b = ([{**x, "group": f"g{i // 3}"} for i, x in enumerate(scored(rng.random(60).tolist()))] for _ in range(2))
    assert compared(tmp_path, a, b) == compared(tmp_path, a, b)
