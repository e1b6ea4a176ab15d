import json

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from harness.cli.main import app
from harness.compare.pair import compare_contenders
from harness.compare.result import Contender
from harness.errors import ConfigError, UnknownNameError
from harness.gate.baseline import read_baseline, read_folder
from harness.gate.check import check
from harness.gate.outcome import Word
from harness.gate.words import headline, items_text, title
from harness.metrics.classification import accuracy


def _one(outcome):
    (change,) = outcome.changes
    return change


def test_a_shown_drop_is_blocked(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(50)))
    outcome = check(colours.project, str(base))
    change = _one(outcome)
    assert (outcome.result, outcome.exit_code, change.word) == ("blocked", 1, Word.WORSE)
    assert change.difference == pytest.approx(-0.075)
    assert change.flipped[0].startswith("i00")


def test_the_gate_says_of_a_difference_what_compare_says(colours, some, tmp_path):
    base, rng = tmp_path / "base", np.random.default_rng(3)
    colours.write(rng.random(400) < 0.9, results=base)
    colours.write(rng.random(400) < 0.85)
    change = _one(check(colours.project, str(base)))
    sides = [read_folder(f, "").kept["colours"]["bot"].runs for f in (tmp_path / "results", base)]
    shown = compare_contenders(
        accuracy(), Contender("head", sides[0]), Contender("base", sides[1]), 0.0, np.random.default_rng(0)
    ).difference
    assert (change.difference, change.low, change.high) == (shown.difference, shown.low, shown.high)
    assert change.p_value == shown.p_value


def test_nothing_changed_is_the_same_and_passes(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(20)))
    outcome = check(colours.project, str(base))
    assert (outcome.result, _one(outcome).word, _one(outcome).identical) == ("pass", Word.SAME, True)


def test_too_few_items_are_inconclusive(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(5, 27)))
    outcome = check(colours.project, str(base))
    assert (outcome.result, outcome.exit_code, _one(outcome).word) == ("inconclusive", 3, Word.CANNOT_TELL)


def test_an_allowed_drop_blocks_only_where_it_is_shown_to_be_exceeded(colours, some, tmp_path):
    base, policy = tmp_path / "base", tmp_path / "gate.toml"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(50)))
    for allowed, result in ((0.02, "blocked"), (0.06, "inconclusive"), (0.15, "pass")):
        policy.write_text(f"[metrics.accuracy]\nmax_drop = {allowed}\n")
        assert check(colours.project, str(base), policy).result == result


def test_a_metric_that_only_warns_does_not_block(colours, some, tmp_path):
    base, policy = tmp_path / "base", tmp_path / "gate.toml"
    policy.write_text('[metrics.accuracy]\ntier = "warn"\n')
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(50)))
    outcome = check(colours.project, str(base), policy)
    assert (outcome.result, _one(outcome).word) == ("pass", Word.WORSE)


def test_holm_is_over_all_candidates(colours, some, tmp_path):
    base = tmp_path / "base"
    for i in range(20):
        colours.write(some(400, ()), f"bot{i:02}", results=base)
        # 7 of 400 items fell: exact p = 2 / 2^7 = .0156, which 20 comparisons do not carry.
        colours.write(some(400, range(7)), f"bot{i:02}")
    outcome = check(colours.project, str(base))
    assert {c.word for c in outcome.changes} == {Word.CANNOT_TELL}
    assert outcome.changes[0].p_value == pytest.approx(2 / 2**7)
    assert outcome.changes[0].p_holm == pytest.approx(40 / 2**7)


def test_items_are_paired_by_content_and_the_rest_counted(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(300, range(20)), results=base)
    colours.write(some(300, ()), start=100)
    change = _one(check(colours.project, str(base)))
    assert (change.shared, change.only_base, change.only_head) == (200, 100, 100)


def test_under_half_of_the_items_shared_is_refused(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(200, ()), results=base)
    colours.write(some(200, ()), start=150)
    outcome = check(colours.project, str(base))
    assert (outcome.result, title(outcome)) == ("inconclusive", "Not compared")
    change = _one(outcome)
    assert change.word is Word.NOT_COMPARED
    assert change.reason == "only 50 of 200 items are the baseline's too: make a new baseline"
    assert items_text(change) == "50 items in both, 150 only in the baseline, 150 only here"


def test_taking_most_items_out_of_the_task_is_refused_and_a_run_over_a_part_of_them_is_not(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(100)), results=base)
    colours.write(some(400, range(100)))
    colours.keep(range(300, 400))
    outcome = check(colours.project, str(base))
    assert title(outcome) == "Not compared"
    assert _one(outcome).reason.startswith("only 100 of the baseline's 400 items are still the task's")
    colours.keep(range(400))
    colours.write(some(100, range(100)))
    change = _one(check(colours.project, str(base)))
    assert (change.word, change.shared, change.only_base) == (Word.SAME, 100, 300)


def test_items_that_were_labelled_anew_are_not_the_same_items(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(20)))
    for item in colours.items[:60]:
        item["label"] = {"red": "blue", "blue": "red"}[item["label"]]
    colours.keep(range(400))
    change = _one(check(colours.project, str(base)))
    assert (change.shared, change.only_base, change.only_head) == (340, 60, 0)


def test_a_baseline_of_another_task_version_is_refused(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base, version="0")
    colours.write(some(400, ()))
    assert "version 0" in _one(check(colours.project, str(base))).reason


def test_no_baseline_says_so_and_passes(colours, some, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    colours.write(some(400, ()))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["gate", "--baseline", "empty"])
    assert result.exit_code == 0
    assert "There is no baseline in folder empty yet" in " ".join(result.output.split())


def test_a_git_ref_is_a_baseline_with_its_age(colours, some, tmp_path):
    colours.write(some(400, range(20)))
    colours.commit()
    colours.write(some(400, range(50)))
    outcome = check(colours.project, "main")
    assert outcome.result == "blocked"
    assert outcome.baseline.startswith("main (")
    assert outcome.age_days is not None
    assert outcome.baseline_ended == "2026-01-02T03:04:05+00:00"


def test_a_ref_without_results_is_no_baseline_and_an_unknown_one_is_an_error(colours, some):
    colours.git("init", "-q", "-b", "main")
    colours.write(some(400, ()))
    assert read_baseline("main", colours.root).kept == {}
    colours.git("add", "harness.toml")
    colours.git("commit", "-q", "-m", "no results")
    assert check(colours.project, "main").result == "pass"
    with pytest.raises(ConfigError, match="neither a folder nor a git ref"):
        read_baseline("mian", colours.root)
    with pytest.raises(ConfigError):
        read_baseline("--output=x", colours.root)


def test_a_project_in_a_folder_of_the_repository_has_its_own_baseline(colours, some, tmp_path):
    colours.write(some(400, range(20)))
    colours.commit()
    outer = tmp_path.parent / f"{tmp_path.name}-outer"
    outer.mkdir()
    (tmp_path / ".git").rename(outer / ".git")
    tmp_path.rename(outer / "inner")
    colours.root = outer / "inner"
    colours.git("add", "-A", str(outer))
    colours.git("commit", "-q", "-m", "moved")
    assert set(read_baseline("HEAD", outer / "inner").kept) == {"colours"}


def test_an_unknown_metric_or_ceiling_in_a_policy_is_refused_with_the_near_miss(colours, some, tmp_path):
    base, policy = tmp_path / "base", tmp_path / "gate.toml"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    policy.write_text('[metrics.acuracy]\ntier = "block"\n')
    with pytest.raises(UnknownNameError, match="did you mean 'accuracy'"):
        check(colours.project, str(base), policy)
    policy.write_text("[ceilings.p95_latency]\nat_most = 5\n")
    with pytest.raises(UnknownNameError, match="did you mean 'p95_latency_ms'"):
        check(colours.project, str(base), policy)
    policy.write_text('[metrics.accuracy]\nteir = "block"\n')
    with pytest.raises(ConfigError, match="did you mean 'tier'"):
        check(colours.project, str(base), policy)


def test_what_is_on_one_side_only_is_said(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), "old", results=base)
    colours.write(some(400, ()), "new")
    outcome = check(colours.project, str(base))
    assert outcome.result == "inconclusive"
    assert any("new on colours is new" in note for note in outcome.notes)
    assert any("old on colours is as it was in the baseline" in note for note in outcome.notes)


def test_inconclusive_exits_with_3_or_0_as_asked_and_the_outcome_is_kept(colours, some, tmp_path, monkeypatch):
    colours.write(some(400, range(20)), results=tmp_path / "base")
    colours.write(some(400, range(5, 27)))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(app, ["gate", "--baseline", "base"]).exit_code == 3
    assert runner.invoke(app, ["gate", "--baseline", "base", "--inconclusive", "pass"]).exit_code == 0
    assert json.loads((tmp_path / ".harness" / "gate.json").read_text())["result"] == "inconclusive"


def test_a_moved_verdict_is_said(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    for folder, answer in ((base, "undecided"), (tmp_path / "results", "worth it")):
        (folder / "colours" / "decision.json").write_text(json.dumps({"answer": answer, "choice": "bot"}))
    (verdict,) = check(colours.project, str(base)).verdicts
    assert (verdict.before, verdict.now) == ("undecided: bot", "worth it: bot")


def test_a_candidate_that_was_changed_and_not_run_again_is_not_taken_for_the_same(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    with (tmp_path / "harness.toml").open("a") as file:
        file.write("leaves_machine = true\n")
    outcome = check(colours.project, str(base))
    assert (outcome.result, outcome.exit_code, _one(outcome).word) == ("inconclusive", 3, Word.NOT_COMPARED)
    assert title(outcome) == "Not compared"
    assert "bot on colours was not compared: it was changed, and has not been run since" in headline(outcome)


@pytest.mark.parametrize(
    ("upper", "tier", "result"), [(900.0, "block", "blocked"), (900.0, "warn", "pass"), (80.0, "block", "pass")]
)
def test_a_latency_over_its_ceiling_blocks_or_warns(colours, some, tmp_path, upper, tier, result):
    from harness.estimate import Estimate
    from harness.leaderboard.rows import Leaderboard, Row
    from harness.report.machine import leaderboard_json
    from harness.types import Rung

    base, policy = tmp_path / "base", tmp_path / "gate.toml"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    latency = Estimate(upper - 10, upper - 20, upper, upper - 20, upper, 0.95, 60, 0, "order statistics")
    row = Row("bot", "recorded", Rung.BASELINE, incumbent=False, p95_ms=latency)
    board = Leaderboard("colours", "1", "h", "accuracy", True, ("accuracy",), {}, 0.0, 400, 0, (row,))
    (tmp_path / "results/colours/leaderboard.json").write_bytes(leaderboard_json(board))
    policy.write_text(f'[ceilings.p95_latency_ms]\nat_most = 100\ntier = "{tier}"\n')
    outcome = check(colours.project, str(base), policy)
    assert outcome.result == result
    policy.write_text("[ceilings.p50_latency_ms]\nat_most = 100\n")
    assert check(colours.project, str(base), policy).result == "inconclusive", "what was not measured is not met"


def test_a_missed_ceiling_is_what_the_headline_speaks_of_and_no_drop(colours, some, tmp_path):
    from harness.gate.outcome import CeilingState
    from harness.gate.policy import Tier

    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    outcome = check(colours.project, str(base))
    missed = CeilingState("colours", "bot", "p95_latency_ms", Tier.BLOCK, 100.0, "missed", 600.0, 650.0)
    blocked = msgspec.structs.replace(outcome, result="blocked", ceilings=(missed,))
    assert headline(blocked) == "Above the ceiling: p95_latency_ms of bot on colours."
