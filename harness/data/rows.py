"""Rows of a data file, one mapping each, with the place that a message can name."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from harness.errors import ConfigError, DataError, UnavailableError, counted, suggestion

Separator = Literal[",", ";", "\t", "|"]
"""What may separate the cells of a CSV file."""
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
Decimal = Literal[".", ","]
"""What may stand before the decimals of a number in a CSV file."""
_LONGEST_CELL = 2**31 - 1
_COMMA = re.compile(r"[-+−]?(?:[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?|\d*,\d+)(?:[eE][-+]?\d+)?")
"""A number with a decimal comma, with points between its thousands, or both."""


class Row(NamedTuple):
    """One row of a data file."""

    place: str
    """The file, up to the number of the line."""
    cells: dict[str, Any]
    number: int | None = None

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return self.place if self.number is None else f"{self.place}{self.number}"


def with_point(cell: str) -> str:
    """A cell with its decimal comma as a point and without points between thousands; as it is if it is no such number.

    `1,5` is `1.5`, `66.396,00` is `66396.00` and `1.234` is `1234`; a date, a word or `0.2` stays.
    """
    text = cell.strip()
    if not _COMMA.fullmatch(text):
        return cell
    return text.replace(".", "").replace(",", ".").replace("−", "-")


def comma_hint(cell: Any) -> str:
    """The end of a message on a cell that should be a number: the key to set, where it has a decimal comma."""
    if not (isinstance(cell, str) and "," in cell and _COMMA.fullmatch(cell.strip())):
        return ""
    return ' If the numbers of a CSV file have decimal commas, say so: decimal = ","'


def read_rows(
    source: str, folder: Path, encoding: str, where: str, separator: Separator = ",", decimal: Decimal = "."
) -> Iterator[Row]:
    """The rows of a source named in `task.toml`.

    Args:
        source: a file beside the task (`.jsonl`, `.csv`, `.parquet`), `hf:owner/name@revision:split`, or
            `sklearn:NAME:train|test`.
        folder: the task's folder, from which relative paths are read.
        encoding: of text files.
        where: the key in `task.toml`, for messages.
        separator: of the cells of a `.csv` file.
        decimal: what stands before the decimals of its numbers; a comma is read as a point in every cell.

    Raises:
        DataError: what is wrong with the data, with file and line.
    """
    scheme, colon, rest = source.partition(":")
    if colon and scheme in _SCHEMES:
        yield from _SCHEMES[scheme](rest, where)
        return
    if "://" in source:
        raise DataError(f"{where}: {source} is an address. Download it, and name the file.")
    path = folder / source
    if path.is_dir():
        from harness.data.images import image_rows

        place = ""
        for place, cells in image_rows(path):
            yield Row(place, cells)
        if not place:
            raise DataError(
                f"{where}: {path} is a folder; name a file in it ({', '.join(_SUFFIXES)}), or one with images."
            )
        return
    if not path.is_file():
        near = [p.name for p in path.parent.glob("*") if p.suffix in _SUFFIXES] if path.parent.is_dir() else []
        raise DataError(f"{where}: there is no file {path}{suggestion(path.name, near)}")
    reader = _SUFFIXES.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{where}: {path} has a suffix that is none of {', '.join(_SUFFIXES)}.")
    any_row = False
    comma = decimal == "," and reader is _csv
    for row in map(_with_points, reader(path, encoding, separator)) if comma else reader(path, encoding, separator):
        any_row = True
        yield row
    if not any_row:
        raise DataError(f"{where}: {path} holds no rows.")


def _with_points(row: Row) -> Row:
    return row._replace(cells={name: with_point(cell) for name, cell in row.cells.items()})


def _jsonl(path: Path, encoding: str, separator: Separator) -> Iterator[Row]:
    del separator
    place, decode = f"{path}:", msgspec.json.decode
    for number, line in _lines(path, encoding):
        if line.isspace():
            continue
        try:
            cells = decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            constant = " NaN and Infinity are no JSON: write null." if "NaN" in line or "Infinity" in line else ""
            problem = str(error).removeprefix("JSON is malformed: ")
            raise DataError(f"{place}{number}: not valid JSON: {problem}.{constant}") from None
        if not isinstance(cells, dict):
            raise DataError(f"{place}{number}: found {type(cells).__name__}, expected an object.")
        yield Row(place, cells, number)


def read_text(path: Path, encoding: str) -> str:
    """The content of a text file.

    Raises:
        DataError: it cannot be read, or is not in that encoding.
    """
    return "".join(line for _, line in _lines(path, encoding))


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    # A byte order mark is no part of the text.
    with_mark = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    try:
        with path.open(encoding=with_mark, newline="\n") as file:
            yield from enumerate(file, 1)
    except UnicodeError:
        raise _not_decodable(path, encoding) from None
    except LookupError:
        raise ConfigError(f"{path}: unknown encoding {encoding!r}; e.g. utf-8, latin-1, cp1252.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.") from None


def _not_decodable(path: Path, encoding: str) -> DataError:
    """The message for bytes that are not in the declared encoding: with the first line that holds one."""
    content = path.read_bytes()
    place, byte = str(path), ""
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError as error:
            place, byte = f"{path}:{number}", f" (byte 0x{line[error.start]:02x})"
            break
        except UnicodeError:
            break
    wide = content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    likely = '"utf-16"' if wide else '"latin-1" (or "cp1252")'
    return DataError(
        f"{place}: not {encoding}{byte}. If the file was saved in another encoding, name it: encoding = {likely} "
        "under [data] in task.toml."
    )


def _csv(path: Path, encoding: str, separator: Separator) -> Iterator[Row]:
    _check_separator(path, encoding, separator)
    record: list[str] = []

    def text() -> Iterator[str]:
        for _, line in _lines(path, encoding):
            record.append(line)
            yield line

    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(text(), strict=True, delimiter=separator)
    try:
        header = reader.fieldnames or []
        if twice := sorted({name for name in header if header.count(name) > 1}):
            raise DataError(f"{path}:1: the header has {', '.join(map(repr, twice))} more than once.")
        record.clear()
        for cells in reader:
            if None in cells or None in cells.values():
                raise DataError(
                    f"{path}:{reader.line_num}: the row has not the {counted(len(header), 'cell')} of the header"
                    f"{_open_quote(record, reader.line_num)}"
                )
            yield Row(f"{path}:", dict(cells), reader.line_num)
            record.clear()
    except csv.Error as error:
        end = reader.reader.line_num
        raise DataError(f"{path}:{end}: not valid CSV: {error}{_open_quote(record, end)}") from None


def separator_of(path: Path, encoding: str, expected: Separator = ",") -> tuple[Separator, str]:
    """What separates the cells of a CSV file's header, and the header.

    It is `expected` where that stands in the header, or nothing else does. The encoding does not matter, so that a file
    with another one, too, is refused once.
    """
    try:
        with path.open(encoding=encoding, errors="replace", newline="\n") as file:
            header = file.readline().strip().removeprefix("\ufeff")
    except (OSError, LookupError, UnicodeError):
        return expected, ""  # reading it says so
    marks = get_args(Separator)
    return (expected if expected in header else next((mark for mark in marks if mark in header), expected)), header


def _check_separator(path: Path, encoding: str, separator: Separator) -> None:
    """A header that is one cell, and would be several were another mark the separator."""
    found, header = separator_of(path, encoding, separator)
    if found == separator:
        return
    text = (
        f"{path}:1: the header looks separated by {_MARKS[found]} ({header!r}), expected "
        f"{_MARKS[separator]}. Save the file with commas, or say so under [data] in task.toml, "
        f"or for the candidate if it is a recording: separator = {msgspec.json.encode(found).decode()}."
    )
    try:
        for _ in _lines(path, encoding):
            pass
    except DataError as error:
        text = f"{text} Besides, {error}"
    raise DataError(text)


def _open_quote(record: Sequence[str], end: int) -> str:
    """Where a quote opens that reaches over a line, or is open at the end; nothing where none does.

    Args:
        record: the lines of the row as far as it was read.
        end: number of the last of them.
    """
    inside, opened = False, end
    for number, line in enumerate(record, end - len(record) + 1):
        if line.count('"') % 2:
            inside = not inside
            opened = number if inside else opened
    return f"; a quote opens in line {opened}: is it closed where it should be?" if opened < end or inside else "."


def _parquet(path: Path, encoding: str, separator: Separator) -> Iterator[Row]:
    del encoding, separator
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UnavailableError('parquet files need pyarrow: pip install "approach-harness[data]".') from error
    number = 0
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=4096):
            for cells in batch.to_pylist():
                number += 1
                yield Row(f"{path}: row ", cells, number)
    except (OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{path}: not a readable parquet file: {error}") from None


def _hugging_face(source: str, where: str) -> Iterator[Row]:
    from harness.data.hub import hub_rows

    for number, cells in enumerate(hub_rows(source, where), 1):
        yield Row(f"hf:{source}: row ", cells, number)


def _sklearn(source: str, where: str) -> Iterator[Row]:
    from harness.data.sklearn_data import sklearn_rows

    for number, cells in enumerate(sklearn_rows(source, where), 1):
        yield Row(f"sklearn:{source}: row ", cells, number)


_SUFFIXES: dict[str, Callable[[Path, str, Separator], Iterator[Row]]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
_SCHEMES: dict[str, Callable[[str, str], Iterator[Row]]] = {"hf": _hugging_face, "sklearn": _sklearn}
