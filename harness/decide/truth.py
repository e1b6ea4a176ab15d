"""Yes, no, or the evidence does not say: Kleene's three-valued logic."""

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """What the evidence says to a question."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


def all_of(truths: Iterable[Truth]) -> Truth:
    """Whether all hold: no as soon as one does not, yes only where every one does."""
    found = set(truths)
    if Truth.NO in found:
        return Truth.NO
    return Truth.OPEN if Truth.OPEN in found else Truth.YES


def any_of(truths: Iterable[Truth]) -> Truth:
    """Whether one holds: yes as soon as one does, no only where none does."""
    found = set(truths)
    if Truth.YES in found:
        return Truth.YES
    return Truth.OPEN if Truth.OPEN in found else Truth.NO


def beyond(low: float, high: float, bound: float) -> Truth:
    """Whether a figure lies above a bound, by one-sided bounds on the figure."""
    if low > bound:
        return Truth.YES
    return Truth.NO if high <= bound else Truth.OPEN
