"""Reliability claims ("valid JSON 99.9 % of the time"): how many items verify one, and with what power."""

from scipy import stats

from harness.stats.arrays import check_level


def items_to_verify(rate: float, failures: int = 0, level: float = 0.95) -> int:
    """The smallest n with which `failures` failures still show that the success rate is at least `rate`.

    Shown means that the one-sided Clopper-Pearson lower bound reaches the rate: if the rate were lower, so
    few failures would come with probability 1 - level at most.

    Args:
        rate: the claimed success rate, between 0 and 1.
        failures: failures seen, 0 or more.
        level: one-sided.

    Raises:
        ValueError: a rate or a level not between 0 and 1, or negative failures.
    """
    _check(rate)
    if failures < 0:
        raise ValueError(f"failures are 0 or more, found {failures}")
    alpha = 1 - check_level(level)
    # The bound reaches the rate where Beta(n - f, f + 1) puts alpha below it; in n that is monotone.
    low, high = failures, failures + 1
    while not _verifies(high, failures, rate, alpha):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _verifies(middle, failures, rate, alpha) else (middle, high)
    return high


def items_for_power(rate: float, true_rate: float, power: float = 0.8, level: float = 0.95) -> int:
    """Items that verify the claimed rate with this power when the true one is `true_rate`.

    Power is a saw: it falls while n grows, and jumps where one more failure is allowed. This is the n from
    which it stays at or above `power`, so that a few items more never make a plan worse.

    Raises:
        ValueError: a true rate that is not above the claimed one: no number of items would do.
    """
    check_level(power)
    if not _check(rate) < true_rate <= 1:
        raise ValueError(f"only a true rate above the claimed {rate:g} can be verified, found {true_rate:g}")
    failures, n = 0, items_to_verify(rate, 0, level)
    while True:
        following = items_to_verify(rate, failures + 1, level)
        if stats.binom.cdf(failures, following - 1, 1 - true_rate) >= power:
            return n
        failures, n = failures + 1, following


def _verifies(n: int, failures: int, rate: float, alpha: float) -> bool:
    return float(stats.binom.cdf(failures, n, 1 - rate)) <= alpha * (1 + 1e-12)


def _check(rate: float) -> float:
    if not 0 < rate < 1:
        raise ValueError(f"a claimed rate lies between 0 and 1 (0.999 is 99.9 %), found {rate}")
    return rate
