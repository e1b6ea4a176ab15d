"""Judging from end to end: verdicts become a column with an interval, nonsense a failure, and the cost stands apart."""

import json
from pathlib import Path

import pytest
from fakes.judge import by_equality
from fakes.server import failing

from harness.run.journal import latest, read_records
from harness.stats.proportion import wilson
from harness.types import Answered, Failed

from .conftest import Court, answers


def journals(root: Path, source: str = "*") -> list[Path]:
    return sorted(root.glob(f"results/limits/records/*/judgements/{source}-*/records.jsonl"))


def test_the_share_judged_right_is_a_column_with_wilsons_interval_and_failed_items_count_as_wrong(court: Court):
    court.task(20)
    said = answers(20, wrong=[3, 4])
    del said[7]
    court.candidate("rag", said)
    court.run()
    (outcome,) = court.judge()
    assert (outcome.items, outcome.asked, outcome.failed) == (19, 19, 0)
    board = court.open().leaderboard("limits")
    found = board["rag"].metrics["judged"]
    assert (found.value, found.n, found.failed) == (17 / 20, 20, 1)
    assert (found.low, found.high) == pytest.approx(tuple(wilson(17, 20)))
    assert found.method.startswith("Wilson")


def test_the_judge_is_shown_instructions_question_expected_answer_answer_and_rubric(court: Court):
    court.task(3, 'rubric = "Be strict about units."')
    court.candidate("rag", answers(3))
    court.run()
    court.judge()
    system, user = (m["content"] for m in court.server.seen[0].body["messages"])
    assert "Answer from the manuals." in system
    assert "Be strict about units." in system
    assert all(tag in user for tag in ("<question>", "<expected>", "<answer>"))


def test_the_judge_s_cost_is_its_own_and_in_no_candidate_s(court: Court):
    court.task(10)
    court.candidate("rag", answers(10))
    court.run()
    before = court.row("rag")
    court.judge()
    board = court.open().leaderboard("limits")
    assert (board["rag"].cold_usd, board["rag"].usd_per_1000) == (before.cold_usd, before.usd_per_1000)
    assert (before.cold_usd, before.usd_per_1000.value) == (0.0, 0.0)
    (journal,) = journals(court.root)
    calls = [call for record in read_records(journal) for call in record.calls]
    # A dollar for a million tokens in, two for a million out.
    expected = sum(c.input_tokens * 1e-6 + c.output_tokens * 2e-6 for c in calls)
    assert board.judge.cold_usd == pytest.approx(expected)
    assert board.judge.calls == len(calls) == 10


def test_what_is_judged_is_not_judged_again_unless_the_answer_changes(court: Court):
    court.task(10)
    court.candidate("rag", answers(10, wrong=[1]))
    court.run()
    court.judge()
    assert court.server.calls == 10
    (outcome,) = court.judge()
    assert (outcome.asked, court.server.calls) == (0, 10)
    court.candidate("rag", answers(10, wrong=[1]), more='model = "other"')  # another run, the same answers
    court.run()
    (outcome,) = court.judge()
    assert (outcome.asked, outcome.calls, court.server.calls) == (10, 0, 10)


def test_another_rubric_is_another_judge(court: Court):
    court.task(5)
    court.candidate("rag", answers(5))
    court.run()
    court.judge()
    court.task(5, 'rubric = "Anything goes."')
    assert "judged" not in court.row("rag").metrics
    (outcome,) = court.judge()
    assert outcome.asked == 5
    assert len(journals(court.root)) == 2


def test_nonsense_is_asked_once_more_then_fails_and_is_counted_and_never_a_zero(court: Court):
    court.task(10)
    court.candidate("rag", answers(10))
    court.server.rule = lambda shown: "it is not right" if shown["question"].endswith((" 2?", " 5?")) else "right"
    court.run()
    (outcome,) = court.judge()
    assert outcome.failed == 2
    assert court.server.calls == 8 + 2 * 2
    records = latest(journals(court.root)[0])
    assert isinstance(records["q2"], Failed)
    assert records["q2"].error == "Nonsense"
    board = court.open().leaderboard("limits")
    found = board["rag"].metrics["judged"]
    assert (found.value, found.n, found.blind) == (1.0, 8, True)
    assert any("rag 2 (2 tried in vain)" in warning for warning in board.warnings)


def test_nonsense_is_not_kept_so_that_the_next_try_asks_again_and_calls_are_those_made(court: Court):
    court.task(4)
    court.candidate("rag", answers(4))
    court.server.rule = lambda shown: "hm" if shown["question"].endswith(" 2?") else "right"
    court.run()
    court.judge()
    assert court.server.calls == 3 + 2
    court.judge()
    assert court.server.calls == 3 + 2 + 2
    court.server.rule = by_equality
    (outcome,) = court.judge()
    assert (outcome.failed, court.server.calls) == (0, 3 + 2 + 2 + 1)
    board = court.open().leaderboard("limits")
    assert board.judge is not None
    assert board.judge.calls == court.server.calls


def test_no_requirement_is_met_while_answers_are_unjudged(court: Court):
    court.task(40, extra="[requirement]\njudged = { at_least = 0.5 }\n")
    court.candidate("rag", answers(40))
    court.server.rule = lambda shown: "hm" if shown["question"].endswith(" 2?") else "right"
    court.run()
    court.judge()
    assert court.row("rag").requirements["judged"].value == "open"
    court.server.rule = by_equality
    court.judge(cache=False)
    assert court.row("rag").requirements["judged"].value == "met"


def test_a_judge_that_limits_its_callers_is_asked_again(court: Court):
    court.task(12)
    court.candidate("rag", answers(12))
    court.run()
    court.server.script(*[failing(429, retry_after="0")] * 5, failing(500))
    (outcome,) = court.judge()
    assert (outcome.failed, outcome.asked) == (0, 12)


def test_a_judge_that_is_down_fails_what_it_was_asked_and_a_second_run_asks_just_that(court: Court):
    court.task(8)
    court.candidate("rag", answers(8))
    court.run()
    court.server.draw = lambda: failing(503)
    (outcome,) = court.judge()
    assert outcome.failed == 8
    assert "judged" not in court.row("rag").metrics
    court.server.draw = lambda: failing(200)
    (outcome,) = court.judge()
    assert (outcome.asked, outcome.failed) == (8, 0)
    assert court.row("rag").metrics["judged"].value == 1.0


def test_repeats_are_averaged_and_a_repeat_of_nonsense_does_not_fail_the_others(court: Court):
    court.task(4, "repeats = 3")
    court.candidate("rag", answers(4))
    turns = {"n": 0}

    def rule(shown):
        turns["n"] += 1
        return ("right", "wrong", "hm", "hm")[(turns["n"] - 1) % 4] if " 1?" in shown["question"] else "right"

    court.server.rule = rule
    court.run()
    court.judge(max_concurrency=1)
    records = latest(journals(court.root)[0])
    assert len(records["q0"].scores) == 3
    assert records["q0"].answer == 1.0
    assert len(records["q1"].scores) in (1, 2)
    assert isinstance(records["q1"], Answered)


def test_grades_run_from_one_to_five_and_an_item_without_an_answer_has_the_worst(court: Court):
    court.task(10, 'metrics = ["grade"]')
    said = answers(10)
    del said[0]
    court.candidate("rag", said)
    court.server.rule = lambda shown: "Grade: 4."
    court.run()
    court.judge()
    found = court.row("rag").metrics["grade"]
    assert (found.value, found.n) == (pytest.approx((9 * 4 + 1) / 10), 10)
    assert found.high <= 5.0


def test_a_server_that_keeps_to_a_schema_is_given_the_choices(court: Court):
    court.task(3, "structured = true")
    court.candidate("rag", answers(3, wrong=[0]))
    court.run()
    court.judge()
    sent = court.server.seen[0].body["response_format"]["json_schema"]["schema"]
    assert sent["properties"]["answer"]["enum"] == ["right", "wrong"]
    assert court.row("rag").metrics["judged"].value == pytest.approx(2 / 3)


def test_a_judged_metric_may_be_the_one_that_decides(court: Court):
    court.task(30)
    text = (court.root / "tasks/limits/task.toml").read_text()
    court.write("tasks/limits/task.toml", text.replace('primary = "exact_match"', 'primary = "judged"'))
    court.candidate("good", answers(30, wrong=[1]))
    court.candidate("bad", answers(30, wrong=range(15)))
    ended = court.cli("run", "limits")
    assert ended.code == 0, ended.err
    assert "harness judge" in ended.err
    ended = court.cli("judge", "limits")
    assert ended.code == 0, ended.err
    board = court.open().leaderboard("limits")
    assert [row.name for row in board.rows] == ["good", "bad"]
    assert board["bad"].vs_best.difference == pytest.approx(-14 / 30)
    assert "stopping when decided needs" in court.cli("run", "limits", "--until-decided").err
    assert court.cli("decide", "limits").code == 0
    assert court.cli("wrong", "limits", "bad").code == 0
    (scores,) = court.open().scores(court.open().project.task("limits"), "bad")
    assert scores.columns["judged"].numbers.sum() == 15


def test_a_judge_of_a_candidate_s_family_is_flagged(court: Court):
    court.task(5)
    text = (court.root / "tasks/limits/task.toml").read_text()
    court.write("tasks/limits/task.toml", text.replace("openai/judge-1", "openai/gpt-5-mini"))
    court.candidate("rag", answers(5), more='model = "openai/gpt-4o"')
    court.candidate("other", answers(5), more='model = "anthropic/claude-x"')
    court.run()
    court.judge()
    board = court.open().leaderboard("limits")
    assert board.judge.kin == {"rag": "openai/gpt-4o"}
    assert any("same family as rag (openai/gpt-4o)" in warning for warning in board.warnings)


def test_the_leaderboard_shows_judged_metrics_in_a_table_and_the_cost_apart_and_can_be_read_again(court: Court):
    from harness.report.machine import read_leaderboard

    court.task(20)
    court.candidate("rag", answers(20, wrong=[0]))
    court.run()
    ended = court.cli("judge", "limits")
    assert ended.code == 0, ended.err
    assert "20 judgements made, 20 model calls" in ended.err
    text = (court.root / "results/limits/leaderboard.md").read_text()
    heads = [line for line in text.splitlines() if line.startswith("| candidate")]
    assert ["judged" in head for head in heads] == [False, True]
    assert "in no candidate's cost" in text
    board = read_leaderboard(court.root / "results/limits/leaderboard.json")
    assert board.judge.calls == 20
    scores = json.loads((court.root / "results/limits/scores/rag-0.json").read_text())
    assert sorted(scores["columns"]["judged"]["values"]) == [0.0, 1.0]
    again = court.cli("judge", "limits")
    assert "No model was called" in again.err


def test_a_budget_ends_the_judging(court: Court):
    court.task(20)
    court.candidate("rag", answers(20))
    court.run()
    ended = court.cli("judge", "limits", "--budget-usd", "0.004", "--max-concurrency", "1")
    assert ended.code == 1
    assert "BudgetSpent" in ended.err
    assert 0 < court.server.calls < 20


def test_it_says_what_is_missing(court: Court):
    court.task(5)
    court.candidate("rag", answers(5))
    ended = court.cli("judge", "limits")
    assert (ended.code, "harness run limits" in ended.err) == (2, True)
    text = (court.root / "tasks/limits/task.toml").read_text()
    court.write("tasks/limits/task.toml", text[: text.index("[judge]")])
    ended = court.cli("judge", "limits")
    assert (ended.code, "names no judge" in ended.err) == (2, True)


def test_another_process_that_judges_the_same_is_waited_for_or_refused(court: Court):
    from harness.errors import RunError
    from harness.run.store import RunFolder

    court.task(5)
    court.candidate("rag", answers(5))
    court.run()
    court.judge()
    with RunFolder(journals(court.root)[0].parent).lock(), pytest.raises(RunError, match="the judge of rag on limits"):
        court.judge()


def test_eighty_columns_show_every_figure_of_many_judged_metrics(court: Court):
    from io import StringIO

    from msgspec.structs import replace
    from rich.console import Console

    from harness.metrics.judged import NAMES
    from harness.report.terminal import print_leaderboard

    court.task(20)
    court.candidate("rag", answers(20, wrong=[0]))
    court.run()
    court.judge()
    board = court.open().leaderboard("limits")
    (row,) = board.rows
    figures = {name: replace(row.metrics["judged"], value=n / 10) for n, name in enumerate(NAMES)}
    many = replace(
        board, rows=(replace(row, metrics=row.metrics | figures),), judge=replace(board.judge, metrics=tuple(NAMES))
    )
    shown = StringIO()
    print_leaderboard(many, Console(file=shown, width=80))
    assert "…" not in shown.getvalue()
    assert all(f"0.{n}0 [" in shown.getvalue() for n in range(len(NAMES)))
    assert all(f" {name} " in shown.getvalue() for name in NAMES)


def test_an_embedder_of_the_judge_s_family_is_no_kin_of_it(court: Court):
    court.task(5)
    text = (court.root / "tasks/limits/task.toml").read_text()
    court.write("tasks/limits/task.toml", text.replace("openai/judge-1", "openai/gpt-5-mini"))
    court.candidate("rag", answers(5), more='model = "anthropic/claude-x"\nembedder = "openai/e"')
    adapter = (court.root / "adapters/replay.py").read_text()
    call = 'Reply(calls=(Call("openai/e", input_tokens=3), Call("anthropic/claude-x", 3, 0, 3)), '
    adapter = adapter.replace("import Context", "import Call, Context").replace("Reply(text", call + "text")
    court.write("adapters/replay.py", adapter.replace("    model: str", '    embedder: str = ""\n    model: str'))
    court.run()
    court.judge()
    assert court.open().leaderboard("limits").judge.kin == {}


def test_the_bill_of_the_judge_counts_the_calls_that_were_made_apart_from_those_that_were_kept(court: Court):
    from harness.report.cells import judge_notes

    court.task(20)
    court.candidate("rag", answers(20))
    court.run()
    court.judge()
    assert "20 calls for $" in judge_notes(court.open().leaderboard("limits"))[0]
    court.candidate("twin", answers(20))
    court.run()
    court.judge()
    said = judge_notes(court.open().leaderboard("limits"))[0]
    assert "40 calls for $" in said
    assert "(20 made for $" in said
    assert ", the others kept from before)" in said
