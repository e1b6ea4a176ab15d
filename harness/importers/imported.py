"""What an importer makes of a tool's result file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import DataError, UnknownNameError


@dataclass(frozen=True)
class Imported:
    """A recording: one system on one set of items."""

    name: str
    """Of the system and what it was asked; a file name is made of it."""
    lines: list[dict[str, Any]]
    """`id` and `score`, and what else the tool has kept: `answer`, `target`, `hash`, `seed`, `seconds`, `error`, ..."""


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DataError: it cannot be read, or is no JSON.
    """
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not valid JSON: {error}.") from None


def line(**cells: Any) -> dict[str, Any]:
    """A line of a recording, without what is not known."""
    return {name: value for name, value in cells.items() if value is not None and value != {}}


def choose(what: str, wanted: str | None, known: list[str], path: Path, option: str) -> str:
    """The one that is wanted, or the only one there is.

    Raises:
        UnknownNameError: the wanted one is not there.
        DataError: there are several, and none is wanted.
    """
    if wanted is not None:
        if wanted not in known:
            raise UnknownNameError(what, wanted, known, str(path))
        return wanted
    if len(known) != 1:
        found = f"one of {', '.join(known)}" if known else "none"
        raise DataError(f"{path}: which {what}? There is {found}. Choose with {option}.")
    return known[0]
