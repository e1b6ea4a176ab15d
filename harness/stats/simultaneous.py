"""Several candidates at once: intervals that hold together, the best of a group, ranks, adjusted p."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, check_level
from harness.stats.interval import Interval

PairInterval = Callable[[int, int, float, float], Interval]
"""The interval of one difference: from both candidates, the level, and the standard deviation of its draws."""
Adjustment = Literal["bonferroni", "holm", "bh", "by"]


@dataclass(frozen=True)
class Differences:
    """Differences between candidates whose intervals all hold at once, with the stated level."""

    pairs: IntArray
    """(m, 2) which candidate minus which."""
    value: FloatArray
    """(m,) the differences."""
    low: FloatArray
    """(m,) lower ends."""
    high: FloatArray
    """(m,) upper ends."""
    critical: float
    """How many standard errors the intervals reach."""


@dataclass(frozen=True)
class BestDifference:
    """The best of one group against the best of another, whichever they truly are."""

    value: float
    """The difference of the greatest estimates."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    best_a: int
    """The candidate with the greatest estimate in group A."""
    best_b: int
    """The same in group B."""


def all_pairs(k: int) -> IntArray:
    """(k (k - 1) / 2, 2) every pair of k candidates once, the lower index first."""
    return np.array(list(combinations(range(k), 2)), dtype=np.int64).reshape(-1, 2)


def against(k: int, reference: int) -> IntArray:
    """(k - 1, 2) every other candidate minus the reference."""
    return np.array([(i, reference) for i in range(k) if i != reference], dtype=np.int64).reshape(-1, 2)


def simultaneous(
    estimates: ArrayLike,
    draws: ArrayLike,
    pairs: ArrayLike,
    level: float = 0.95,
    interval: PairInterval | None = None,
) -> Differences:
    """Max-T intervals: each reaches as many standard errors as the greatest of all rarely exceeds.

    The critical value is the quantile, over resamples, of max_j |d*_j - d_j| / s_j (Westfall and Young
    1993; Romano and Wolf 2005). With an `interval` for a single pair, each is that interval at the level that so many
    standard errors are for a normal difference, at least `level` and at most Bonferroni's, which always suffices.
    Draws of candidates that hardly ever differ have no spread to go by: such pairs are at Bonferroni's.

    Args:
        estimates: (K,) figures of the candidates on the items themselves.
        draws: (B, K) their figures in the same resamples: `harness.stats.bootstrap.joint_draws`. Resamples
            in which a figure is not defined are left out.
        pairs: (m, 2) which candidate minus which: `all_pairs` or `against`.
        level: the probability that all intervals hold.
        interval: of a single pair; without it the draws speak alone, and those without any spread are an interval of
            no width.

    Raises:
        ValueError: fewer than two draws, shapes that do not fit, or a wrong level.
    """
    check_level(level)
    points, table, chosen = _checked(estimates, draws, pairs)
    value = points[chosen[:, 0]] - points[chosen[:, 1]]
    gaps = table[:, chosen[:, 0]] - table[:, chosen[:, 1]]
    error = gaps.std(axis=0, ddof=1)
    # Draws that differ by rounding alone do not vary.
    error[error <= 1e-12 * (1 + np.abs(value))] = 0.0
    scale = np.where(error > 0, error, 1.0)
    greatest = np.where(error > 0, np.abs(gaps - value) / scale, 0.0).max(axis=1, initial=0.0)
    critical = float(np.quantile(greatest, level, method="higher"))
    low, high = value - critical * error, value + critical * error
    if interval is not None:
        single = _single_levels(error, critical, level)
        ends = [interval(int(a), int(b), *rest) for (a, b), *rest in zip(chosen, single, error, strict=True)]
        low, high = np.array(ends).T
    return Differences(chosen, value, low, high, critical)


def best_of(
    group_a: Sequence[int],
    group_b: Sequence[int],
    estimates: ArrayLike,
    draws: ArrayLike,
    level: float = 0.95,
    interval: PairInterval | None = None,
) -> BestDifference:
    """The best of group A minus the best of group B, with an interval that pays for the picking.

    The true difference of the maxima is max_a min_b d_ab = min_b max_a d_ab, which only grows with each
    d_ab: simultaneous bounds on all d_ab give bounds on it, whichever candidates are truly the best.

    Args:
        group_a: candidates (columns of the draws); higher figures are better.
        group_b: candidates, none of them in group A.
        estimates: (K,) figures on the items themselves.
        draws: (B, K) figures in the same resamples.
        level: coverage of the interval.
        interval: as for `simultaneous`.

    Raises:
        ValueError: an empty group, a candidate in both, or as `simultaneous`.
    """
    if not group_a or not group_b or set(group_a) & set(group_b):
        raise ValueError(f"two groups without a common candidate are needed, found {list(group_a)} and {list(group_b)}")
    pairs = [(a, b) for a in group_a for b in group_b]
    found = simultaneous(estimates, draws, pairs, level, interval)
    shape = (len(group_a), len(group_b))
    value, low, high = (x.reshape(shape) for x in (found.value, found.low, found.high))
    points = np.asarray(estimates, dtype=np.float64)
    return BestDifference(
        float(value.min(axis=1).max()),
        float(low.max(axis=0).min()),
        float(high.min(axis=1).max()),
        max(group_a, key=lambda i: points[i]),
        max(group_b, key=lambda i: points[i]),
    )


def rank_sets(differences: Differences, k: int) -> list[tuple[int, int]]:
    """For each of k candidates the best and the worst rank it may truly have; 1 is the highest figure.

    A rank counts the candidates that are surely better and surely worse (Mogstad, Romano, Shaikh and
    Wilhelm 2024); with simultaneous intervals of all pairs, all sets hold at once.

    Args:
        differences: of all pairs of the k candidates.
        k: number of candidates.
    """
    first, second = differences.pairs[:, 0], differences.pairs[:, 1]
    higher, lower = differences.low > 0, differences.high < 0
    beaten = np.bincount(first[lower], minlength=k) + np.bincount(second[higher], minlength=k)
    beats = np.bincount(first[higher], minlength=k) + np.bincount(second[lower], minlength=k)
    return [(1 + int(above), k - int(below)) for above, below in zip(beaten, beats, strict=True)]


def adjusted_p(p_values: ArrayLike, method: Adjustment) -> FloatArray:
    """P-values adjusted for being many, in the order given: compare each with alpha.

    Bonferroni and Holm (1979) bound the chance of any false rejection; BH (1995) and BY (2001) the expected
    share of false ones among the rejections, BY under any dependence.

    Raises:
        ValueError: a value outside 0 to 1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values are numbers from 0 to 1, shape (m,)")
    if method == "bonferroni":
        return np.minimum(1.0, p * p.size)
    if method in {"bh", "by"}:
        return np.asarray(stats.false_discovery_control(p, method=method)) if p.size else p
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, stepped)
    return adjusted


def _single_levels(error: FloatArray, critical: float, level: float) -> list[float]:
    """(m,) the level at which each pair alone is shown, so that all hold together."""
    most = 1 - (1 - level) / error.size
    shared = min(max(level, 2 * float(stats.norm.cdf(critical)) - 1), most)
    return [shared if e > 0 else most for e in error]


def _checked(estimates: ArrayLike, draws: ArrayLike, pairs: ArrayLike) -> tuple[FloatArray, FloatArray, IntArray]:
    points = np.asarray(estimates, dtype=np.float64)
    table = np.asarray(draws, dtype=np.float64)
    chosen = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if table.ndim != 2 or points.shape != table.shape[1:]:
        raise ValueError(f"expected (K,) estimates and (B, K) draws, found shapes {points.shape} and {table.shape}")
    table = table[np.isfinite(table).all(axis=1)]
    if table.shape[0] < 2:
        raise ValueError("the figures of all candidates are defined in fewer than two draws")
    if not len(chosen):
        raise ValueError("no pairs: at least two candidates are needed")
    return points, table, chosen
