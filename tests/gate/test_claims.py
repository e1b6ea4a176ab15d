"""The gate's words are `harness compare`'s claims, where a single comparison is made."""

import numpy as np
import pytest

from harness.compare.pair import compare_contenders
from harness.compare.result import Contender
from harness.gate.baseline import Baseline, Kept
from harness.gate.head import Head
from harness.gate.judge import judge
from harness.gate.outcome import Word
from harness.gate.policy import MetricRule, Policy
from harness.scores import Column, Scores


def _scores(task, right):
    none = np.zeros(len(right), dtype=bool)
    return Scores(
        task.table.ids,
        task.table.hashes,
        task.table.groups,
        {"accuracy": Column([0, 1], right.astype(int))},
        none,
        none,
    )


def _judged(task, head, base, policy=None):
    sides = [{task.name: {f"c{i}": Kept("1", "", (one,)) for i, one in enumerate(side)}} for side in (head, base)]
    return judge(Head(sides[0], tasks={task.name: task}), Baseline("", sides[1]), {}, policy or Policy()).changes


@pytest.mark.parametrize("margin", [0.0, 0.03])
def test_of_random_outcomes_the_gate_says_what_compare_claims(colours, margin):
    path = colours.folder / "task.toml"
    path.write_text(path.read_text().replace("margin = 0.0", f"margin = {margin}"))
    task = colours.project.task("colours")
    rng, seen = np.random.default_rng(5), set()
    for _ in range(150):
        base = rng.random(400) < rng.choice([0.5, 0.9])
        moved = rng.random(400) < rng.choice([0.01, 0.05, 0.1])
        head = np.where(moved, rng.random(400) < rng.uniform(0, 1), base)
        sides = _scores(task, head), _scores(task, base)
        (change,) = _judged(task, [sides[0]], [sides[1]])
        if change.identical:
            assert change.word is Word.SAME
            continue
        shown = compare_contenders(
            task.primary, Contender("head", [sides[0]]), Contender("base", [sides[1]]), margin, np.random.default_rng(0)
        )
        told, seen = shown.claimed, seen | {change.word}
        assert (change.difference, change.low, change.high) == (
            shown.difference.difference,
            shown.difference.low,
            shown.difference.high,
        )
        if change.word is Word.WORSE:
            assert told.b_better
        elif change.word is Word.BETTER:
            assert told.a_better
        else:
            # Beside the interval the gate asks the exact test, which rests on more where few items changed.
            assert not (told.a_better or told.b_better) or shown.difference.p_value >= 0.05
            assert (change.word is Word.SAME) == told.equivalent
            assert change.open == (not (told.a_not_worse or change.word is Word.SAME))
    assert {Word.WORSE, Word.BETTER, Word.CANNOT_TELL} <= seen
    assert (Word.SAME in seen) == (margin > 0)


def test_a_drop_of_just_what_is_allowed_is_rarely_blocked_among_many(colours):
    task = colours.project.task("colours")
    rng, policy = np.random.default_rng(7), Policy(metrics={"accuracy": MetricRule(max_drop=0.05)})
    blocked = 0
    for _ in range(25):
        kinds = [rng.choice(3, size=400, p=[0.9, 0.075, 0.025]) for _ in range(20)]
        sides = [[_scores(task, np.isin(k, kept)) for k in kinds] for kept in ((0, 2), (0, 1))]
        blocked += any(c.beyond for c in _judged(task, *sides, policy))
    # Under the rule 5 % at most; without a correction over the 20 it would be 4 in 10. P(X >= 5 | .05) = .007.
    assert blocked < 5
