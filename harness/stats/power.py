"""How many items a comparison needs, and how small a difference these items could have shown."""

import math

from scipy import stats

from harness.stats.arrays import check_level

POWER = 0.8
"""The probability of showing what is there that plans are made for."""


def items_needed(difference: float, variance: float, alpha: float = 0.05, power: float = POWER) -> int:
    """Items with which a paired comparison shows a true difference (Miller 2024, arXiv 2411.00640).

    (z_{alpha/2} + z_{power})^2 variance / difference^2.

    Args:
        difference: the true difference, in the unit of the score; not 0.
        variance: of one item's difference: that of observed ones, or between items plus what sampling the answers
            again adds, omega^2 + sigma_a^2 / K_a + sigma_b^2 / K_b.
        alpha: two-sided.
        power: the probability of showing it.

    Raises:
        ValueError: a difference of 0, a negative variance, or a probability outside 0 to 1.
    """
    if difference == 0:
        raise ValueError("no number of items shows a difference of 0")
    return math.ceil(_z(alpha, power) ** 2 * _checked(variance) / difference**2)


def detectable_difference(n: int, variance: float) -> float:
    """The smallest true difference that n items show, two-sided at 5 % with the power `POWER`.

    Args:
        n: items.
        variance: of one item's difference, as for `items_needed`.

    Raises:
        ValueError: no items, or a negative variance.
    """
    if n < 1:
        raise ValueError(f"no items: n must be above 0, found {n}")
    return _z(0.05, POWER) * math.sqrt(_checked(variance) / n)


def connor_items(discordant: float, difference: float) -> int:
    """Items with which McNemar's test shows a difference of paired proportions (Connor 1987).

    Two-sided at 5 %, with the power `POWER`.

    Args:
        discordant: share of items on which exactly one of the two is right.
        difference: of the two proportions, at most `discordant`; not 0.

    Raises:
        ValueError: a difference of 0 or above the discordant share.
    """
    if not 0 < abs(difference) <= discordant <= 1:
        raise ValueError(f"expected 0 < |difference| <= discordant <= 1, found {difference:g} and {discordant:g}")
    reject = float(stats.norm.ppf(0.975)) * math.sqrt(discordant)
    show = float(stats.norm.ppf(POWER)) * math.sqrt(discordant - difference**2)
    return math.ceil((reject + show) ** 2 / difference**2)


def _z(alpha: float, power: float) -> float:
    check_level(power)
    return float(stats.norm.isf(check_level(alpha) / 2) + stats.norm.ppf(power))


def _checked(variance: float) -> float:
    if not variance >= 0:
        raise ValueError(f"a variance is 0 or more, found {variance}")
    return variance
