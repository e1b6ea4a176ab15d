"""Test items held out of the one file that a task brings, by date: what came last is test."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from harness.data.dates import as_date
from harness.data.holdout import Parts
from harness.data.rows import Row
from harness.errors import DataError, suggestion
from harness.types import Item


def hold_out_last(
    rows: Iterable[Row],
    items: Callable[[Iterable[Row]], list[Item]],
    column: str,
    share: float,
    validation_share: float,
    where: str,
) -> Parts:
    """The last items by date as test items, and the last of the others as validation items.

    Every test item is later than all the others. Items of one date stay together, so that the part may be somewhat
    larger or smaller than `share`. Groups are not looked at: a customer of yesterday who comes again today is known
    in use too.

    Args:
        rows: of one file.
        items: makes items of rows, in their order.
        column: with the dates.
        share: of the items that are to be test.
        validation_share: of the others that are to be validation; 0 where it comes from elsewhere.
        where: the key in `task.toml`, for messages.

    Raises:
        DataError: a cell that is no date, or all items have the same date.
    """
    dates: list[datetime] = []
    every = items(_dated(rows, column, dates))
    date_of = {item.id: date for item, date in zip(every, dates, strict=True)}
    first = _first_of_the_last(dates, share)
    if first is None:
        raise DataError(f"{where}: a temporal split needs different dates; all {len(every)} items have the same.")
    earlier, test = _cut(every, date_of, first)
    parts = Parts(
        test, earlier, f"the last {len(test):,} of {len(every):,} items by {column!r}, from {first:%Y-%m-%d} on"
    )
    start = _first_of_the_last([date_of[item.id] for item in earlier], validation_share) if validation_share else None
    if start is None:
        return parts
    train, validation = _cut(earlier, date_of, start)
    return replace(parts, train=train, validation=validation)


def _dated(rows: Iterable[Row], column: str, dates: list[datetime]) -> Iterator[Row]:
    """The rows as they come; keeps the date of each."""
    for row in rows:
        if column not in row.cells:
            raise DataError(f"{row.where}: no cell {column!r} (date){suggestion(column, map(str, row.cells))}")
        date = as_date(row.cells[column])
        if date is None:
            found = row.cells[column]
            raise DataError(f"{row.where}: {column!r} (date) is no ISO date like 2025-06-01, found {found!r}.")
        dates.append(date)
        yield row


def _first_of_the_last(dates: Sequence[datetime], share: float) -> datetime | None:
    """The date from which on about `share` of the items are; None where all have the same."""
    distinct, counts = np.unique(np.asarray(dates, dtype="datetime64[us]"), return_counts=True)
    if len(distinct) < 2:
        return None
    before = np.cumsum(counts)[:-1]
    found: datetime = distinct[1 + int(np.argmin(np.abs(before - (1 - share) * len(dates))))].item()
    return found


def _cut(items: Sequence[Item], date_of: dict[str, datetime], first: datetime) -> tuple[list[Item], list[Item]]:
    """Those before a date, and those from it on."""
    return [i for i in items if date_of[i.id] < first], [i for i in items if date_of[i.id] >= first]
