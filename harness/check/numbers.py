"""Columns of numbers with cells that are none, and numbers with decimal commas that are taken as words."""

from collections.abc import Sequence

from harness.check.finding import Finding, Level, fine
from harness.data.rows import Row, comma_hint, with_point
from harness.errors import counted
from harness.learning.tabular import as_number, is_missing, is_numeric


def findings(columns: Sequence[str], train: Sequence[Row], test: Sequence[Row]) -> list[Finding]:
    """Nothing where no training item says what a column holds.

    Args:
        columns: of the input.
        train: rows that a trained candidate learns from, which say what a column holds.
        test: rows that are asked.
    """
    if not train:
        return []
    commas: list[str] = []
    words: list[str] = []
    missing: list[str] = []
    for column in columns:
        rows = [row for row in (*train, *test) if row.cells.get(column) not in (None, "")]
        taught = [row.cells.get(column) for row in train]
        odd = [row for row in rows if as_number(row.cells[column]) is None and str(row.cells[column]).strip()]
        with_comma = [row for row in odd if comma_hint(row.cells[column])]
        if with_comma and is_numeric([with_point(cell) if isinstance(cell, str) else cell for cell in taught]):
            commas.append(
                f"{column}: {len(with_comma):,} of {counted(len(rows), 'cell')}, e.g. {_cell(with_comma[0], column)}"
            )
        elif odd and is_numeric(taught):
            unusual = [row for row in odd if not is_missing(row.cells[column])]
            text = f"{column}: {len(rows) - len(odd):,} of {counted(len(rows), 'cell')} are numbers"
            (words if unusual else missing).append(f"{text}, e.g. not {_cell((unusual or odd)[0], column)}")
    return _findings(commas, words, missing)


def _findings(commas: Sequence[str], words: Sequence[str], missing: Sequence[str]) -> list[Finding]:
    result = []
    if commas:
        text = (
            f"{counted(len(commas), 'column looks', 'columns look')} like numbers with decimal commas, which are no "
            'numbers to a model. In CSV files [data] decimal = "," reads them.'
        )
        result.append(Finding("numbers", Level.WARNING, text, commas))
    for level, columns, what in ((Level.WARNING, words, "no numbers"), (Level.NOTE, missing, "words for no value")):
        if columns:
            text = f"{counted(len(columns), 'column')} of numbers with cells that are {what}, taken as missing."
            result.append(Finding("numbers", level, text, columns))
    return result or [fine("numbers", "every cell of a column of numbers is a number or empty.")]


def _cell(row: Row, column: str) -> str:
    place = row.where if row.number is None else f"line {row.number}"
    return f"{row.cells[column]!r} in {place}"
