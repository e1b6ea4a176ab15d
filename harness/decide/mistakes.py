"""How often each candidate is wrong, whatever the primary metric counts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.decide.draws import DRAWS, Floats
from harness.economics.figures import Figure
from harness.figures.joint import joint_figures
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric, mean
from harness.scores import Column, Scores
from harness.stats.bootstrap import Side
from harness.stats.proportion import effective_n
from harness.task import Task

_FEW = 5
"""With fewer wrong answers resampling says too little of the rate: Jeffreys' distribution stands in."""


def wrong_shares(
    task: Task,
    ran: Sequence[Entry],
    runs: Sequence[Scores],
    places: Sequence[NDArray[np.int64]],
    groups: NDArray[np.int64] | None,
    owner: Sequence[int],
    rng: np.random.Generator,
) -> tuple[dict[str, Figure], dict[str, Floats]]:
    """Share of wrong answers by candidate, and paired draws of it without those that were wrong hardly ever.

    Both are empty where no metric of the task tells right from wrong.

    Args:
        task: with its metrics.
        ran: the candidates.
        runs: their runs, one after another.
        places: per run the positions of the common items.
        groups: (n,) cluster codes of those items.
        owner: per run which of the candidates it is of.
        rng: for the draws.
    """
    told = _telling(task, runs)
    if told is None:
        return {}, {}
    columns = [errors(s.columns[told.name], told, p) for s, p in zip(runs, places, strict=True)]
    joint = joint_figures([Side(mean, c.values, c.codes) for c in columns], owner, DRAWS, rng, groups)
    rates, draws = {}, {}
    for k, entry in enumerate(ran):
        share = np.mean([c.numbers for c, j in zip(columns, owner, strict=True) if j == k], axis=0)
        name = f"{entry.name}: share of wrong answers"
        rate = min(1.0, max(0.0, float(joint.estimates[k])))
        # Of pairs what counts is whether the two are the same, whatever figure the metric makes of them.
        origin = f"1 - {told.name if told.is_mean else 'accuracy'}"
        rates[entry.name] = Figure(name, rate, "measured", "share", origin, items=effective_n(share, groups))
        if _FEW <= share.sum() <= share.size - _FEW:
            draws[name] = np.clip(joint.draws[:, k], 0.0, 1.0)
    return rates, draws


def _telling(task: Task, runs: Sequence[Scores]) -> Metric | None:
    """The metric that says which answers are wrong: the first of 0s and 1s, or of pairs, else a mean in 0 to 1."""
    scored = [m for m in task.metrics if all(m.name in s.columns for s in runs)]
    means = [m for m in scored if m.is_mean and m.higher_is_better and m.bounds == (0.0, 1.0)]
    plain = [m for m in scored if _pairs(m, runs) or (m in means and _binary(m, runs))]
    return next(iter([*plain, *means]), None)


def _binary(metric: Metric, runs: Sequence[Scores]) -> bool:
    return all(value in (0, 1) for s in runs for value in s.columns[metric.name].values)


def _pairs(metric: Metric, runs: Sequence[Scores]) -> bool:
    """Whether the scores are (target, answer) pairs of labels, as those of F1 are."""
    values = [value for s in runs for value in s.columns[metric.name].values]
    return not metric.is_mean and all(isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) for v in values)


def errors(column: Column, metric: Metric, place: NDArray[np.int64]) -> Column:
    """How wrong each item is, from 0 to 1; one without a score is wrong."""
    values = [1.0 - float(v) if metric.is_mean else float(v[0] != v[1]) for v in column.values]
    codes = column.codes[place]
    return Column([*values, 1.0], np.where(codes < 0, len(values), codes))
