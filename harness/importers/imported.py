"""What an importer makes of a tool's result file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.data.measured import measured
from harness.errors import DataError, UnknownNameError


@dataclass(frozen=True)
class Imported:
    """A recording: one system on one set of items."""

    name: str
    """Of the system and what it was asked; a file name is made of it."""
    lines: list[dict[str, Any]]
    """`id` and `score`, and what else the tool has kept: `answer`, `target`, `hash`, `seed`, `seconds`, `error`, ..."""
    note: str | None = None
    """What whoever uses it must know of the tool's run."""


def read_json(path: Path) -> Any:
    """The content of a JSON file, which may hold the NaN and Infinity that Python writes.

    Raises:
        DataError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not valid JSON: {error}.") from None


def line(where: str, **cells: Any) -> dict[str, Any]:
    """A line of a recording, without what is not known: where the tool holds null.

    Args:
        where: file and item, for messages.
        cells: of the line.

    Raises:
        DataError: a time, a price or a count of tokens that cannot be.
    """
    known = {name: value for name, value in cells.items() if value is not None and value != {}}
    measured(where, known)
    return known


def figure(where: str, value: Any) -> float:
    """A number of the tool's, which may be any; a null is 0.

    Raises:
        DataError: it is no number.
    """
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DataError(f"{where}: found {value!r}, expected a number.")
    return value


def choose(what: str, wanted: str | None, known: list[str], path: Path, option: str) -> str:
    """The one that is wanted, or the only one there is.

    Args:
        what: `filter`, `metric` or `scorer`, for messages.
        wanted: its name, where one was given.
        known: names of those there are: one or more.
        path: the file, for messages.
        option: of the command line, for messages.

    Raises:
        UnknownNameError: the wanted one is not there.
        DataError: there are several, and none is wanted.
    """
    if wanted is not None:
        if wanted not in known:
            raise UnknownNameError(what, wanted, known, str(path))
        return wanted
    if len(known) != 1:
        raise DataError(f"{path}: which {what}? There are {', '.join(known)}. Choose with {option}.")
    return known[0]
