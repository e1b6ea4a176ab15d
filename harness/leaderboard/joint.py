"""What all candidates share: the items that every run has, and one set of bootstrap draws over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.estimate import Comparison
from harness.figures.columns import DRAWS
from harness.figures.joint import joint_figures
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric
from harness.scores import common
from harness.stats.bootstrap import JointDraws, Side
from harness.stats.power import detectable_difference
from harness.stats.simultaneous import against, all_pairs, best_of, rank_sets, simultaneous


@dataclass(frozen=True)
class Joint:
    """The figures of k candidates in the primary metric, in the same resamples of their common items."""

    names: tuple[str, ...]
    """Of the candidates."""
    n: int
    """Items that every run has."""
    others: int
    """Items that some runs have and others not."""
    higher_is_better: bool
    points: NDArray[np.float64]
    """(k,) figures; (0,) where no item is common, or none of them has a score everywhere."""
    draws: NDArray[np.float64]
    """(draws, k) figures in the resamples."""

    @property
    def known(self) -> bool:
        """Whether there are figures."""
        return self.points.size > 0

    def point(self, name: str) -> float:
        """The figure of one candidate."""
        return float(self.points[self.names.index(name)])

    @cached_property
    def ranks(self) -> dict[str, tuple[int, int]]:
        """By candidate the best and the worst rank that it may truly have, all at once; empty for a single one."""
        k = len(self.names)
        if k < 2 or not self.known:
            return {}
        sets = rank_sets(simultaneous(self._sign * self.points, self._sign * self.draws, all_pairs(k)), k)
        return dict(zip(self.names, sets, strict=True))

    def detectable(self, name: str, reference: str) -> float | None:
        """The smallest true difference that the items show, by the draws' spread: pairing and groups are in it."""
        if not self.known:
            return None
        a, b = self.names.index(name), self.names.index(reference)
        error = float(np.nanstd(self.draws[:, a] - self.draws[:, b], ddof=1))
        return detectable_difference(self.n, self.n * error**2) if error > 0 else None

    def differences(self, reference: str) -> dict[str, Comparison]:
        """By candidate how much better it is than `reference`, all at once: each row is looked at."""
        if not self.known:
            return {}
        found = simultaneous(self.points, self.draws, against(len(self.names), self.names.index(reference)))
        return {
            self.names[a]: Comparison(
                against=reference,
                difference=float(found.value[j]),
                low=float(found.low[j]),
                high=float(found.high[j]),
                p_value=float(found.p_value[j]),
                n=self.n,
                method="paired bootstrap, simultaneous over the rows (max-T)",
            )
            for j, (a, _) in enumerate(found.pairs)
        }

    def best_against_best(self, ours: Sequence[str], theirs: Sequence[str]) -> Comparison | None:
        """The best of one group against the best of another, whichever they truly are."""
        if not ours or not theirs or not self.known:
            return None
        a, b = ([self.names.index(name) for name in names] for names in (ours, theirs))
        found = best_of(a, b, self._sign * self.points, self._sign * self.draws)
        return Comparison(
            against=f"{self.names[found.best_a]} - {self.names[found.best_b]}",
            difference=found.value,
            low=found.low,
            high=found.high,
            p_value=float("nan"),
            n=self.n,
            method="paired bootstrap, simultaneous over all pairs of the two groups (max-T)",
        )

    @property
    def _sign(self) -> float:
        return 1.0 if self.higher_is_better else -1.0


def joint_of(metric: Metric, entries: Sequence[Entry], rng: np.random.Generator) -> Joint:
    """The figures of all entries, over the items that each of their runs has and has a score for."""
    names = tuple(entry.name for entry in entries)
    runs = [(k, run.scores) for k, entry in enumerate(entries) for run in entry.runs]
    points, draws = np.empty(0), np.empty((0, 0))
    if not runs:
        return Joint(names, 0, 0, metric.higher_is_better, points, draws)
    places, others = common([scores for _, scores in runs])
    columns = [s.columns[metric.name].taken(p) for (_, s), p in zip(runs, places, strict=True)]
    scored = np.all([column.codes >= 0 for column in columns], axis=0)
    if scored.any():
        sides = [Side(metric.aggregate, column.values, column.codes[scored]) for column in columns]
        codes = runs[0][1].clusters
        groups = None if codes is None else codes[places[0]][scored]
        points, draws = _over_seeds(joint_figures(sides, DRAWS, rng, groups), [k for k, _ in runs], len(entries))
    return Joint(names, len(places[0]), others, metric.higher_is_better, points, draws)


def _over_seeds(
    drawn: JointDraws, owners: Sequence[int], entries: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean over the runs of each entry, of the figures and of each draw."""
    mean = np.stack([np.asarray(owners) == k for k in range(entries)]).astype(float)
    mean /= mean.sum(axis=1, keepdims=True)
    return mean @ drawn.estimates, drawn.draws @ mean.T
