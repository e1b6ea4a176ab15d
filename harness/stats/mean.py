"""Means: cluster-robust variance and the t interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import as_clusters, as_scores, check_level
from harness.stats.clusters import unit_degrees
from harness.stats.interval import Interval


@dataclass(frozen=True)
class MeanEstimate:
    """A mean and its interval."""

    value: float
    """The mean over items."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    standard_error: float
    """Cluster-robust where items are grouped, s / sqrt(n) where not; 0 when all values are equal."""
    n: int
    """Items."""
    clusters: int
    """Clusters; equal to n without groups."""
    df: float
    """Degrees of freedom of the standard error."""


def clustered_variance(values: ArrayLike, groups: ArrayLike | None = None) -> float:
    """Variance of the mean when items of one group are not independent.

    sum_g (sum_i r_ig)^2 / n^2 with r the residuals from the mean (Liang and Zeger 1986; Miller 2024,
    arXiv 2411.00640). No small-sample correction, like statsmodels with `use_correction=False`.

    Args:
        values: (n,) scores.
        groups: (n,) cluster codes; without them every item is its own cluster.
    """
    scores = as_scores(values)
    codes, clusters = as_clusters(groups, scores.size)
    sums = np.bincount(codes, weights=scores - scores.mean(), minlength=clusters)
    return float(sums @ sums) / scores.size**2


def mean_interval(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> MeanEstimate:
    """The mean with a t interval: cluster-robust with `cluster_degrees` of freedom, or the ordinary one.

    Where the values (or the means of the clusters) do not vary, or there are fewer than two clusters, the
    data say nothing about their spread: the interval is then that of `constant_interval`.

    Args:
        values: (n,) scores.
        groups: (n,) cluster codes; without them every item is its own cluster.
        level: coverage of the two-sided interval.
        bounds: the least and the greatest score there can be; the interval is cut to them.

    Raises:
        ValueError: no values, a value that is not finite or outside the bounds, a wrong level.
    """
    check_level(level)
    scores = as_scores(values)
    if bounds is not None and (scores.min() < bounds[0] or scores.max() > bounds[1]):
        raise ValueError(f"scores from {scores.min():g} to {scores.max():g} lie outside {bounds}")
    n, value = scores.size, float(scores.mean())
    clusters = as_clusters(groups, n)[1]
    variance = clustered_variance(scores, groups)
    df = unit_degrees(groups, n)
    # Clusters whose means differ by rounding alone do not vary.
    if clusters < 2 or variance <= (1e-12 * float(np.abs(scores).max())) ** 2:
        return MeanEstimate(value, *constant_interval(value, clusters, level, bounds), 0.0, n, clusters, df)
    error = float(np.sqrt(variance if groups is not None else variance * n / (n - 1)))
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    low, high = (-np.inf, np.inf) if bounds is None else bounds
    return MeanEstimate(value, max(value - reach, low), min(value + reach, high), error, n, clusters, df)


def constant_interval(value: float, units: int, level: float, bounds: tuple[float, float] | None = None) -> Interval:
    """An interval for the mean when all independent units showed the same value.

    At most the share z^2 / (units + z^2) of the distribution can be elsewhere (Wilson's bound for none of
    `units`), and no further away than the bounds: 10 of 10 right is Wilson's .7225 to 1, and no
    discordant item among n is Tango's interval. Without bounds nothing limits the mean, and the interval
    is infinite: a width of 0 would claim a certainty that no data gave.
    """
    if bounds is None:
        return Interval(-np.inf, np.inf)
    z2 = float(stats.norm.ppf((1 + level) / 2)) ** 2
    elsewhere = z2 / (units + z2)
    return Interval(value - elsewhere * (value - bounds[0]), value + elsewhere * (bounds[1] - value))
