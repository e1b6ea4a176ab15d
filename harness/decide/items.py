"""How many test items would settle whether a figure reaches a bound, or a difference a margin."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from harness.economics.use import Draws
from harness.errors import counted
from harness.estimate import Estimate
from harness.figures.columns import SURE
from harness.stats.power import POWER, items_needed
from harness.stats.reliability import items_for_power, items_to_verify
from harness.words import plain, rounded_up

STRICT = 0.98
"""From here on a bar is a claim of reliability: so few failures are allowed that they are counted one by one."""
PLANNED = 0.4
"""Where nothing has failed yet, a plan takes the true failures to be this share of those that the bar allows."""
_MOST = 10_000_000


@dataclass(frozen=True)
class Plan:
    """Items in all, and a sentence about them."""

    items: int | None
    """Rounded up as the sentence says it; None where no reasonable number would do."""
    words: str


def for_bound(estimate: Estimate, bound: float, *, counted: bool, level: float = SURE) -> Plan:
    """Items that would show whether a figure reaches a bound.

    Args:
        estimate: the figure as it is known now.
        bound: to be reached.
        counted: whether the figure is a plain share of items, so that exact counts hold.
        level: one-sided, at which it has to reach the bound.
    """
    if counted and STRICT <= bound < 1 and estimate.value >= bound:
        return _reliability(estimate, bound, level)
    error = (estimate.upper - estimate.lower) / (2 * _normal(SURE))
    return _by_error(estimate.value, bound, error, estimate.n, level)


def for_margin(value: float, low: float, high: float, margin: float, n: int) -> Plan:
    """Items that would show whether a difference exceeds a margin, from its one-sided 95 % bounds on n items."""
    return _by_error(value, margin, (high - low) / (2 * _normal(SURE)), n, SURE)


def for_worth(advantage: Draws, luck: float, probability: float, n: int) -> Plan:
    """Items with which money would be sure enough, if the means stay: what they do not measure stays as unsure.

    Args:
        advantage: draws of what one candidate is worth over another beyond what is asked, USD.
        luck: variance of it that n items leave, USD squared.
        probability: how sure it must be.
        n: items now.
    """
    least = (float(advantage.mean()) / _normal(probability)) ** 2
    room = least - max(0.0, float(advantage.var()) - luck)
    if not 0 < n * luck <= _MOST * room:
        return Plan(None, "no reasonable number of items: too much else is unsure")
    full = rounded_up(max(n + 1, math.ceil(n * luck / room)))
    return Plan(full, f"about {full:,} items in all, if the figures stay where they are")


def _reliability(estimate: Estimate, bound: float, level: float) -> Plan:
    failures = round((1 - estimate.value) * estimate.n)
    least, more = items_to_verify(bound, failures, level), "no further one" if failures else "none"
    true = estimate.value if bound < estimate.value < 1 else 1 - PLANNED * (1 - bound)
    full = rounded_up(items_for_power(bound, true, POWER, level))
    chance = f"an {100 * POWER:.0f} % chance at a true {plain(100 * true)} %"
    return Plan(full, f"{counted(least, 'item')} if {more} fails, about {full:,} items for {chance}")


def _by_error(value: float, bound: float, error: float, n: int, level: float) -> Plan:
    """More items narrow the bounds with the square root of their number."""
    distance = abs(value - bound)
    if not math.isfinite(error):
        return Plan(None, "how many items that takes cannot be told, since all scored the same so far")
    found = items_needed(distance, n * error**2, 2 * (1 - level), POWER) if distance > 0 else _MOST + 1
    if found > _MOST:
        return Plan(None, "no reasonable number of items: the figure lies on the bound")
    full = rounded_up(max(n + 1, found))
    return Plan(full, f"about {full:,} items in all for an {100 * POWER:.0f} % chance, if the figure stays where it is")


def _normal(level: float) -> float:
    return NormalDist().inv_cdf(level)
