"""What the head is: the candidates and items as they stand now, from records where there are some."""

import json

import pytest

from harness.api import open_project
from harness.errors import ConfigError, RunError
from harness.gate.check import check
from harness.gate.outcome import Word
from harness.gate.words import headline, title


def _answers(colours, wrong, name="bot"):
    other = {"red": "blue", "blue": "red"}
    answers = [
        {"id": x["id"], "answer": other[x["label"]] if i in wrong else x["label"]} for i, x in enumerate(colours.items)
    ]
    (colours.root / f"{name}.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers))
    return colours


def _words(outcome):
    return {c.candidate: c.word for c in outcome.changes}


def test_a_run_whose_scores_were_not_saved_is_compared_and_that_is_said(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    _answers(colours, range(60))
    open_project(colours.root).run("colours", ["bot"])
    outcome = check(colours.project, str(base))
    assert (outcome.result, _words(outcome)) == ("blocked", {"bot": Word.WORSE})
    assert any("results/ does not hold the scores of bot as run here" in note for note in outcome.notes)
    assert outcome.changes[0].flipped_in_all == 40
    assert outcome.changes[0].fell[0].got != outcome.changes[0].fell[0].expected


def test_records_go_before_older_scores_under_results(colours, some, tmp_path):
    base = tmp_path / "base"
    _answers(colours, range(60))
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(20)))
    open_project(colours.root).run("colours", ["bot"])
    assert _words(check(colours.project, str(base))) == {"bot": Word.WORSE}


def test_a_seed_that_was_not_run_again_does_not_drop_the_candidate(colours, some, tmp_path):
    base = tmp_path / "base"
    for seed in (0, 1):
        colours.write(some(400, range(20)), results=base, seed=seed)
        colours.write(some(400, range(20)), seed=seed)
    with (tmp_path / "harness.toml").open("a") as file:
        file.write("leaves_machine = true\n")
    stale = (tmp_path / "results/colours/scores/bot-1.json").read_bytes()
    colours.write = None  # harness.toml stands as it is from here on
    _answers(colours, range(60))
    open_project(colours.root).run("colours", ["bot"])
    outcome = check(colours.project, str(base))
    assert _words(outcome) == {"bot": Word.WORSE}
    assert (tmp_path / "results/colours/scores/bot-1.json").read_bytes() == stale


def test_a_candidate_that_was_taken_out_is_named_in_the_headline(colours, some, tmp_path):
    base = tmp_path / "base"
    for name in ("bot", "old"):
        colours.write(some(400, ()), name, results=base)
        colours.write(some(400, ()), name)
    colours.candidates.remove("old")
    colours._toml()
    outcome = check(colours.project, str(base))
    assert (outcome.result, _words(outcome)) == ("pass", {"bot": Word.SAME})
    assert headline(outcome).endswith("No longer there, and not compared: old on colours.")


def test_one_changed_candidate_among_others_is_inconclusive_and_named(colours, some, tmp_path):
    base = tmp_path / "base"
    for name in ("bot", "other"):
        colours.write(some(400, ()), name, results=base)
        colours.write(some(400, ()), name)
    path = tmp_path / "harness.toml"
    path.write_text(path.read_text() + "leaves_machine = true\n")
    outcome = check(colours.project, str(base))
    assert (outcome.result, title(outcome)) == ("inconclusive", "Not compared")
    assert _words(outcome) == {"bot": Word.SAME, "other": Word.NOT_COMPARED}
    assert "harness run colours -c other" in headline(outcome)


def test_identical_seeds_are_one_and_nothing_changed(colours, some, tmp_path):
    base = tmp_path / "base"
    for seed in (0, 1):
        colours.write(some(400, range(20)), results=base, seed=seed)
    colours.write(some(400, range(20)))
    (change,) = check(colours.project, str(base)).changes
    assert (change.word, change.identical) == (Word.SAME, True)


def test_a_version_that_was_raised_asks_for_a_new_baseline(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    task = colours.folder / "task.toml"
    task.write_text(task.read_text().replace("[task]", '[task]\nversion = "2"'))
    outcome = check(colours.project, str(base))
    assert title(outcome) == "Not compared"
    assert "version 1 of the task, this is version 2" in headline(outcome)


@pytest.mark.parametrize(
    "damage",
    [
        {"ended": "yesterday"},
        {"columns": {"accuracy": {"values": [0, 1], "codes": [7] * 400}}},
        {"columns": {"accuracy": {"values": [0, 1], "codes": [0, 1]}}},
        {"failed": [400]},
        {"hashes": []},
        {"ids": ["i0000"] * 400},
    ],
)
def test_a_damaged_file_of_scores_is_an_error_that_names_it(colours, some, tmp_path, damage):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))
    path = base / "colours/scores/bot-0.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | damage))
    with pytest.raises(RunError, match=r"results/colours/scores/bot-0.json is damaged"):
        check(colours.project, str(base))


@pytest.mark.parametrize("baseline", ["", " ", ".", "results"])
def test_a_project_is_not_held_against_itself(colours, some, monkeypatch, baseline):
    colours.write(some(400, ()))
    monkeypatch.chdir(colours.root)
    with pytest.raises(ConfigError, match="--baseline"):
        check(colours.project, baseline)


@pytest.mark.parametrize(
    "policy", ["[metrics.accuracy]\nmax_drop = 5\n", "[metrics.accuracy]\nmax_drop = 1\n", "alpha = 0.999\n"]
)
def test_a_policy_that_lets_everything_pass_is_refused(colours, some, tmp_path, policy):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, range(300)))
    (tmp_path / "gate.toml").write_text(policy)
    with pytest.raises(ConfigError, match=r"max_drop|alpha"):
        check(colours.project, str(base))


def test_a_gate_toml_of_the_project_is_its_policy(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, range(20)), results=base)
    colours.write(some(400, range(50)))
    (tmp_path / "gate.toml").write_text('[metrics.accuracy]\ntier = "warn"\n')
    assert check(colours.project, str(base)).result == "pass"
    assert check(colours.project, str(base), tmp_path / "gate.toml").result == "pass"


def test_a_ceiling_judges_the_run_that_stands_here_and_no_row_of_an_older_one(colours, some, tmp_path):
    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    _answers(colours, ())
    project = open_project(colours.root)
    project.run("colours", ["bot"])
    board = project.leaderboard("colours", ["bot"])
    project.save_leaderboard(board, project.project.task("colours"))
    (tmp_path / "gate.toml").write_text("[ceilings.p95_latency_ms]\nat_most = 100\n")
    assert [c.candidate for c in check(colours.project, str(base)).ceilings] == ["bot"]
    with (tmp_path / "harness.toml").open("a") as file:
        file.write("leaves_machine = true\n")
    outcome = check(colours.project, str(base))
    assert (title(outcome), outcome.ceilings) == ("Not compared", ())


def test_a_candidate_that_cannot_run_here_is_not_compared_and_says_why(colours, some, tmp_path, monkeypatch):
    from harness.errors import UnavailableError

    base = tmp_path / "base"
    colours.write(some(400, ()), results=base)
    colours.write(some(400, ()))

    def absent(*_):
        raise UnavailableError("torch is not installed.")

    monkeypatch.setattr("harness.gate.head.run_key", absent)
    outcome = check(colours.project, str(base))
    assert (outcome.result, title(outcome)) == ("inconclusive", "Not compared")
    assert "it cannot run here: torch is not installed." in headline(outcome)
