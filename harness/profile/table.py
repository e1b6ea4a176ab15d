"""What a profile is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.check.classes import FEW


@dataclass(frozen=True)
class Table:
    """Counts and shares under one heading."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    words: tuple[int, ...] = (0,)
    """Columns that hold words, the others hold figures."""


def share(part: float, whole: float) -> str:
    """`part / whole` with two decimals; a dash where there is nothing to divide by."""
    return f"{part / whole:.2f}" if whole else "-"


def few(counts: Sequence[tuple[str, int]], what: str) -> str:
    """Names those with too few examples to say much; empty where there is none."""
    named = [name for name, count in counts if count < FEW]
    return f"Fewer than {FEW} {what}: {', '.join(named)}. Their shares say little." if named else ""
