"""From rows to items, with every line that does not fit named."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from harness.data.images import is_file
from harness.data.rows import Row, comma_hint
from harness.errors import DataError, suggestion
from harness.types import Item, content_hash


def make_items(
    rows: Iterable[Row],
    *,
    input_columns: Sequence[str],
    target_column: str,
    group_column: str | None,
    gold_column: str | None = None,
    check: Callable[[Any, Any], Any],
) -> list[Item]:
    """Items of rows.

    An item's id is its `id` cell; without one it is the hash of its input, so that adding or moving lines renames
    nothing. With one input column the input is its cell, with several a mapping.

    Args:
        rows: as read.
        input_columns: what an adapter is shown.
        target_column: the answer.
        group_column: items with the same cell are not independent; an empty one is no group.
        gold_column: ids of the passages that answer it, a list or one id; may be empty.
        check: `(target, input) -> target` in its final form; raises ValueError.

    Raises:
        DataError: a missing cell, a target that does not fit, a duplicate id.
    """
    items: list[Item] = []
    places: dict[str, int | None] = {}
    repeats: Counter[str] = Counter()
    for row in rows:
        value = _input(row, input_columns)
        target = cell_of(row, target_column, "target")
        try:
            final = check(target, value)
        except ValueError as error:
            comma = f".{hint} under [data] in task.toml." if (hint := comma_hint(target)) else ""
            raise DataError(f"{row.where}: {error}{comma}") from None
        name = _id(row, value, repeats)
        if name in places:
            first = row._replace(number=places[name]).where
            raise DataError(f"{row.where}: the id {name!r} stands already at {first}. Ids must differ.")
        places[name] = row.number
        group = row.cells.get(group_column) if group_column else None
        grouped = group is not None and bool(str(group).strip())
        if group_column and group_column not in row.cells:
            raise DataError(
                f"{row.where}: no cell {group_column!r} (group){suggestion(group_column, map(str, row.cells))}"
            )
        gold = _gold(row, gold_column) if gold_column else ()
        file = row.place if is_file(value) else None
        items.append(Item(name, value, final, str(group) if grouped else None, gold, file))
    return items


def _gold(row: Row, column: str) -> tuple[str, ...]:
    """The ids of a cell: a list, or in a CSV file ids separated by white space."""
    found = row.cells.get(column)
    if found is None:
        return ()
    named = found.split() if isinstance(found, str) else found
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise DataError(f"{row.where}: {column!r} (gold) must be a list of ids of passages, found {found!r}.")
    return tuple(dict.fromkeys(named))


def _id(row: Row, value: Any, repeats: Counter[str]) -> str:
    given = row.cells.get("id")
    if isinstance(given, (list, dict)):
        raise DataError(f"{row.where}: the id must be a text or a number, found {type(given).__name__}.")
    if given is not None and str(given).strip():
        return str(given)
    name = content_hash(value)[:10]
    repeats[name] += 1
    return name if repeats[name] == 1 else f"{name}-{repeats[name]}"


def _input(row: Row, columns: Sequence[str]) -> Any:
    if len(columns) == 1:
        value = cell_of(row, columns[0], "input")
        if isinstance(value, str) and not value.strip():
            raise DataError(f"{row.where}: the input {columns[0]!r} is empty.")
        return value
    absent = [column for column in columns if column not in row.cells]
    # A cell of a table may be empty; a row with nothing in it is a mistake.
    if absent or all(row.cells[column] is None for column in columns):
        cell_of(row, (absent or list(columns))[0], "input")
    return {column: row.cells[column] for column in columns}


def cell_of(row: Row, column: str, role: str) -> Any:
    """The cell of a column that a task names.

    Args:
        row: as read.
        column: its name.
        role: what the column is for, in messages.

    Raises:
        DataError: there is no such cell, or nothing in it.
    """
    value = row.cells.get(column)
    if value is None:
        raise DataError(
            f"{row.where}: no {role} {column!r}{suggestion(column, [str(c) for c in row.cells])}"
            if column not in row.cells
            else f"{row.where}: the {role} {column!r} is empty."
        )
    return value
