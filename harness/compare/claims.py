"""What an interval allows to claim of two candidates, and what it would take to claim more."""

import numpy as np
from scipy import stats

from harness.compare.result import Claimed, Power
from harness.estimate import Comparison
from harness.stats.equivalence import claims
from harness.stats.power import detectable_difference, items_to_settle

POWER = 0.8


def claims_of(low: float, high: float, margin: float, *, higher_is_better: bool = True) -> Claimed:
    """What the ends of a two-sided 90 % interval of A - B allow to claim."""
    if not higher_is_better:
        low, high = -high, -low
    a, b = claims(low, high, margin), claims(-high, -low, margin)
    return Claimed(
        a.superior, b.superior, a.superior_by_margin, b.superior_by_margin, a.non_inferior, b.non_inferior, a.equivalent
    )


def power_of(found: Comparison, margin: float, *, settled: bool) -> Power | None:
    """What the items can show; None where the interval has no width or no end.

    The spread is taken from the interval, whose half is 1.96 standard errors: pairing, groups, seeds and the form of
    the metric are in it (Miller 2024, arXiv 2411.00640, with the observed variance).
    """
    error = (found.high - found.low) / 2 / float(stats.norm.ppf(0.975))
    if not np.isfinite(error) or error <= 0:
        return None
    variance = found.n * error**2
    # One-sided 95 % bounds decide, so that alpha is .10 for two sides.
    needed = None if settled else items_to_settle(found.difference, variance, margin, alpha=0.10, power=POWER)
    return Power(detectable_difference(found.n, variance, power=POWER), needed)
