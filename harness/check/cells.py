"""Inputs as they are compared: rows of a table by what their cells say, however a number is written."""

import re
from collections.abc import Hashable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from harness.prompting import as_text

_LONGEST = 40
"""Characters from which a cell is no number."""
_CODE = re.compile(r"\s*[+-]?0\d|.*_")
"""What `Decimal` would read, and no one writes who means a number: 007 is no 7, 1_000 an article's code."""


def same_cell(cell: Any) -> Hashable:
    """A cell so that 3, "3" and "3.0" are one, and "03" is another.

    As decimals, since long numbers that differ may be equal as floats.
    """
    text = "" if cell is None else cell if isinstance(cell, str) else str(cell)
    if not text or len(text) > _LONGEST or _CODE.match(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def same_row(value: Any) -> Hashable:
    """An input so that equal ones are equal: a text without regard to blanks, a row of a table cell by cell."""
    if isinstance(value, Mapping):
        return tuple((name, same_cell(cell)) for name, cell in value.items())
    return " ".join(as_text(value).split())
