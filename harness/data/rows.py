"""Rows of a data file, one mapping each, with the place that a message can name."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ConfigError, DataError, UnavailableError


@dataclass(frozen=True)
class Row:
    """One row of a data file."""

    where: str
    """File and line, for messages."""
    cells: dict[str, Any]


def read_rows(source: str, folder: Path, encoding: str, where: str) -> Iterator[Row]:
    """The rows of a source named in `task.toml`.

    Args:
        source: a file beside the task (`.jsonl`, `.csv`, `.parquet`), `hf:owner/name@revision:split`, or
            `sklearn:NAME:train|test`.
        folder: the task's folder, from which relative paths are read.
        encoding: of text files.
        where: the key in `task.toml`, for messages.

    Raises:
        DataError: what is wrong with the data, with file and line.
    """
    scheme, colon, rest = source.partition(":")
    if colon and scheme in _SCHEMES:
        yield from _SCHEMES[scheme](rest, where)
        return
    path = folder / source
    if not path.is_file():
        near = sorted(p.name for p in path.parent.glob("*") if p.is_file()) if path.parent.is_dir() else []
        from harness.errors import suggestion

        raise DataError(f"{where}: there is no file {path}{suggestion(path.name, near)}")
    reader = _SUFFIXES.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{where}: {path.name} is none of {', '.join(_SUFFIXES)}.")
    any_row = False
    for row in reader(path, encoding):
        any_row = True
        yield row
    if not any_row:
        raise DataError(f"{where}: {path} holds no rows.")


def _jsonl(path: Path, encoding: str) -> Iterator[Row]:
    for number, line in _lines(path, encoding):
        place = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{place}: not valid JSON: {error.msg} at column {error.colno}.") from None
        if not isinstance(cells, dict):
            raise DataError(f"{place}: found {type(cells).__name__}, expected an object.")
        yield Row(place, cells)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open(encoding=encoding, newline="\n") as file:
            for number, line in enumerate(file, 1):
                yield number, line
    except UnicodeDecodeError as error:
        raise not_decodable(path, number + 1, encoding, error) from None
    except LookupError:
        raise ConfigError(f"{path}: unknown encoding {encoding!r}; e.g. utf-8, latin-1, cp1252.") from None


def not_decodable(path: Path, line: int, encoding: str, error: UnicodeDecodeError) -> DataError:
    """The message for bytes that are not in the declared encoding."""
    byte = error.object[error.start]
    return DataError(
        f"{path}: not {encoding} (byte 0x{byte:02x} near line {line}). If it was saved in another encoding, name "
        'it in task.toml: [data] encoding = "latin-1" (or "cp1252").'
    )


def _csv(path: Path, encoding: str) -> Iterator[Row]:
    def text() -> Iterator[str]:
        for _, line in _lines(path, "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding):
            yield line

    reader = csv.DictReader(text(), strict=True)
    try:
        for cells in reader:
            place = f"{path}:{reader.line_num}"
            if None in cells or None in cells.values():
                width = len(reader.fieldnames or [])
                raise DataError(f"{place}: the row has not the {width} cells of the header.")
            yield Row(place, dict(cells))
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: not valid CSV: {error}.") from None


def _parquet(path: Path, encoding: str) -> Iterator[Row]:
    del encoding
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UnavailableError('parquet files need pyarrow: pip install "approach-harness[data]".') from error
    number = 0
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=4096):
        for cells in batch.to_pylist():
            number += 1
            yield Row(f"{path}: row {number}", cells)


def _hugging_face(source: str, where: str) -> Iterator[Row]:
    from harness.data.hub import hub_rows

    for number, cells in enumerate(hub_rows(source, where), 1):
        yield Row(f"hf:{source}: row {number}", cells)


def _sklearn(source: str, where: str) -> Iterator[Row]:
    from harness.data.sklearn_data import sklearn_rows

    for number, cells in enumerate(sklearn_rows(source, where), 1):
        yield Row(f"sklearn:{source}: row {number}", cells)


_SUFFIXES: dict[str, Callable[[Path, str], Iterator[Row]]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
_SCHEMES: dict[str, Callable[[str, str], Iterator[Row]]] = {"hf": _hugging_face, "sklearn": _sklearn}
