"""What a check found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing."""
    WARNING = "warning"
    """Figures may not say what they seem to."""
    LEAK = "leak"
    """The test items tell more than they should: figures are too good."""


@dataclass(frozen=True)
class Finding:
    """One check and what came of it."""

    check: str
    level: Level
    text: str
    examples: Sequence[str] = ()
    """Every place, for a list."""


def fine(check: str, text: str) -> Finding:
    """Nothing wrong."""
    return Finding(check, Level.FINE, text)
