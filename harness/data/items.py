"""From rows to items, with every line that does not fit named."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from harness.data.rows import Row
from harness.errors import DataError, suggestion
from harness.types import Item, content_hash


def make_items(
    rows: Iterable[Row],
    *,
    input_columns: Sequence[str],
    target_column: str,
    group_column: str | None,
    check: Callable[[Any], Any],
) -> list[Item]:
    """Items of rows.

    An item's id is its `id` cell; without one it is the hash of its input, so that adding or moving lines renames
    nothing. With one input column the input is its cell, with several a mapping.

    Args:
        rows: as read.
        input_columns: what an adapter is shown.
        target_column: the answer.
        group_column: items with the same cell are not independent.
        check: gives a target its final form; raises ValueError.

    Raises:
        DataError: a missing cell, a target that does not fit, a duplicate id.
    """
    items: list[Item] = []
    places: dict[str, str] = {}
    repeats: Counter[str] = Counter()
    for row in rows:
        value = _input(row, input_columns)
        target = _cell(row, target_column, "target")
        try:
            final = check(target)
        except ValueError as error:
            raise DataError(f"{row.where}: {error}") from None
        name = _id(row, value, repeats)
        if name in places:
            raise DataError(f"{row.where}: the id {name!r} stands already at {places[name]}. Ids must differ.")
        places[name] = row.where
        group = row.cells.get(group_column) if group_column else None
        if group_column and group_column not in row.cells:
            raise DataError(
                f"{row.where}: no cell {group_column!r} (group){suggestion(group_column, map(str, row.cells))}"
            )
        items.append(Item(name, value, final, None if group is None else str(group)))
    return items


def _id(row: Row, value: Any, repeats: Counter[str]) -> str:
    given = row.cells.get("id")
    if given is not None and str(given).strip():
        return str(given)
    name = content_hash(value)[:10]
    repeats[name] += 1
    return name if repeats[name] == 1 else f"{name}-{repeats[name]}"


def _input(row: Row, columns: Sequence[str]) -> Any:
    if len(columns) == 1:
        value = _cell(row, columns[0], "input")
        if isinstance(value, str) and not value.strip():
            raise DataError(f"{row.where}: the input {columns[0]!r} is empty.")
        return value
    return {column: _cell(row, column, "input") for column in columns}


def _cell(row: Row, column: str, role: str) -> Any:
    value = row.cells.get(column)
    if value is None:
        raise DataError(
            f"{row.where}: no {role} {column!r}{suggestion(column, [str(c) for c in row.cells])}"
            if column not in row.cells
            else f"{row.where}: the {role} {column!r} is empty."
        )
    return value
