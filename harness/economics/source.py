"""Where a number came from."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

Source: TypeAlias = Literal["measured", "given", "looked up", "assumed"]
"""`measured` here, `given` by a person, `looked up` in a price list, or `assumed` from a published range."""

_FIRMEST_FIRST: tuple[Source, ...] = ("measured", "given", "looked up", "assumed")


def weakest(sources: Iterable[Source]) -> Source:
    """The source of what is computed from several numbers: that of the least certain one.

    Nothing computed from nothing is `given`: an empty sum is a statement, not a measurement.
    """
    return max(sources, key=_FIRMEST_FIRST.index, default="given")
