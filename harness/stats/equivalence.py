"""Claims about a difference at a margin: good enough, the same, better."""

from dataclasses import dataclass


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


def claims(low: float, high: float, margin: float) -> Claims:
    """The claims that an interval of a difference allows; of equivalence as two one-sided tests (Schuirmann 1987).

    Args:
        low: lower end of the two-sided interval at level 1 - 2 alpha: .90 for claims at one-sided 95 %.
        high: its upper end.
        margin: the smallest difference that matters, 0 or more, in the unit of the difference.

    Raises:
        ValueError: a negative margin, or ends in the wrong order.
    """
    if not margin >= 0:
        raise ValueError(f"a margin is 0 or more, found {margin}")
    if not low <= high:
        raise ValueError(f"not an interval: from {low} to {high}")
    return Claims(low > -margin, low > -margin and high < margin, low > 0, low > margin)
