"""What an interval allows to claim of two candidates."""

import numpy as np

from harness.compare.result import Claimed
from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.figures.paired import difference_range
from harness.metrics.metric import Metric
from harness.stats.equivalence import Claims, claims
from harness.stats.interval import Interval

Ends = Comparison | Interval


def check_margin(metric: Metric, margin: float) -> None:
    """Refuses a margin that no difference could reach.

    Raises:
        ComparisonError: it is negative, not finite, or above the range of the metric.
    """
    if not 0 <= margin < np.inf:
        raise ComparisonError(f"the margin is a finite number, 0 or more, found {margin:g}.")
    widest = difference_range(metric)
    if widest is not None and margin > widest[1]:
        raise ComparisonError(
            f"{metric.name} differs by at most {widest[1]:g}, so that a margin of {margin:g} says nothing."
        )


def claims_of(wide: Ends, narrow: Ends, margin: float, *, higher_is_better: bool = True) -> Claimed:
    """What the intervals of A - B allow to claim.

    Args:
        wide: the two-sided 95 % interval. Which of the two is better was not said before looking, so that the two
            directions share the 5 %.
        narrow: the two-sided 90 % interval, whose ends are one-sided 95 % bounds: for *not worse* and *equivalent*
            (TOST), of which no two can be wrong at once.
        margin: the smallest difference that matters.
        higher_is_better: whether more of the metric is better.
    """
    a, b = _both_ways(wide, margin, higher_is_better)
    near_a, near_b = _both_ways(narrow, margin, higher_is_better)
    if not margin:  # not to be worse at all is to be better
        near_a, near_b = a, b
    return Claimed(
        a.superior,
        b.superior,
        a.superior_by_margin,
        b.superior_by_margin,
        near_a.non_inferior,
        near_b.non_inferior,
        near_a.equivalent,
    )


def _both_ways(ends: Ends, margin: float, higher_is_better: bool) -> tuple[Claims, Claims]:
    low, high = (ends.low, ends.high) if higher_is_better else (-ends.high, -ends.low)
    return claims(low, high, margin), claims(-high, -low, margin)
