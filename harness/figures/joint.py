"""Several candidates on their common items: figures in the same resamples, and the interval of each pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.figures.columns import binary, many
from harness.figures.paired import difference_range, of_seeds
from harness.figures.units import Footing, Resampled, grounded, of_difference, rests_on, unvaried
from harness.metrics.metric import Metric
from harness.scores import Column
from harness.stats.bootstrap import Side, joint_draws
from harness.stats.clusters import unit_count, unit_degrees
from harness.stats.influence import normal_draws
from harness.stats.interval import Interval
from harness.stats.multiseed import Crossed, over_seeds
from harness.stats.paired import compare_means


def joint_figures(
    sides: Sequence[Side],
    owners: Sequence[int],
    draws: int,
    rng: np.random.Generator,
    groups: NDArray[np.int64] | None,
) -> Crossed:
    """The figures of several candidates in the same resamples of their common items, and of the seeds of each.

    Of `MANY` items or clusters and more the draws are normal ones, which is the same to all digits that count.

    Args:
        sides: one per run.
        owners: per run which candidate it is of, from 0 on.
        draws: number of resamples.
        rng: for the resamples.
        groups: (n,) cluster codes.
    """
    drawn = (normal_draws if many(sides, groups) else joint_draws)(sides, draws, rng, groups)
    return over_seeds(drawn, owners, rng)


@dataclass(frozen=True)
class Pairs:
    """Intervals for differences of candidates, by the method that `harness.figures.paired.difference` has for two.

    Where that is a bootstrap, the draws of all candidates stand for those of the pair, by their standard deviation.
    """

    metric: Metric
    columns: Sequence[Sequence[Column]]
    """Scores of each candidate on the n common items, one column per seed."""
    groups: NDArray[np.int64] | None
    """(n,) cluster codes."""
    figures: Crossed
    """Of each candidate in the metric."""

    def interval(self, a: int, b: int, level: float, error: float) -> Interval:
        """Of A - B at a level, where the draws of it have this standard deviation."""
        ours, theirs = of_seeds(self.columns[a]), of_seeds(self.columns[b])
        bounds, value = difference_range(self.metric), float(self.figures.estimates[a] - self.figures.estimates[b])
        if self.metric.is_mean and len(ours) == len(theirs) == 1:
            both = binary(ours[0]) and binary(theirs[0])
            scores = self._numbers[a], self._numbers[b]
            found = compare_means(*scores, self.groups, both, None, level=level, bounds=bounds)
            return Interval(found.low, found.high)
        footing = self.footing(a, b)
        if error == 0 or self._units < 2:
            return unvaried(value, footing.units, level, bounds, exact=False)
        wide = self.figures.spread((a, b), error, self._units, self._df)
        reach = float(stats.t.ppf((1 + level) / 2, wide.df)) * wide.error
        least, greatest = (-np.inf, np.inf) if bounds is None else bounds
        drawn = Resampled(value, error, level, max(value - reach, least), min(value + reach, greatest))
        return grounded(drawn, footing, bounds)

    def better(self, a: int, b: int, level: float, error: float) -> Interval:
        """As `interval`, of how much better A is: the same with the sign turned where less is better."""
        low, high = self.interval(a, b, level, error)
        return Interval(low, high) if self.metric.higher_is_better else Interval(-high, -low)

    def footing(self, a: int, b: int) -> Footing:
        """What A - B rests on."""
        return of_difference([self._footings[a], self._footings[b]])

    @cached_property
    def _numbers(self) -> list[NDArray[np.float64]]:
        return [columns[0].numbers for columns in self.columns]

    @cached_property
    def _footings(self) -> list[Footing]:
        return [rests_on(self.metric, of_seeds(columns), self.groups) for columns in self.columns]

    @cached_property
    def _units(self) -> int:
        return unit_count(self.groups, len(self.columns[0][0].codes))

    @cached_property
    def _df(self) -> float:
        return unit_degrees(self.groups, len(self.columns[0][0].codes))
