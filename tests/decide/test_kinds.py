"""A verdict comes of every kind of answer, also where a metric runs downwards, is no mean or has no worst value."""

import json

import numpy as np
import pytest

from harness.api import open_project
from harness.decide.verdict import Answer
from harness.report.decision import decision_markdown

N = 200
RNG = np.random.default_rng(3)
NUMBERS = RNG.normal(50, 10, N).round(3).tolist()
FLIPS = (RNG.random(N) < 0.4).tolist()


def number(noise):
    return [round(x + noise * e, 3) for x, e in zip(NUMBERS, np.random.default_rng(4).normal(size=N), strict=True)]


def words(share):
    wrong = np.random.default_rng(5).random(N) >= share
    return ["?" if bad else f"w{i}" for i, bad in enumerate(wrong)]


def yes_no(share):
    wrong = np.random.default_rng(6).random(N) >= share
    return [("yes", "no")[flip ^ bool(bad)] for flip, bad in zip(FLIPS, wrong, strict=True)]


CASES = {
    "number": ('kind = "number"', "rmse", "at_most = 2", NUMBERS, number(5.0), number(1.0)),
    "text": ('kind = "text"', "token_f1", "at_least = 0.8", [f"w{i}" for i in range(N)], words(0.5), words(0.95)),
    "binary": (
        'kind = "binary"\nlabels = ["no", "yes"]\npositive = "yes"', "f1", "at_least = 0.8",
        [("yes", "no")[flip] for flip in FLIPS], yes_no(0.6), yes_no(0.97),
    ),
    "label": (
        'kind = "label"\nlabels = ["no", "yes"]', "macro_f1", "at_least = 0.8",
        [("yes", "no")[flip] for flip in FLIPS], yes_no(0.6), yes_no(0.97),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_bar_that_rag_misses_and_training_meets_makes_it_worth_it(tmp_path, name):
    kind, metric, bound, targets, worse, better = CASES[name]
    folder = tmp_path / "tasks" / "work"
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(
        f'[task]\n{kind}\ninstructions = "Answer."\n[data]\ntest = "test.jsonl"\n[metrics]\nprimary = "{metric}"\n'
        f"[requirement]\n{metric} = {{ {bound} }}\nmargin = 0.01\n[use]\ncalls_per_month = 1000\nerror_cost_usd = 1\n"
    )
    rows = [{"id": f"i{k}", "text": f"item {k}", "target": t} for k, t in enumerate(targets)]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    toml = ""
    for candidate, rung, answers in (("rag", "rag", worse), ("own", "trained", better)):
        said = [{"id": f"i{k}", "answer": a, "cost_usd": 0.001} for k, a in enumerate(answers)]
        (tmp_path / f"{candidate}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in said))
        toml += f'[candidates.{candidate}]\nadapter = "recorded"\nrung = "{rung}"\nfile = "{candidate}.jsonl"\n'
    (tmp_path / "harness.toml").write_text(toml)
    opened = open_project(tmp_path)
    opened.run("work")
    verdict = opened.decide("work")
    assert (verdict.answer, verdict.choice) == (Answer.WORTH_IT, "own")
    assert any(reason.claim.startswith(f"rag misses {metric}") for reason in verdict.reasons)
    assert "## Reasons" in decision_markdown(verdict)
    known = verdict.costs[0].wrong_per_month is not None
    assert known == (name != "number")
    text = " ".join([*verdict.not_measured, *(reason.figure + reason.test for reason in verdict.reasons)])
    assert "error_cost_usd is not stated" not in text
    assert "states no error_cost_usd" not in text
    assert ("so that [use] error_cost_usd counts for nothing" in text) == (name == "number")
    notes = {
        note
        for cost in verdict.costs
        for part, made in cost.about.items()
        if part == "being wrong"
        for note in [made.note]
    }
    assert notes == {"text": {"1 - token_f1"}, "number": set()}.get(name, {"1 - accuracy"})
