"""When the cheap part of a cascade is sure enough: the threshold, chosen on validation items."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tried:
    """One validation item, answered by both parts."""

    sure: float
    """Confidence of the cheap part in its answer; 0 where it has none."""
    cheap_right: bool
    dear_right: bool


@dataclass(frozen=True)
class Chosen:
    """A threshold, and how the cascade did with it on the items that it was chosen by."""

    threshold: float
    """The dear part answers where the cheap one is less sure than this."""
    share_to_dear: float
    accuracy: float


def choose_threshold(tried: Sequence[Tried]) -> Chosen:
    """The threshold with the most right answers; of several, the one that asks the dear part least.

    Every confidence that occurs is a threshold to try, and one above all of them: then the dear part answers alone.
    """
    ordered = sorted(tried, key=lambda one: one.sure)
    right = sum(one.cheap_right for one in ordered)
    best = (right, 0, 0.0)
    for i, one in enumerate(ordered):
        right += one.dear_right - one.cheap_right
        last = i + 1 == len(ordered)
        if (last or ordered[i + 1].sure > one.sure) and right > best[0]:
            best = (right, i + 1, _ABOVE_ALL if last else ordered[i + 1].sure)
    right, asked, threshold = best
    return Chosen(threshold, asked / len(ordered), right / len(ordered))


_ABOVE_ALL = 2.0
