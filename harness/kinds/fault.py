"""What can be wrong with the form of an answer, whatever it says."""

from enum import StrEnum

from harness.kinds.reading import refuses


class Fault(StrEnum):
    """A wrong form."""

    EMPTY = "empty"
    """Nothing was said."""
    REFUSED = "refused"
    """The model says that it will not answer."""
    UNPARSEABLE = "unparseable"
    """There is nothing like an answer in it."""
    FORMAT = "wrong format"
    """There is an answer, in a form that was not asked for: several in place of one, fields that are missing."""
    LABELS = "wrong label set"
    """It reads, and names what the task has no label for."""


def said_nothing(text: str) -> Fault | None:
    """Whether a text that holds no answer is empty or refuses."""
    if not text.strip():
        return Fault.EMPTY
    return Fault.REFUSED if refuses(text) else None
