"""Claims about a difference at a margin: good enough, the same, better."""

import math
from dataclasses import dataclass

from scipy import stats


@dataclass(frozen=True)
class Claims:
    """What can be claimed of a difference A - B, each with one-sided confidence of 1 - alpha."""

    non_inferior: bool
    """A is worse by less than the margin, if at all."""
    equivalent: bool
    """A and B differ by less than the margin, in either direction."""
    superior: bool
    """A is better than B."""
    superior_by_margin: bool
    """A is better than B by more than the margin."""


@dataclass(frozen=True)
class Tost:
    """P-values of the claims, and the claims."""

    p_non_inferior: float
    """That A is worse by the margin or more."""
    p_equivalent: float
    """Of two one-sided tests: that A and B differ by the margin or more (Schuirmann 1987)."""
    p_superior: float
    """That A is not better."""
    p_superior_by_margin: float
    """That A is not better by more than the margin."""
    claims: Claims
    """Where p is below alpha."""


def claims(low: float, high: float, margin: float) -> Claims:
    """The claims that an interval of a difference allows.

    Args:
        low: lower end of the two-sided interval at level 1 - 2 alpha: .90 for claims at one-sided 95 %.
        high: its upper end.
        margin: the smallest difference that matters, 0 or more, in the unit of the difference.

    Raises:
        ValueError: a negative margin, or ends in the wrong order.
    """
    _check(margin)
    if not low <= high:
        raise ValueError(f"not an interval: from {low} to {high}")
    return Claims(low > -margin, low > -margin and high < margin, low > 0, low > margin)


def tost(difference: float, standard_error: float, margin: float, df: float = math.inf, alpha: float = 0.05) -> Tost:
    """The claims that a difference and its standard error allow, with their p-values.

    Args:
        difference: A minus B.
        standard_error: of the difference, above 0.
        margin: the smallest difference that matters, 0 or more.
        df: degrees of freedom of the standard error: clusters - 1; infinite for the normal.
        alpha: one-sided.

    Raises:
        ValueError: a negative margin, or a standard error that is not above 0.
    """
    _check(margin)
    if not standard_error > 0:
        raise ValueError(f"the standard error must be above 0, found {standard_error}")
    above = float(stats.t.sf((difference + margin) / standard_error, df))
    below = float(stats.t.cdf((difference - margin) / standard_error, df))
    better = float(stats.t.sf(difference / standard_error, df))
    beyond = float(stats.t.sf((difference - margin) / standard_error, df))
    p_equivalent = max(above, below)
    return Tost(
        above,
        p_equivalent,
        better,
        beyond,
        Claims(above < alpha, p_equivalent < alpha, better < alpha, beyond < alpha),
    )


def _check(margin: float) -> None:
    if not margin >= 0:
        raise ValueError(f"a margin is 0 or more, found {margin}")
