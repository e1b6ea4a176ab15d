"""Recordings: what was predicted elsewhere, as lines of a `.jsonl` or `.csv` file."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.data.measured import Measured, measured
from harness.data.rows import Decimal, Separator, comma_hint, read_rows
from harness.errors import DataError, UnknownNameError, counted, some

_LARGEST = 1e100
"""Of a number: its square can still be computed with."""
_LEAVE = ' With confidence = "" a candidate leaves such a column alone.'


@dataclass(frozen=True)
class Line:
    """One line: what was recorded of one item under one seed."""

    where: str
    """File and line, for messages."""
    id: str
    seed: int | None
    cells: dict[str, Any]
    measured: Measured = field(default_factory=Measured)


def read_recording(
    path: Path,
    *,
    encoding: str = "utf-8",
    separator: Separator = ",",
    decimal: Decimal = ".",
    id_column: str = "id",
    dedupe: bool = False,
) -> list[Line]:
    """The lines of a recording, with every item once under each seed.

    Args:
        path: `.jsonl` or `.csv`.
        encoding: of the file.
        separator: of the cells of a `.csv` file.
        decimal: what stands before the decimals of its numbers.
        id_column: column with the item's id.
        dedupe: keeps the first of several lines of an item under one seed.

    Raises:
        DataError: a line without id, a seed that is no whole number or that only some lines have, a time, price or
            count of tokens that cannot be, or an item twice, which it names.
    """
    lines = [
        Line(
            row.where,
            _id(row.where, row.cells, id_column),
            _seed(row.where, row.cells),
            row.cells,
            measured(row.where, row.cells),
        )
        for row in read_rows(path.name, path.parent, encoding, "recording", separator, decimal)
    ]
    _check_seeds(lines)
    first: dict[tuple[str, int | None], Line] = {}
    for line in lines:
        first.setdefault((line.id, line.seed), line)
    if len(first) < len(lines) and not dedupe:
        often = Counter((line.id, line.seed) for line in lines)
        names = [name for (name, _), times in often.items() if times > 1]
        raise DataError(
            f"{path}: {counted(len(names), 'item is', 'items are')} recorded more than once: {some(names)}. Mend "
            "the file, or keep the first line of each (--dedupe; dedupe = true for a candidate)."
        )
    return list(first.values())


def number(line: Line, column: str, way_out: str = "") -> float | None:
    """The number in a cell; None where it is empty or absent.

    Args:
        line: of the recording.
        column: with the number.
        way_out: what a message ends with.

    Raises:
        DataError: it is no finite number, or too large to compute with.
    """
    value: Any = line.cells.get(column)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = {"true": 1.0, "false": 0.0}.get(value.strip().lower(), value)
    try:
        found = float(value)
    except (TypeError, ValueError):
        comma = f"{hint} for the candidate." if (hint := comma_hint(value)) else ""
        raise DataError(f"{line.where}: {column}: found {value!r}, expected a number.{comma}{way_out}") from None
    if not abs(found) <= _LARGEST:
        raise DataError(
            f"{line.where}: {column}: found {value!r}, expected a finite number of at most {_LARGEST:g}.{way_out}"
        )
    return found


def one_number(line: Line, column: str) -> bool:
    """Whether a cell of confidences is not empty and names no labels."""
    found = line.cells.get(column)
    return not (found is None or found == "" or isinstance(found, dict) or _is_written_object(found))


def _is_written_object(cell: Any) -> bool:
    return isinstance(cell, str) and cell.lstrip().startswith("{")


def confidences(line: Line, column: str, labels: Sequence[str], meant: str | None) -> dict[str, float] | None:
    """How sure each label is, from an object of them or from one number; None where the cell is empty or absent.

    Args:
        line: of the recording.
        column: with the confidences.
        labels: of the task. Where they are two, one number gives both.
        meant: the label that one number speaks of; None where nothing says which.

    Raises:
        DataError: a label that the task has not, or a confidence that is not from 0 to 1 or of no label.
    """
    found: Any = line.cells.get(column)
    if _is_written_object(found):
        try:
            found = json.loads(found)
        except ValueError:
            raise DataError(f"{line.where}: {column}: found {found!r}, expected an object of labels.") from None
    if isinstance(found, dict):
        sure = {str(label): number(replace(line, cells=found), label) for label in found}
    else:
        one = number(line, column, _LEAVE)
        if one is not None and meant is None:
            raise DataError(f"{line.where}: {column}: found {one:g} and no answer; name the labels: {{label: number}}.")
        sure = {str(meant): one}
    known = {label: value for label, value in sure.items() if value is not None}
    for label, value in known.items():
        if label not in labels:
            raise UnknownNameError("label", label, labels, f"{line.where}: {column}")
        if not 0 <= value <= 1:
            raise DataError(f"{line.where}: {column}: found {value:g}, expected a number from 0 to 1.{_LEAVE}")
    if len(labels) == 2 and len(known) == 1:
        ((label, value),) = known.items()
        known[next(other for other in labels if other != label)] = 1.0 - value
    return known or None


def _id(where: str, cells: dict[str, Any], column: str) -> str:
    value = cells.get(column)
    if value is None or str(value).strip() == "":
        raise DataError(f"{where}: no {column!r}: every line of a recording names its item.")
    if isinstance(value, (list, dict)):
        raise DataError(f"{where}: the {column!r} must be a text or a number, found {type(value).__name__}.")
    return str(value)


def _seed(where: str, cells: dict[str, Any]) -> int | None:
    value = cells.get("seed")
    if value is None or value == "":
        return None
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or isinstance(value, bool) or (isinstance(value, float) and whole != value):
        raise DataError(f"{where}: seed: found {value!r}, expected a whole number.")
    return whole


def _check_seeds(lines: Sequence[Line]) -> None:
    without = [line for line in lines if line.seed is None]
    if without and len(without) < len(lines):
        raise DataError(
            f"{without[0].where}: no seed, as in {len(without):,} of {len(lines):,} lines. Name the seed in every "
            "line, or in none."
        )
