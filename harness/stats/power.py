"""How many items a comparison needs, and how small a difference these items could have shown."""

import math

from scipy import stats

from harness.stats.arrays import check_level


def paired_variance(omega2: float, sigma2_a: float = 0.0, sigma2_b: float = 0.0, k_a: int = 1, k_b: int = 1) -> float:
    """Variance of one item's difference when each candidate answers it k times (Miller 2024).

    Args:
        omega2: variance between items of the difference of expected scores.
        sigma2_a: variance of A's score within an item, from sampling the answer again.
        sigma2_b: the same of B.
        k_a: answers of A per item, averaged.
        k_b: answers of B per item, averaged.
    """
    return omega2 + sigma2_a / k_a + sigma2_b / k_b


def items_needed(difference: float, variance: float, deff: float = 1.0, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items with which a paired comparison shows a true difference (Miller 2024, arXiv 2411.00640).

    (z_{alpha/2} + z_{power})^2 variance deff / difference^2.

    Args:
        difference: the true difference, in the unit of the score; not 0.
        variance: of one item's difference: `paired_variance`, or that of observed differences.
        deff: design effect of the differences, where items are grouped.
        alpha: two-sided.
        power: the probability of showing it.

    Raises:
        ValueError: a difference of 0, a negative variance, or a probability outside 0 to 1.
    """
    if difference == 0:
        raise ValueError("no number of items shows a difference of 0")
    _check(variance, deff)
    return math.ceil(_z(alpha, power) ** 2 * variance * deff / difference**2)


def detectable_difference(n: int, variance: float, deff: float = 1.0, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest true difference that n items show with this power. Arguments are those of `items_needed`.

    Raises:
        ValueError: no items, a negative variance, or a probability outside 0 to 1.
    """
    if n < 1:
        raise ValueError(f"no items: n must be above 0, found {n}")
    _check(variance, deff)
    return _z(alpha, power) * math.sqrt(variance * deff / n)


def items_to_settle(
    difference: float,
    variance: float,
    margin: float = 0.0,
    deff: float = 1.0,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int | None:
    """Items that would settle an open comparison, if the observed difference were the true one.

    Settled means shown to be beyond the margin, where the difference is beyond it, and shown to lie within
    the margin on both sides (two one-sided tests at alpha / 2 each) where it is not.

    Args:
        difference: the observed difference.
        variance: of one item's difference, as observed; this is where the pairing is.
        margin: the smallest difference that matters; 0 asks only which is better.
        deff: design effect of the differences, where items are grouped.
        alpha: two-sided.
        power: the probability of settling it.

    Returns:
        The number of items in all, or None where the difference is on the margin: no number would do.
    """
    distance = abs(abs(difference) - margin)
    if distance == 0:
        return None
    inside = abs(difference) < margin
    # Within the margin both tests must succeed, so each may fail half as often.
    return items_needed(distance, variance, deff, alpha, (1 + power) / 2 if inside else power)


def connor_items(discordant: float, difference: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items with which McNemar's test shows a difference of paired proportions (Connor 1987).

    Args:
        discordant: share of items on which exactly one of the two is right.
        difference: of the two proportions, at most `discordant`; not 0.
        alpha: two-sided.
        power: the probability of showing it.

    Raises:
        ValueError: a difference of 0 or above the discordant share, or a probability outside 0 to 1.
    """
    if not 0 < abs(difference) <= discordant <= 1:
        raise ValueError(f"expected 0 < |difference| <= discordant <= 1, found {difference:g} and {discordant:g}")
    _z(alpha, power)
    reject = float(stats.norm.isf(alpha / 2)) * math.sqrt(discordant)
    show = float(stats.norm.ppf(power)) * math.sqrt(discordant - difference**2)
    return math.ceil((reject + show) ** 2 / difference**2)


def _z(alpha: float, power: float) -> float:
    check_level(power)
    return float(stats.norm.isf(check_level(alpha) / 2) + stats.norm.ppf(power))


def _check(variance: float, deff: float) -> None:
    if not variance >= 0 or not deff > 0:
        raise ValueError(f"a variance is 0 or more and a design effect above 0, found {variance} and {deff}")
