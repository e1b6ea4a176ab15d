"""What these items and seeds can show of a difference, and how many more would settle it."""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.compare.result import Power
from harness.estimate import Comparison
from harness.figures.columns import DRAWS, LEVEL
from harness.figures.joint import joint_figures
from harness.figures.paired import Paired, difference_range
from harness.figures.units import rests_on
from harness.stats.bootstrap import Side
from harness.stats.clusters import unit_count, unit_degrees
from harness.stats.mean import mean_interval
from harness.stats.power import POWER

FEWEST = 10
"""Items or groups, with fewer of which nothing is said of more: their spread is hardly known."""
_MOST_UNITS, _MOST_SEEDS, _MOST_TIMES = 10**8, 10**4, 10**3


@dataclass(frozen=True)
class Spread:
    """The variance of a difference, by where it comes from."""

    units: int
    """Items, or groups where there are any."""
    df: float
    """Degrees of freedom of what they bring."""
    from_units: float
    """Variance that falls as more of them are asked."""
    from_seeds: tuple[float, float] = (0.0, 0.0)
    """Variance that falls as A and B are run with more seeds, and with nothing else."""
    seeds: tuple[int, int] = (1, 1)

    def shows(self, units: int, seeds: tuple[int, int], alpha: float, power: float) -> float:
        """The true difference that so many would show.

        The standard error times the quantiles of t with Satterthwaite's degrees of freedom, where Miller 2024 (arXiv
        2411.00640) has normal ones.

        Args:
            units: items or groups.
            seeds: of A and B.
            alpha: two-sided.
            power: the probability of showing it.
        """
        parts = [(self.from_units * self.units / units, self.df * units / self.units)]
        for variance, now, then in zip(self.from_seeds, self.seeds, seeds, strict=True):
            if now > 1:
                parts.append((variance * now / then, then - 1))
        total = sum(variance for variance, _ in parts)
        if total == 0:
            return 0.0
        df = total**2 / sum(variance**2 / freedom for variance, freedom in parts)
        return float(stats.t.ppf(1 - alpha / 2, df) + stats.t.ppf(power, df)) * math.sqrt(total)


def power_of(
    paired: Paired, found: Comparison, margin: float, rng: np.random.Generator, *, settled: bool
) -> Power | None:
    """What the items can show, by the spread that they have; None where they are too few or have none.

    Args:
        paired: the two on their common items.
        found: the difference, with its two-sided 95 % interval.
        margin: the smallest difference that matters.
        rng: for a bootstrap.
        settled: whether it is known already on which side of the margin the difference lies.
    """
    spread = spread_of(paired, found, rng)
    footing = rests_on(paired.metric, [*paired.a, *paired.b], paired.groups)
    if spread is None or footing.units < FEWEST:
        return None
    detectable = spread.shows(spread.units, spread.seeds, 1 - LEVEL, POWER)
    widest = difference_range(paired.metric)
    possible = widest is None or detectable <= widest[1]
    units, seeds = (None, None) if settled else _needed(spread, found.difference, margin)
    return Power(detectable if possible else None, units, seeds)


def spread_of(paired: Paired, found: Comparison, rng: np.random.Generator) -> Spread | None:
    """The variance of the difference: that of its mean, or of its draws; None where there is none to be known.

    Where all differences are equal it is taken from the interval, which knows that others were possible.
    """
    units = unit_count(paired.groups, paired.n)
    seeds = (len(paired.a), len(paired.b))
    if units < 2:
        return None
    if paired.metric.is_mean and seeds == (1, 1):
        mean = mean_interval(paired.a[0].numbers - paired.b[0].numbers, paired.groups)
        error, df, from_seeds = mean.standard_error, mean.df, (0.0, 0.0)
    else:
        sides = [Side(paired.metric.aggregate, c.values, c.codes) for c in (*paired.a, *paired.b)]
        owners = [0] * seeds[0] + [1] * seeds[1]
        crossed = joint_figures(sides, owners, DRAWS, rng, paired.groups)
        draws = float(np.nanstd(crossed.draws[:, 0] - crossed.draws[:, 1], ddof=1))
        df = unit_degrees(paired.groups, paired.n)
        error = crossed.spread((0, 1), draws, units, df).error if draws > 0 else 0.0
        from_seeds = (float(crossed.from_seeds[0]), float(crossed.from_seeds[1]))
    if error == 0:
        error = (found.high - found.low) / 2 / float(stats.norm.ppf((1 + LEVEL) / 2))
    if not np.isfinite(error) or error <= 0:
        return None
    return Spread(units, df, max(0.0, error**2 - sum(from_seeds)), from_seeds, seeds)


def _needed(spread: Spread, difference: float, margin: float) -> tuple[int | None, int | None]:
    """Units and seeds in all that would settle it, were the difference what it seems; None for as many as there are.

    Of more units and more seeds whichever is the smaller multiple of what there is; both where neither does alone.
    """
    distance = abs(abs(difference) - margin)
    if distance == 0:
        return None, None
    # Beyond the margin by the two-sided interval; within it both one-sided tests must succeed, so that each may fail
    # half as often.
    alpha, power = (2 * (1 - LEVEL), (1 + POWER) / 2) if abs(difference) < margin else (1 - LEVEL, POWER)

    def enough(units: int, least_seeds: int) -> bool:
        a, b = (max(least_seeds, now) if now > 1 else 1 for now in spread.seeds)
        return spread.shows(units, (a, b), alpha, power) <= distance

    most = max(spread.seeds)
    units = _first(range(spread.units, _MOST_UNITS), lambda n: enough(n, 1))
    seeds = _first(range(most, _MOST_SEEDS), lambda s: enough(spread.units, s)) if most > 1 else None
    if units is not None and (seeds is None or units / spread.units <= seeds / most):
        return units, None
    if seeds is not None:
        return None, seeds
    times = _first(range(1, _MOST_TIMES), lambda k: enough(k * spread.units, k * most)) if most > 1 else None
    return (None, None) if times is None else (times * spread.units, times * most)


def _first(numbers: range, enough: Callable[[int], bool]) -> int | None:
    """The first that is enough, where all after it are too."""
    at = bisect_left(numbers, True, key=enough)
    return numbers[at] if at < len(numbers) else None
