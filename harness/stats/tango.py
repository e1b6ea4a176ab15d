"""Tango's score interval for the difference of two paired proportions."""

import math

from scipy import optimize, stats

from harness.stats.arrays import check_level
from harness.stats.interval import Interval


def tango(only_a: float, only_b: float, n: float, level: float = 0.95) -> Interval:
    """Tango's score interval for the difference A - B of paired proportions (Tango 1998).

    The numbers may be fractions, for an effective n.

    Args:
        only_a: items on which only A is right.
        only_b: items on which only B is right.
        n: all items.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: n is not above 0, counts that are negative or sum to more than n, or a wrong level.
    """
    return score_interval(only_a, only_b, n, float(stats.norm.ppf((1 + check_level(level)) / 2)))


def score_interval(only_a: float, only_b: float, n: float, critical: float) -> Interval:
    """As `tango`, for a critical value instead of a level: a t quantile, say, for few clusters."""
    if not n > 0:
        raise ValueError(f"no items: n must be above 0, found {n}")
    if min(only_a, only_b) < 0 or only_a + only_b > n * (1 + 1e-12):
        raise ValueError(f"{only_a:g} and {only_b:g} discordant items do not fit into n = {n:g}")
    return Interval(
        -_upper(only_b, only_a, n, critical**2),
        _upper(only_a, only_b, n, critical**2),
    )


def _upper(only_a: float, only_b: float, n: float, z2: float) -> float:
    if only_a + only_b == 0:
        return z2 / (n + z2)  # the equation has a second root at the estimate itself; this is the other
    if only_b >= n:
        return (z2 - n) / (z2 + n)  # the same
    estimate = (only_a - only_b) / n

    def excess(difference: float) -> float:
        """Squared distance beyond the critical value: the bound is where it is 0."""
        linear = -only_a - only_b + (2 * n - only_a + only_b) * difference
        constant = -only_b * difference * (1 - difference)
        share = (math.sqrt(max(0.0, linear**2 - 8 * n * constant)) - linear) / (4 * n)
        variance = n * (2 * share + difference * (1 - difference))
        return (only_a - only_b - n * difference) ** 2 - z2 * variance

    if estimate >= 1:
        return 1.0
    return float(optimize.brentq(excess, estimate, 1.0, xtol=1e-12))
