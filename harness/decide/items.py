"""How many test items would settle whether a figure reaches a bound, or a difference a margin."""

import math
from dataclasses import dataclass

from harness.decide.words import about, plain
from harness.estimate import Estimate
from harness.stats.reliability import items_for_power, items_to_verify

POWER = 0.80
STRICT = 0.98
"""From here on a bar is a claim of reliability: so few failures are allowed that they are counted one by one."""
PLANNED = 0.4
"""Where nothing has failed yet, a plan takes the true failures to be this share of those that the bar allows."""
_REACH = 1.6449 + 0.8416
"""Normal quantiles of a one-sided 95 % bound and of the power."""
_MOST = 10_000_000


@dataclass(frozen=True)
class Plan:
    """Items in all, and a sentence about them."""

    items: int | None
    """None where no reasonable number would do."""
    words: str


def for_bound(estimate: Estimate, bound: float, *, counted: bool) -> Plan:
    """Items that would show whether a figure reaches a bound.

    Args:
        estimate: the figure as it is known now.
        bound: to be reached.
        counted: whether the figure is a plain share of items, so that exact counts hold.
    """
    if counted and STRICT <= bound < 1 and estimate.value >= bound:
        return _reliability(estimate, bound)
    error = (estimate.upper - estimate.lower) / (2 * 1.6449)
    return _by_error(estimate.value, bound, error, estimate.n)


def for_margin(value: float, low: float, high: float, margin: float, n: int) -> Plan:
    """Items that would show whether a difference exceeds a margin, from its one-sided 95 % bounds on n items."""
    return _by_error(value, margin, (high - low) / (2 * 1.6449), n)


def _reliability(estimate: Estimate, bound: float) -> Plan:
    least = items_to_verify(bound)
    true = estimate.value if bound < estimate.value < 1 else 1 - PLANNED * (1 - bound)
    full = items_for_power(bound, true, POWER)
    chance = f"an {100 * POWER:.0f} % chance at a true {plain(100 * true)} %"
    return Plan(full, f"{least:,} items if none fails, about {about(full)} items for {chance}")


def _by_error(value: float, bound: float, error: float, n: int) -> Plan:
    """More items narrow the bounds with the square root of their number."""
    distance = abs(value - bound)
    found = n * (_REACH * error / distance) ** 2 if distance > 0 and math.isfinite(error) else math.inf
    if found > _MOST:
        return Plan(None, "no reasonable number of items: the figure lies on the bound")
    full = max(n + 1, math.ceil(found))
    return Plan(
        full, f"about {about(full)} items in all for an {100 * POWER:.0f} % chance, if the figure stays where it is"
    )
