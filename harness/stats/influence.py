"""Intervals and draws for very many items: normal, with the covariance of the items' influence on each figure.

With a million items every resample of many sides is nearly all distinct rows, which takes minutes to draw, while
the draws themselves are normal to more digits than they have noise: the infinitesimal jackknife (Efron 1982, chapter
6) gives their covariance in one pass.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_clusters, check_level
from harness.stats.bootstrap import JointDraws, Side
from harness.stats.clusters import unit_degrees
from harness.stats.interval import Interval

MOST_VALUES = 2000


def influence(side: Side) -> FloatArray:
    """How much each of the u distinct scores moves the figure, times the number of items: (u,).

    The weighted mean over the items is 0, and the variance over n that of the figure. Found by adding and taking
    away one item of each distinct score.

    Args:
        side: at least two items; scores that no item has get an influence of 0.
    """
    counts = np.bincount(np.asarray(side.codes), minlength=len(side.values)).astype(np.int64)
    present = np.flatnonzero(counts)
    step = np.zeros((present.size, counts.size), dtype=np.int64)
    step[np.arange(present.size), present] = 1
    moved = side.aggregate(side.values, counts + step) - side.aggregate(side.values, counts - step)
    values = np.zeros(counts.size)
    values[present] = moved * counts.sum() / 2
    centred: FloatArray = values - (values @ counts) / counts.sum()
    return centred


def normal_interval(
    side: Side,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> tuple[float, float, Interval]:
    """A figure, its standard error and its normal interval, for so many clusters that the bootstrap's is the same.

    Args:
        side: of at most `MOST_VALUES` distinct scores.
        groups: (n,) cluster codes.
        level: coverage of the two-sided interval.
        bounds: the least and the greatest figure there can be; the interval is cut to them.

    Raises:
        ValueError: more distinct scores, or a wrong level.
    """
    check_level(level)
    value, covariance = _moments([side], groups)
    df = unit_degrees(groups, len(np.asarray(side.codes)))
    centre, error = float(value[0]), float(np.sqrt(covariance[0, 0]))
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    least, greatest = (-np.inf, np.inf) if bounds is None else bounds
    return centre, error, Interval(max(centre - reach, least), min(centre + reach, greatest))


def normal_draws(
    sides: Sequence[Side], draws: int, rng: np.random.Generator, groups: ArrayLike | None = None
) -> JointDraws:
    """What `harness.stats.bootstrap.joint_draws` gives, for so many items (clusters) that it is normal.

    Args:
        sides: K sides over the same n items in the same order, each of at most `MOST_VALUES` distinct scores.
        draws: number of draws.
        rng: where the randomness comes from.
        groups: (n,) cluster codes.

    Raises:
        ValueError: a side with more distinct scores.
    """
    estimates, covariance = _moments(sides, groups)
    return JointDraws(estimates, rng.multivariate_normal(estimates, covariance, size=draws, method="eigh"))


def _moments(sides: Sequence[Side], groups: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """(K,) figures and their (K, K) covariance."""
    if any(len(side.values) > MOST_VALUES for side in sides):
        raise ValueError(f"a side has more than {MOST_VALUES} distinct scores")
    observed = [np.bincount(np.asarray(side.codes), minlength=len(side.values))[None, :] for side in sides]
    estimates = np.array([side.aggregate(side.values, row)[0] for side, row in zip(sides, observed, strict=True)])
    codes = [np.asarray(side.codes) for side in sides]
    n = codes[0].size
    cluster, clusters = as_clusters(groups, n) if groups is not None else (None, n)
    columns = [influence(side)[code] for side, code in zip(sides, codes, strict=True)]
    sums = np.stack([_sums(column, cluster, clusters) for column in columns])
    return estimates, sums @ sums.T / n**2


def _sums(column: FloatArray, cluster: IntArray | None, clusters: int) -> FloatArray:
    if cluster is None:
        return column
    return np.bincount(cluster, weights=column, minlength=clusters).astype(np.float64)
