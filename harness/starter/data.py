"""Rows of a person's file as train and test items."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.data.items import make_items
from harness.data.rows import Row, read_rows, separator_of
from harness.data.split import cut_validation
from harness.errors import DataError, suggestion
from harness.types import Item

TEST_SHARE, SEED = 0.3, 0
_INPUTS = ("text", "input", "question", "document", "message", "sentence", "body", "utterance")
_TARGETS = ("label", "target", "category", "class", "intent", "answer")
_FEWEST = 10
_TEXT = (".csv", ".jsonl")


@dataclass(frozen=True)
class Examples:
    """Labelled examples, split."""

    input: str
    """Column."""
    target: str
    """Column."""
    labels: tuple[str, ...]
    train: Sequence[Item]
    test: Sequence[Item]
    empty: int
    """Rows left out for an empty input or target."""
    repeated: int
    """Rows left out since an earlier one has the same input."""
    contradicted: int
    """Those of them whose target was another."""


def read_examples(path: Path, input_column: str | None, target_column: str | None, encoding: str = "utf-8") -> Examples:
    """The examples in a file, split by seed, each label in its share.

    An input that stands there twice is kept once, so that no test item is among the training items.

    Args:
        path: `.csv`, `.jsonl` or `.parquet`.
        input_column: what is asked; None for a usual name.
        target_column: its label; None for a usual name.
        encoding: of the file.

    Raises:
        DataError: a column that is not there, too few rows, or targets that are no labels.
    """
    rows = list(_rows(path, encoding))
    columns = [str(name) for name in rows[0].cells]
    asked = _column(input_column, _INPUTS, columns, "--input", path)
    target = _column(target_column, _TARGETS, columns, "--target", path)
    filled = [row for row in rows if _text(row, asked) and _text(row, target)]
    kept: dict[str, Row] = {}
    contradicted = 0
    for row in filled:
        first = kept.setdefault(_text(row, asked), row)
        contradicted += _text(first, target) != _text(row, target)
    labels = _labels([_text(row, target) for row in kept.values()], target, path)
    items = make_items(
        [Row(row.where, _cells(row, asked, target)) for row in kept.values()],
        input_columns=[asked],
        target_column=target,
        group_column=None,
        check=_as_text,
    )
    train, test = cut_validation(items, (), TEST_SHARE, SEED)
    return Examples(asked, target, labels, train, test, len(rows) - len(filled), len(filled) - len(kept), contradicted)


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    try:
        if path.suffix.lower() in _TEXT:
            path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not {encoding} (byte {error.start:,} of the file). If it was saved in another encoding, name it: "
            "--encoding latin-1, cp1252 or utf-16."
        ) from None
    except LookupError:
        raise DataError(f"--encoding {encoding}: there is no such encoding; e.g. utf-8, latin-1, cp1252.") from None
    except OSError:
        pass  # `read_rows` says it better
    separator = separator_of(path, encoding)[0] if path.suffix.lower() == ".csv" else ","
    yield from read_rows(path.name, path.parent, encoding, "--from", separator)


def _column(given: str | None, usual: Sequence[str], columns: Sequence[str], option: str, path: Path) -> str:
    if given is not None:
        if given not in columns:
            raise DataError(f"{option}: {path} has no column {given!r}{suggestion(given, columns)}")
        return given
    found = [name for wanted in usual for name in columns if name.lower() == wanted]
    if not found:
        raise DataError(f"{path}: which column is it? Say {option} NAME. There are: {', '.join(columns)}.")
    return found[0]


def _labels(targets: Sequence[str], column: str, path: Path) -> tuple[str, ...]:
    counts = Counter(targets)
    if len(targets) < _FEWEST:
        raise DataError(f"{path}: {len(targets)} rows with an input and a target; at least {_FEWEST} are needed.")
    if len(counts) < 2:
        raise DataError(f"{path}: every row has the same {column}; there is nothing to tell apart.")
    if len(counts) > len(targets) / 2:
        raise DataError(
            f"{path}: {column} has {len(counts)} different values in {len(targets)} rows: these are no labels. init "
            "makes tasks of kind label; for numbers or free text write tasks/NAME/task.toml by hand."
        )
    return tuple(sorted(counts))


def _cells(row: Row, asked: str, target: str) -> dict[str, Any]:
    cells: dict[str, Any] = {asked: _text(row, asked), target: _text(row, target)}
    return cells | ({"id": row.cells["id"]} if row.cells.get("id") else {})


def _text(row: Row, column: str) -> str:
    value = row.cells.get(column)
    return "" if value is None else str(value).strip()


def _as_text(target: Any, asked: Any = None) -> str:
    del asked
    return str(target)
