"""An interval for a bounded estimate of known variance: Wilson's, at the n that fits the variance."""

from scipy import stats

from harness.stats.interval import Interval
from harness.stats.proportion import wilson


def matched_wilson(
    share: float, variance: float, units: int, *, clustered: bool = False, level: float = 0.95
) -> Interval:
    """Wilson's interval at the n at which a proportion would have this variance.

    A normal interval has no width where nothing varied, and leaves [0, 1] near its ends; this one does
    neither, and is the same for many units. With few clusters z gives way to t, which for Wilson's is a
    smaller n (Korn and Graubard 1998, for proportions).

    Args:
        share: the estimate, from 0 to 1; what lies outside is moved to the end.
        variance: its variance. Where it is 0, or the share is 0 or 1, n is the number of units.
        units: independent units behind the estimate.
        clustered: whether to use t with `units - 1` degrees of freedom.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: a wrong level.
    """
    share = min(max(share, 0.0), 1.0)
    # Below 1e-20 it is rounding: no number of units gives an error of 1e-10.
    varies = variance > 1e-20 and 0 < share < 1
    n = share * (1 - share) / variance if varies else float(units)
    if clustered:
        tail = (1 + level) / 2
        n *= float(stats.norm.ppf(tail) / stats.t.ppf(tail, max(units - 1, 1))) ** 2
    return wilson(share * n, n, level)
