"""Few human labels, many judged items: estimates that are valid although the judge errs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_clusters, as_scores, check_level
from harness.stats.interval import Interval
from harness.stats.matched import matched_wilson
from harness.stats.mean import constant_interval


@dataclass(frozen=True)
class JudgedEstimate:
    """A mean over all items from human labels on some and a judge's scores on all."""

    value: float
    """Prediction-powered estimate of the mean of the human labels."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    tuning: float
    """How much the judge is relied on: lambda, from 0 (not at all) to 1."""
    labelled: int
    """Items with a human label."""
    unlabelled: int
    """Items with the judge's score only."""


def judged_mean(
    gold: ArrayLike,
    judge: ArrayLike,
    judge_unlabelled: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    groups_unlabelled: ArrayLike | None = None,
    level: float = 0.95,
    tuning: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> JudgedEstimate:
    """PPI++ mean: the judge's mean, corrected by its mean error on the labelled items.

    Angelopoulos, Duchi and Zrnic 2023 (arXiv 2311.01453), equation 3 and example 6.1. The labelled items must
    be a random part of all. Without bounds the interval is normal, like ppi-python's, and too short for few
    labels or for rates near 0 and 1; with them it is Wilson's at the same variance. With groups z becomes t.

    Args:
        gold: (n,) human labels.
        judge: (n,) the judge's scores of the same items.
        judge_unlabelled: (m,) the judge's scores of the other items.
        groups: (n,) cluster codes of the labelled items.
        groups_unlabelled: (m,) codes of the others; a code means the same cluster in both. Both or neither.
        level: coverage of the two-sided interval.
        tuning: lambda from 0 to 1; None takes the one with the shortest interval.
        bounds: the least and the greatest label there can be, (0, 1) for right and wrong.

    Raises:
        ValueError: no items, shapes that differ, groups for one part only, labels outside the bounds,
            or a wrong level or tuning.
    """
    check_level(level)
    y, f, g = as_scores(gold), as_scores(judge), as_scores(judge_unlabelled)
    if y.size != f.size:
        raise ValueError(f"{y.size} human labels, but {f.size} judge's scores of the same items")
    if (groups is None) != (groups_unlabelled is None):
        raise ValueError("groups are needed for the labelled and the unlabelled items, or for neither")
    if tuning is not None and not 0 <= tuning <= 1:
        raise ValueError(f"tuning lies between 0 and 1, found {tuning}")
    if bounds is not None and (y.min() < bounds[0] or y.max() > bounds[1]):
        raise ValueError(f"labels from {y.min():g} to {y.max():g} lie outside {bounds}")
    lam = _best_tuning(y, f, g) if tuning is None else tuning
    rectified = y - lam * f
    value = float(lam * g.mean() + rectified.mean())
    # What each item contributes to the error of the estimate; sums within clusters are what varies.
    parts = np.concatenate([(rectified - rectified.mean()) / y.size, lam * (g - g.mean()) / g.size])
    codes, units = _joint_codes(groups, groups_unlabelled, y.size, g.size)
    # Where nothing varies, rounding must not look like a very small error.
    varies = np.ptp(rectified) > 0 or (lam > 0 and np.ptp(g) > 0)
    variance = float(np.square(np.bincount(codes, weights=parts)).sum()) if varies else 0.0
    low, high = _ends(value, variance, units, bounds, clustered=groups is not None, level=level)
    return JudgedEstimate(value, low, high, lam, y.size, g.size)


def judged_difference(
    gold: tuple[ArrayLike, ArrayLike],
    judge: tuple[ArrayLike, ArrayLike],
    judge_unlabelled: tuple[ArrayLike, ArrayLike],
    *,
    groups: ArrayLike | None = None,
    groups_unlabelled: ArrayLike | None = None,
    level: float = 0.95,
    tuning: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> JudgedEstimate:
    """PPI++ of the paired difference, first minus second: `judged_mean` of the differences per item.

    Args:
        gold: human labels of the two candidates on the same labelled items, (n,) each.
        judge: the judge's scores of the two on those items, (n,) each.
        judge_unlabelled: the judge's scores of the two on the other items, (m,) each.
        groups: as in `judged_mean`.
        groups_unlabelled: as in `judged_mean`.
        level: coverage of the two-sided interval.
        tuning: as in `judged_mean`.
        bounds: of the difference: (-1, 1) for labels from 0 to 1.

    Raises:
        ValueError: as `judged_mean`.
    """
    return judged_mean(
        _subtract(*gold),
        _subtract(*judge),
        _subtract(*judge_unlabelled),
        groups=groups,
        groups_unlabelled=groups_unlabelled,
        level=level,
        tuning=tuning,
        bounds=bounds,
    )


def _best_tuning(y: FloatArray, f: FloatArray, g: FloatArray) -> float:
    spread = float(np.var(np.concatenate([f, g]), ddof=1))
    if spread == 0:
        return 0.0
    covariance = float(np.mean((y - y.mean()) * (f - f.mean())))
    return min(max(covariance / ((1 + y.size / g.size) * spread), 0.0), 1.0)


def _joint_codes(groups: ArrayLike | None, groups_unlabelled: ArrayLike | None, n: int, m: int) -> tuple[IntArray, int]:
    """Cluster codes over both parts, and the clusters that hold labels."""
    if groups is None or groups_unlabelled is None:
        return np.arange(n + m, dtype=np.int64), n
    as_clusters(groups, n), as_clusters(groups_unlabelled, m)
    codes = as_clusters(np.concatenate([np.asarray(groups), np.asarray(groups_unlabelled)]), n + m)[0]
    return codes, np.unique(codes[:n]).size


def _ends(
    value: float,
    variance: float,
    units: int,
    bounds: tuple[float, float] | None,
    *,
    clustered: bool,
    level: float,
) -> Interval:
    if units < 2 or (bounds is None and variance == 0):
        return constant_interval(value, units, level, bounds)
    if bounds is not None:
        low, width = bounds[0], bounds[1] - bounds[0]
        share, scaled = (value - low) / width, variance / width**2
        ends = matched_wilson(share, scaled, units, clustered=clustered, level=level)
        return Interval(min(low + width * ends.low, value), max(low + width * ends.high, value))
    tail = (1 + level) / 2
    reach = float(np.sqrt(variance) * (stats.t.ppf(tail, units - 1) if clustered else stats.norm.ppf(tail)))
    return Interval(value - reach, value + reach)


def _subtract(first: ArrayLike, second: ArrayLike) -> FloatArray:
    a, b = as_scores(first), as_scores(second)
    if a.size != b.size:
        raise ValueError(f"the two candidates must be scored on the same items, found {a.size} and {b.size}")
    difference: FloatArray = a - b
    return difference
