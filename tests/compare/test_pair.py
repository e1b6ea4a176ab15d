import json
import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from scipy import stats

from harness.compare.claims import claims_of
from harness.compare.pair import compare_contenders
from harness.compare.power import Spread, _needed
from harness.compare.result import Contender, PairedComparison
from harness.errors import ComparisonError, UnknownNameError
from harness.metrics.metric import Metric
from harness.report.comparison import answer, comparison_json, comparison_text
from harness.run.options import Options
from harness.scores import Column, Scores
from harness.stats.interval import Interval
from tests.projects import recorded_project

ACCURACY = Metric("accuracy", lambda _, answer: answer, failed=lambda _: 0)


def scored(right: Any) -> Scores:
    """One run that is right or wrong on each item."""
    n = len(right)
    none = np.zeros(n, dtype=bool)
    ids = [f"i{i}" for i in range(n)]
    return Scores(ids, ids, [None] * n, {"accuracy": Column([0, 1], np.asarray(right, dtype=np.int64))}, none, none)


def opened(root: Path, **more: Any) -> Any:
    """Of 200 items a is right on 180 and b on 150, 140 of them both."""
    a = [i < 180 for i in range(200)]
    b = [40 <= i < 180 or i >= 190 for i in range(200)]
    project = recorded_project(root, {"a": a, "b": b}, rungs={"b": "rag"}, margin=0.05, **more)
    project.run("t", (), Options(latency=False))
    return project


def test_a_tasks_candidates_are_compared_in_its_primary_metric_at_its_margin(tmp_path: Path) -> None:
    found = opened(tmp_path).compare("t", "a", "b")
    assert (found.metric, found.margin, found.n) == ("accuracy", 0.05, 200)
    assert found.table.both_right == 140
    assert found.table.only_a == 40
    assert found.table.only_b == 10
    assert found.difference.difference == pytest.approx(0.15)
    assert found.claimed.a_better_by_margin
    assert found.claimed.settled
    assert len(found.flips) == 50


def test_the_other_way_round_is_the_mirror(tmp_path: Path) -> None:
    project = opened(tmp_path)
    one, other = project.compare("t", "a", "b"), project.compare("t", "b", "a")
    assert other.difference.low == pytest.approx(-one.difference.high)
    assert other.claimed.b_better_by_margin
    assert other.tests[0] == one.tests[0]


def test_another_metric_has_no_margin_unless_it_is_given(tmp_path: Path) -> None:
    project = opened(tmp_path)
    assert project.compare("t", "a", "b", metric="macro_f1").margin == 0
    assert project.compare("t", "a", "b", metric="macro_f1", margin=0.1).margin == 0.1
    with pytest.raises(UnknownNameError, match="macro_f1"):
        project.compare("t", "a", "b", metric="macrof1")


def test_a_metric_that_the_kind_knows_is_computed_from_the_records(tmp_path: Path) -> None:
    project = opened(tmp_path)
    label = project.project.task("t").kind.choices[0]
    found = project.compare("t", "a", "b", metric=f"recall[{label}]")
    assert found.metric == f"recall[{label}]"
    with pytest.raises(UnknownNameError, match=re.escape(f"did you mean 'recall[{label}]'")):
        project.compare("t", "a", "b", metric=f"recall[{label}x]")


def test_a_candidate_is_not_compared_with_itself(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="a is compared with itself"):
        opened(tmp_path).compare("t", "a", "a")


def test_a_flip_shows_the_target_and_what_both_answered(tmp_path: Path) -> None:
    found = opened(tmp_path).compare("t", "a", "b")
    for flip in found.flips:
        assert flip.expected in flip.said
        assert flip.said[0] != flip.said[1]
    first = found.flips[0]
    shown = f"{first.item}: expected {first.expected}; a: {first.said[0]} ({first.a:g}); b: {first.said[1]}"
    assert "50 items flipped (a, b):" in comparison_text(found)
    assert shown in comparison_text(found)


def test_where_nothing_is_right_or_wrong_items_differ_and_show_what_differs() -> None:
    auc = Metric("roc_auc", lambda _, answer: answer, failed=None, aggregate=lambda v, n: np.ones(len(n)) / 2)
    both = []
    for sure in (0.9, 0.4):
        none, codes = np.zeros(20, dtype=bool), np.arange(20) % 2
        ids = [f"i{i}" for i in range(20)]
        column = Column([(sure, 1), (sure / 9, 0)], codes)
        both.append(Contender(f"{sure}", [Scores(ids, ids, [None] * 20, {"roc_auc": column}, none, none)]))
    text = comparison_text(compare_contenders(auc, both[0], both[1], 0.0, np.random.default_rng(0)))
    assert "20 items differ, those that differ most:\n  i0: 0.9 0.9; 0.4 0.4\n" in text
    assert "flipped" not in text.partition("20 items differ")[2]


def test_the_text_says_what_is_shown_and_the_json_lists_every_flip(tmp_path: Path) -> None:
    found = opened(tmp_path).compare("t", "a", "b")
    text = comparison_text(found)
    assert "a is better than b, by more than the margin of 0.05." in text
    assert "McNemar, exact: p = " in text
    assert "With a power of 80 % these 200 items" in text
    assert "and 30 more" in text
    read = json.loads(comparison_json(found))
    assert len(read["flips"]) == 50
    assert read["table"] == {"both_right": 140, "only_a": 40, "only_b": 10, "both_wrong": 10}


def test_groups_are_in_interval_and_test(tmp_path: Path) -> None:
    found = opened(tmp_path, groups=40).compare("t", "a", "b")
    assert found.groups == 40
    assert [test.name for test in found.tests] == ["permutation, signs of groups flipped"]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.04, 0.08, {"a_better", "a_better_by_margin", "a_not_worse"}),
        (0.01, 0.02, {"a_better", "a_not_worse", "b_not_worse", "equivalent"}),
        (-0.02, 0.05, {"a_not_worse"}),
        (-0.05, 0.05, set()),
        (-0.08, -0.04, {"b_better", "b_better_by_margin", "b_not_worse"}),
    ],
)
def test_claims_follow_from_the_ends(low: float, high: float, shown: set[str]) -> None:
    claimed = claims_of(Interval(low, high), Interval(low, high), 0.03)
    assert {name for name in claimed.__struct_fields__ if getattr(claimed, name)} == shown
    mirrored = claims_of(Interval(-high, -low), Interval(-high, -low), 0.03, higher_is_better=False)
    assert mirrored == claimed


def test_which_is_better_is_by_the_printed_interval_and_not_worse_by_the_one_sided_bound() -> None:
    wide, narrow = Interval(-0.009, 0.116), Interval(0.001, 0.106)
    assert not any(msgspec.structs.astuple(claims_of(wide, narrow, 0.0)))
    claimed = claims_of(Interval(-0.031, 0.05), Interval(-0.029, 0.048), 0.03)
    assert {name for name in claimed.__struct_fields__ if getattr(claimed, name)} == {"a_not_worse"}


def test_of_two_equals_few_are_called_better(tmp_path: Path) -> None:
    rng, better = np.random.default_rng(11), 0
    for _ in range(400):
        a, b = (Contender(name, [scored(rng.random(150) < 0.7)]) for name in "ab")
        found = compare_contenders(ACCURACY, a, b, 0.0, np.random.default_rng(0))
        better += "is better than" in answer(found)
    assert better <= 30  # 20 expected at 5 %, 40 at 10 %


def test_power_is_that_of_miller_where_the_interval_is_normal() -> None:
    n, variance = 198, 1 / 9 + 2 / 6
    power = Spread(n, 1e9, variance / n).shows(n, (1, 1), 0.05, 0.8)
    assert power == pytest.approx(0.1327, abs=1e-4)  # Miller 2024 prints 13.2 %


@pytest.mark.parametrize(("difference", "margin"), [(0.03, 0.0), (0.05, 0.02), (-0.05, 0.02)])
def test_the_items_that_would_settle_it_are_those_of_miller_where_the_interval_is_normal(
    difference: float, margin: float
) -> None:
    assert _needed(Spread(100, 1e9, 1 / 9 / 100), difference, margin) == (969, None)  # Miller 2024


def compared(a: list[Scores], b: list[Scores], margin: float = 0.0) -> PairedComparison:
    return compare_contenders(ACCURACY, Contender("a", a), Contender("b", b), margin, np.random.default_rng(0))


def test_the_number_of_items_that_would_settle_it_does() -> None:
    rng = np.random.default_rng(4)
    found = compared([scored(rng.random(200) < 0.82)], [scored(rng.random(200) < 0.8)])
    assert found.power is not None
    assert not found.claimed.settled
    d, n = found.difference.difference, found.power.units
    assert n is not None
    variance = (found.difference.high - found.difference.low) ** 2 / 4 / stats.norm.ppf(0.975) ** 2 * 200
    wanted = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) ** 2 * variance / d**2
    assert n == pytest.approx(wanted, rel=0.05)


def test_a_settled_comparison_needs_no_more_items(tmp_path: Path) -> None:
    power = opened(tmp_path).compare("t", "a", "b").power
    assert power is not None
    assert (power.units, power.seeds) == (None, None)


def test_where_the_luck_of_seeds_dominates_more_seeds_are_asked_for_and_no_items() -> None:
    rng = np.random.default_rng(5)
    a = [scored(rng.random(2000) < p) for p in (0.78, 0.86, 0.90)]
    found = compared(a, [scored(rng.random(2000) < 0.80)])
    assert not found.claimed.settled
    assert found.power is not None
    assert found.power.units is None
    assert found.power.seeds is not None
    assert 3 < found.power.seeds < 30
    assert f"about {found.power.seeds} seeds on these items would settle it" in comparison_text(found)


def test_with_several_seeds_no_test_leaves_their_luck_out() -> None:
    rng = np.random.default_rng(6)
    found = compared([scored(rng.random(60) < 0.8) for _ in range(3)], [scored(rng.random(60) < 0.7)])
    assert [test.name for test in found.tests] == ["items and seeds resampled crossed"]


def test_with_groups_it_says_how_many_groups(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    right = {name: (rng.random(200) < 0.8).tolist() for name in "ab"}
    project = recorded_project(tmp_path, right, groups=40)
    project.run("t", (), Options(latency=False))
    found = project.compare("t", "a", "b")
    assert found.power is not None
    assert found.power.units is not None
    assert f"{found.power.units:,} groups would settle it" in comparison_text(found)


def test_of_a_few_items_nothing_is_extrapolated() -> None:
    found = compared([scored([1, 1, 0])], [scored([0, 1, 0])])
    assert found.power is None
    assert "Fewer than 10 items" in comparison_text(found)
    assert "1 item flipped" in comparison_text(found)


def test_no_difference_is_detectable_beyond_what_the_metric_can_differ_by() -> None:
    found = compared([scored([i % 2 for i in range(10)])], [scored([i % 3 == 0 for i in range(10)])])
    assert found.power is not None
    assert found.power.detectable is not None
    wide = Spread(10, 9, 0.5)
    assert wide.shows(10, (1, 1), 0.05, 0.8) > 1


def test_a_star_has_its_reason() -> None:
    found = compared([scored([1] * 30)], [scored([1] * 29 + [0])])
    text = comparison_text(found)
    assert "]*" in text
    assert "\n* " in text


@pytest.mark.parametrize(("margin", "message"), [(np.inf, "finite"), (np.nan, "finite"), (1.5, "at most 1")])
def test_a_margin_that_no_difference_can_reach_is_refused(margin: float, message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        compared([scored([1, 0, 1])], [scored([0, 1, 1])], margin)
