"""Bootstrap intervals for any aggregate of scores, in the form (distinct values, counts)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import FloatArray, IntArray, check_level
from harness.stats.clusters import FEW_EFFECTIVE, unit_degrees
from harness.stats.mean import constant_interval
from harness.stats.resample import Units, distinct_units, draw_counts, leave_one_out, split
from harness.stats.tails import acceleration, bca, expanded, reached, two_sided_p

Aggregate = Callable[[Any, IntArray], FloatArray]
"""From u distinct values and (b, u) counts of them to b aggregates."""
Method = Literal["percentile", "bca"]


@dataclass(frozen=True)
class Side:
    """What one candidate (or one seed of it) scored."""

    aggregate: Aggregate
    """The rule from values and counts to figures."""
    values: Any
    """The u distinct scores, as the aggregate wants them."""
    codes: ArrayLike
    """(n,) which of the values each item scored."""


@dataclass(frozen=True)
class Bootstrapped:
    """A figure and its bootstrap interval."""

    value: float
    """On the items themselves."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    standard_error: float
    """Standard deviation of the draws."""
    p_value: float
    """Two-sided, that the true figure is 0; meant for differences. Never 0."""
    draws: int
    """Resamples in which the figure was defined."""
    method: Method | Literal["t"]
    """How the interval was made; t standard errors of the draws where units are few."""


@dataclass(frozen=True)
class JointDraws:
    """The figures of K sides in the same resamples."""

    estimates: FloatArray
    """(K,) on the items themselves."""
    draws: FloatArray
    """(B, K) in each resample."""


def bootstrap(
    aggregate: Aggregate,
    values: Any,
    codes: ArrayLike,
    draws: int,
    rng: np.random.Generator,
    *,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "percentile",
    bounds: tuple[float, float] | None = None,
) -> Bootstrapped:
    """An aggregate over items, with its interval from resampled items or clusters.

    Args:
        aggregate: from the values and (b, u) counts to b figures.
        values: the u distinct scores.
        codes: (n,) which of the values each item scored.
        draws: number of resamples.
        rng: where the randomness comes from.
        groups: (n,) cluster codes; whole clusters are then drawn.
        level: coverage of the two-sided interval.
        method: percentile, or BCa (Efron 1987) with the acceleration from leaving out each distinct unit.
            Both are expanded for few units (Hesterberg 2015), which changes little above a hundred. Where
            fewer than 10 units' worth is resampled, the interval is t standard errors of the draws in place of both.
        bounds: the least and the greatest figure there can be. They are needed where no draw differs from
            the value (10 of 10 right): see `harness.stats.mean.constant_interval`.

    Raises:
        ValueError: no items, codes that do not index the values, a wrong level, or a figure that is not
            defined on the items themselves.
    """
    return _bootstrap(
        [Side(aggregate, values, codes)],
        np.ones(1),
        draws=draws,
        rng=rng,
        groups=groups,
        level=level,
        method=method,
        bounds=bounds,
    )


def paired_bootstrap(
    aggregate: Aggregate,
    values_a: Any,
    codes_a: ArrayLike,
    values_b: Any,
    codes_b: ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "percentile",
    bounds: tuple[float, float] | None = None,
) -> Bootstrapped:
    """The difference A - B of an aggregate over the same items, both resampled on the same items.

    Arguments and errors are those of `bootstrap`, once per side; `bounds` are those of the difference.
    """
    sides = [Side(aggregate, values_a, codes_a), Side(aggregate, values_b, codes_b)]
    return _bootstrap(
        sides,
        np.array([1.0, -1.0]),
        draws=draws,
        rng=rng,
        groups=groups,
        level=level,
        method=method,
        bounds=bounds,
    )


def joint_draws(
    sides: Sequence[Side], draws: int, rng: np.random.Generator, groups: ArrayLike | None = None
) -> JointDraws:
    """The figures of several sides in the same resamples of their common items, in one pass.

    Args:
        sides: K sides over the same n items in the same order.
        draws: number of resamples.
        rng: where the randomness comes from.
        groups: (n,) cluster codes; whole clusters are then drawn.
    """
    return _joint(sides, _units(sides, groups), draws, rng)


def _joint(sides: Sequence[Side], units: Units, draws: int, rng: np.random.Generator) -> JointDraws:
    observed = (units.table @ units.times)[None, :]
    rows = [_figures(sides, units, counts) for counts in draw_counts(units, draws, rng)]
    return JointDraws(_figures(sides, units, observed)[0], np.concatenate(rows))


def _bootstrap(
    sides: Sequence[Side],
    signs: FloatArray,
    *,
    draws: int,
    rng: np.random.Generator,
    groups: ArrayLike | None,
    level: float,
    method: Method,
    bounds: tuple[float, float] | None,
) -> Bootstrapped:
    check_level(level)
    units = _units(sides, groups)
    joint = _joint(sides, units, draws, rng)
    value, figures = float(joint.estimates @ signs), joint.draws @ signs
    figures = figures[np.isfinite(figures)]
    if not np.isfinite(value) or figures.size == 0:
        raise ValueError("the aggregate is not defined on these items (are all targets of one class?)")
    # Draws that differ by rounding alone do not vary.
    if np.abs(figures - value).max() <= 1e-12 * (1 + abs(value)):
        interval = constant_interval(value, int(units.times.sum()), level, bounds)
        return Bootstrapped(value, *interval, 0.0, two_sided_p(figures), figures.size, method)
    error, count = float(figures.std(ddof=1)), int(units.times.sum())
    df = unit_degrees(groups, count)
    if df + 1 < FEW_EFFECTIVE:
        # Hardly any resamples are distinct: their quantiles end where the units do.
        reach = reached(count, level, df) * error
        least, greatest = (-np.inf, np.inf) if bounds is None else bounds
        ends = max(value - reach, least), min(value + reach, greatest)
        return Bootstrapped(value, *ends, error, two_sided_p(figures), figures.size, "t")
    tails = expanded(count, level, df)
    if method == "bca":
        left_out = [(_figures(sides, units, counts) @ signs, times) for counts, times in leave_one_out(units)]
        tails = bca(tails, value, figures, acceleration(*map(np.concatenate, zip(*left_out, strict=True))))
    low, high = np.quantile(figures, tails)
    return Bootstrapped(value, float(low), float(high), error, two_sided_p(figures), figures.size, method)


def _units(sides: Sequence[Side], groups: ArrayLike | None) -> Units:
    return distinct_units([side.codes for side in sides], [len(side.values) for side in sides], groups)


def _figures(sides: Sequence[Side], units: Units, counts: IntArray) -> FloatArray:
    parts = split(counts, units.widths)
    columns = [side.aggregate(side.values, part) for side, part in zip(sides, parts, strict=True)]
    return np.stack(columns, axis=1)
