"""The leaderboard: the same seed gives the same bytes, and who is missing is told with the reason."""

import json
import re

import numpy as np
import pytest

from harness.errors import ConfigError, RunError, UnknownNameError
from harness.estimate import State
from harness.report.machine import leaderboard_json

RECORDED = """\
[candidates.{name}]
adapter = "recorded"
file = "{name}.jsonl"
rung = "{rung}"
"""


def recorded(lab, **answers: tuple[str, str]) -> None:
    """Candidates with given answers: by name the rung, and `y` or `n` for each test item."""
    lab.write("harness.toml", "".join(RECORDED.format(name=n, rung=r) for n, (r, _) in answers.items()))
    for name, (_, right) in answers.items():
        lines = []
        for i, mark in enumerate(right):
            truth = ["dog", "cat"][i % 2]
            lines.append({"id": f"test{i}", "answer": truth if mark == "y" else ["cat", "dog"][i % 2]})
        lab.write(f"{name}.jsonl", "".join(json.dumps(line) + "\n" for line in lines))


def test_the_same_records_give_the_same_bytes(lab) -> None:
    recorded(lab, light=("prompting", "yyynnnyyynnn"), heavy=("trained", "yyyyyyyynnnn"), base=("baseline", "n" * 12))
    lab.run()
    one, two = (leaderboard_json(lab.open().leaderboard("pets")) for _ in range(2))
    assert one == two
    json.loads(one)


def test_rows_stand_in_the_order_of_the_primary_metric_and_the_missing_last(lab) -> None:
    recorded(lab, worse=("prompting", "yyynnnyyynnn"), better=("trained", "yyyyyyyynnnn"), best=("rag", "y" * 12))
    (lab.root / "best.jsonl").unlink()
    lab.run()
    board = lab.open().leaderboard("pets")
    assert [row.name for row in board.rows] == ["better", "worse", "best"]
    assert "there is no recording" in board["best"].skipped
    with pytest.raises(UnknownNameError, match="did you mean 'better'"):
        _ = board["beter"]


def test_differences_are_to_the_best_of_prompting_and_rag(lab) -> None:
    recorded(
        lab,
        zero=("prompting", "yyynnnnnnnnn"),
        rag=("rag", "yyyyyynnnnnn"),
        heavy=("trained", "yyyyyyyyyynn"),
        base=("baseline", "n" * 12),
    )
    lab.run()
    board = lab.open().leaderboard("pets")
    assert board.best == "rag"
    assert board["rag"].vs_best is None
    assert board["heavy"].vs_best.difference == pytest.approx(4 / 12)
    assert board["zero"].vs_best.difference == pytest.approx(-3 / 12)
    assert board.best_trained.against == "heavy - rag"
    assert board.best_trained.low <= 4 / 12 <= board.best_trained.high


def test_the_order_of_the_names_moves_no_figure(lab) -> None:
    recorded(lab, c=("prompting", "yyynnnyyynnn"), a=("trained", "yyyyyyyynnnn"), b=("rag", "nyyyynnnynyy"))
    lab.run()
    one, two = (leaderboard_json(lab.open().leaderboard("pets", names)) for names in (("a", "b", "c"), ("c", "a", "b")))
    assert one == two


def test_candidates_that_never_differ_may_still_do_so(lab) -> None:
    recorded(lab, light=("prompting", "y" * 12), heavy=("trained", "y" * 12), wrong=("trained", "n" * 12))
    lab.run()
    board = lab.open().leaderboard("pets")
    same, other = board["heavy"].vs_best, board["wrong"].vs_best
    assert same.low < -0.2 < 0.2 < same.high
    assert -1 == other.low < other.high < -0.4
    assert board["light"].ranks == (1, 2)


def test_the_interval_that_the_task_asks_for_is_named_on_the_board(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task + '[metrics]\nintervals = { proportion = "clopper-pearson" }\n')
    recorded(lab, some=("prompting", "yyyyyyyyynnn"))
    lab.run()
    assert lab.open().leaderboard("pets")["some"].metrics["accuracy"].method == "Clopper-Pearson"
    lab.write("tasks/pets/task.toml", lab.task + '[metrics]\nintervals = { proportion = "clopper" }\n')
    with pytest.raises(
        ConfigError, match=r"intervals\.proportion: found 'clopper'; expected 'wilson', 'clopper-pearson'"
    ):
        lab.open().leaderboard("pets")


def test_every_row_is_compared_with_the_incumbent(lab) -> None:
    recorded(lab, old=("baseline", "yyynnnnnnnnn"), new=("trained", "y" * 12))
    lab.write(
        "harness.toml",
        (lab.root / "harness.toml").read_text().replace('file = "old.jsonl"', 'file = "old.jsonl"\nincumbent = true'),
    )
    lab.run()
    board = lab.open().leaderboard("pets")
    assert board["old"].vs_incumbent is None
    assert board["new"].vs_incumbent.difference == pytest.approx(9 / 12)
    assert board["new"].vs_incumbent.against == "old"


def test_failed_and_unparsed_are_counted_and_in_the_denominator(lab) -> None:
    recorded(lab, some=("prompting", "y" * 12))
    lines = (lab.root / "some.jsonl").read_text().splitlines()
    lines[0] = json.dumps({"id": "test0", "error": "timed out"})
    lines[1] = json.dumps({"id": "test1", "answer": "a horse"})
    lab.write("some.jsonl", "\n".join(lines))
    lab.run()
    row = lab.open().leaderboard("pets")["some"]
    assert (row.failed, row.unparsed, row.n) == (1, 1, 12)
    assert row.metrics["accuracy"].value == pytest.approx(10 / 12)
    assert row.metrics["accuracy"].failed == 2


@pytest.mark.parametrize(("right", "state"), [(12, State.MET), (7, State.OPEN), (0, State.MISSED)])
def test_the_bar_is_met_missed_or_open_by_its_bound(lab, right: int, state: State) -> None:
    recorded(lab, some=("prompting", "y" * right + "n" * (12 - right)))
    lab.run()
    row = lab.open().leaderboard("pets")["some"]
    assert row.requirements == {"accuracy": state}
    assert row.meets is state


def test_on_premise_is_checked_and_not_believed(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task + "on_premise = true\n")
    recorded(lab, near=("prompting", "y" * 12), far=("prompting", "y" * 12))
    text = (lab.root / "harness.toml").read_text()
    lab.write("harness.toml", text.replace('file = "far.jsonl"', 'file = "far.jsonl"\nleaves_machine = true'))
    lab.run()
    board = lab.open().leaderboard("pets")
    assert board["near"].requirements["on_premise"] is State.MET
    assert board["far"].requirements["on_premise"] is State.MISSED
    assert board["far"].meets is State.MISSED


def test_a_latency_that_was_not_measured_meets_nothing(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task + "p95_latency_ms = { at_most = 500 }\n")
    recorded(lab, some=("prompting", "y" * 12))
    lab.run()
    assert lab.open().leaderboard("pets")["some"].requirements["p95_latency_ms"] is State.OPEN


def test_comparisons_are_over_the_items_that_all_runs_have_and_that_is_said(lab) -> None:
    recorded(lab, light=("prompting", "yyynnnyyynnn"), heavy=("trained", "y" * 12))
    lab.run("light", limit=7)
    lab.run("heavy")
    board = lab.open().leaderboard("pets")
    assert (board["light"].n, board["heavy"].n) == (7, 12)
    assert board["heavy"].vs_best.n == 7
    assert "5 items are not in every run; comparisons are over the 7 that all have." in board.warnings


def test_records_stay_on_the_board_when_what_made_them_is_gone(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.toy()
    source = (lab.root / "adapters/toy.py").read_text()
    check = (
        "    def check(self, root):\n        from harness.errors import UnavailableError\n"
        "        if not (root / 'key').exists():\n            raise UnavailableError('KEY is not set.')\n\n"
    )
    lab.write("adapters/toy.py", source.replace("    async def load", check + "    async def load"))
    lab.write("key", "x")
    lab.run()
    (lab.root / "key").unlink()
    board = lab.open().leaderboard("pets")
    assert board["toy"].skipped is None
    assert board["toy"].metrics["accuracy"].value == 1.0


def test_nothing_run_is_an_error_that_says_what_to_do(lab) -> None:
    with pytest.raises(RunError, match=r"there are no records of task 'pets' yet\. Run: harness run pets"):
        lab.open().leaderboard("pets")


def test_one_item_and_one_candidate_make_a_board(lab) -> None:
    lab.test(lab.rows(0, 1, "test"))
    recorded(lab, some=("prompting", "y"))
    lab.run()
    row = lab.open().leaderboard("pets")["some"]
    assert row.n == 1
    assert 0 <= row.metrics["accuracy"].low < row.metrics["accuracy"].high <= 1
    assert np.isfinite(row.metrics["macro_f1"].low)


def test_a_figure_with_nothing_to_count_is_blank_and_its_requirement_open(lab) -> None:
    task = lab.task.replace('"dog"]', '"dog", "bird"]')
    bar = '"recall[bird]" = { at_least = 0.5 }\n"precision[bird]" = { at_least = 0.5 }\n'
    lab.write("tasks/pets/task.toml", task.replace("[requirement]\n", f"[requirement]\n{bar}"))
    recorded(lab, some=("prompting", "y" * 12))
    lab.run()
    board = lab.open().leaderboard("pets")
    row = board["some"]
    assert not {"recall[bird]", "precision[bird]"} & row.metrics.keys()
    assert row.requirements["recall[bird]"] is State.OPEN
    assert any("recall[bird] is not defined on these items (no target is 'bird')" in w for w in board.warnings)
    assert any("nothing was answered 'bird'" in w for w in board.warnings)


def test_a_warning_names_the_metrics_that_it_is_of(lab) -> None:
    recorded(lab, some=("prompting", "y" * 12))
    lab.run()
    board = lab.open().leaderboard("pets")
    assert any("surely covers. (accuracy" in w and " of some)" in w for w in board.warnings)


def test_classes_that_train_lacks_are_told_on_the_board(lab) -> None:
    lab.train([row for row in lab.rows(0, 20, "train") if row["label"] == "cat"])
    recorded(lab, some=("prompting", "y" * 12))
    lab.run()
    warnings = lab.open().leaderboard("pets").warnings
    assert any("1 class is in test and not in train" in w and "dog: 6 test items" in w for w in warnings)


def test_metrics_of_confidence_say_so_where_there_is_none(lab) -> None:
    recorded(lab, hard=("baseline", "yyynnnyyynnn"))
    lab.write("harness.toml", (lab.root / "harness.toml").read_text() + '[candidates.sure]\nadapter = "linear"\n')
    task = lab.task.replace('kind = "label"', 'kind = "binary"\npositive = "cat"')
    lab.write("tasks/pets/task.toml", task.split("[requirement]")[0])
    lab.run()
    (said,) = (w for w in lab.open().leaderboard("pets").warnings if "without a confidence" in w)
    assert said.startswith("hard gives answers without a confidence")
    assert "roc_auc, average_precision, brier and ece" in said


def test_answers_that_lack_a_confidence_are_counted_where_others_have_one(lab) -> None:
    unsure = [{"error": "x"}, {}, {}]
    lines = [
        {"id": f"test{i}", "answer": "cat", **more} for i, more in enumerate([*unsure, *[{"confidence": 0.7}] * 9])
    ]
    lab.write("said.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    lab.write("harness.toml", '[candidates.said]\nadapter = "recorded"\nfile = "said.jsonl"\n')
    task = lab.task.replace('kind = "label"', 'kind = "binary"\npositive = "cat"')
    lab.write("tasks/pets/task.toml", task.split("[requirement]")[0])
    lab.run()
    (said,) = (w for w in lab.open().leaderboard("pets").warnings if "no confidence" in w)
    assert said.startswith("said gives no confidence with 2 of 11 answers: roc_auc,")
    assert said.endswith("take them as certain.")


def test_one_of_a_thing_is_named_as_one(lab) -> None:
    recorded(lab, one=("prompting", "y"))
    lab.test(lab.rows(1, 2, "test"))
    lab.write("one.jsonl", '{"id": "test1", "error": "overloaded"}\n')
    ended = lab.cli("run", "pets")
    shown = ended.out + ended.err + (lab.root / "results/pets/leaderboard.md").read_text()
    assert "1 test item" in shown
    assert "1 item failed" in shown
    assert "1 failed item carries no usage" in shown
    assert not re.search(r"\b1 (\w+ )?(items|groups|columns|classes|cells|answers|calls)\b", shown)
