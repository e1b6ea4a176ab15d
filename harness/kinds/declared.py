"""What a task says of its kind, before it is one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Declared:
    """What a kind is made from."""

    settings: Mapping[str, Any]
    """The keys of `[task]`."""
    targets: Iterable[Any]
    """Raw targets, to be read once at most, for what a task need not spell out: labels, types of spans."""
    where: str
    """The file, for messages."""
    folder: Path
    """Of the task: a schema may stand there."""
