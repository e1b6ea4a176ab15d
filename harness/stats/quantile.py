"""Percentiles with intervals from order statistics, which assume nothing of the distribution's shape."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, as_scores, check_level


@dataclass(frozen=True)
class QuantileEstimate:
    """A quantile and its interval, in the unit of the values."""

    value: float
    """The quantile of the sample (linear interpolation, as numpy)."""
    low: float
    """Lower end of the interval; -inf where n is too small to bound it."""
    high: float
    """Upper end of the interval; inf where n is too small to bound it."""
    n: int
    """Values."""


def quantile_interval(values: ArrayLike, q: float, level: float = 0.95) -> QuantileEstimate:
    """The q-quantile with its two-sided interval between two order statistics.

    The number of values below the true quantile is Binomial(n, q), so that the bounds hold for every
    continuous distribution and at least at the level for others (Hahn and Meeker 1991, section 5.2).

    Args:
        values: (n,) values.
        q: 0.95 for the 95th percentile.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: no values, one that is not finite, q or level not between 0 and 1.
    """
    check_level(level)
    array = np.sort(as_scores(values))
    tail = (1 - level) / 2
    return QuantileEstimate(
        float(np.quantile(array, _check(q))), _lower(array, q, tail), _upper(array, q, tail), array.size
    )


def quantile_lower_bound(values: ArrayLike, q: float, level: float = 0.95) -> float:
    """The one-sided lower bound of the q-quantile; -inf where n is too small. See `quantile_interval`."""
    return _lower(np.sort(as_scores(values)), _check(q), 1 - check_level(level))


def quantile_upper_bound(values: ArrayLike, q: float, level: float = 0.95) -> float:
    """The one-sided upper bound of the q-quantile; inf where n is too small. See `quantile_interval`."""
    return _upper(np.sort(as_scores(values)), _check(q), 1 - check_level(level))


def _lower(ordered: FloatArray, q: float, tail: float) -> float:
    # The greatest rank r with P(fewer than r values below the quantile) <= tail.
    rank = int(stats.binom.ppf(tail, ordered.size, q))
    if stats.binom.cdf(rank, ordered.size, q) <= tail:
        rank += 1
    return float(ordered[rank - 1]) if rank >= 1 else -math.inf


def _upper(ordered: FloatArray, q: float, tail: float) -> float:
    # The smallest rank r with P(at least r values below the quantile) <= tail.
    rank = int(stats.binom.ppf(1 - tail, ordered.size, q)) + 1
    return float(ordered[rank - 1]) if rank <= ordered.size else math.inf


def _check(q: float) -> float:
    if not 0 < q < 1:
        raise ValueError(f"a quantile lies between 0 and 1 (0.95 is the 95th percentile), found {q}")
    return q
