"""How test stands to train: groups that straddle the split, and dates in the wrong order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from harness.check.finding import Finding, Level, fine
from harness.data.dates import as_date
from harness.errors import counted
from harness.types import Item


def group_findings(test: Sequence[Item], train: Sequence[Item]) -> list[Finding]:
    """Groups with items on both sides, and items without one; nothing where no test item has a group."""
    in_test = {item.group for item in test if item.group is not None}
    if not in_test:
        return []
    return [_straddling(in_test, test, train), *_alone(test, train)]


def _alone(test: Sequence[Item], train: Sequence[Item]) -> list[Finding]:
    without = [item.id for item in (*test, *train) if item.group is None]
    if not without:
        return []
    text = f"{counted(len(without), 'item names', 'items name')} no group: each counts as a group of its own."
    return [Finding("groups", Level.NOTE, text, without)]


def _straddling(in_test: set[str], test: Sequence[Item], train: Sequence[Item]) -> Finding:
    shared = in_test & {item.group for item in train if item.group is not None}
    both = sorted(shared)
    if not both:
        return fine("groups", f"none of the {counted(len(in_test), 'group')} of test is in train.")
    items = sum(item.group in shared for item in test)
    text = (
        f"{len(both)} of {counted(len(in_test), 'group is', 'groups are')} in test and in train "
        f"({counted(items, 'test item')}): figures are for groups that were seen before."
    )
    return Finding("groups", Level.WARNING, text, both)


def date_findings(column: str, test: Sequence[Any], train: Sequence[Any]) -> list[Finding]:
    """Whether training items were known before the test items.

    Args:
        column: its name.
        test: the cells of the date column of the test items, ISO dates.
        train: those of the training items.
    """
    asked: list[datetime] = []
    taught: list[datetime] = []
    wrong: list[str] = []
    for cells, dates in ((test, asked), (train, taught)):
        for cell in cells:
            date = as_date(cell)
            if date is None:
                wrong.append(repr(cell))
            else:
                dates.append(date)
    if wrong:
        text = f"Cells of {column!r} that are no ISO date like 2025-06-01: {len(wrong)}."
        return [Finding("dates", Level.WARNING, text, wrong)]
    if not asked or not taught:
        return []
    late = sum(date > min(asked) for date in taught)
    if late:
        text = (
            f"{late} of {len(taught)} training items are later than the first test item ({min(asked):%Y-%m-%d}): the "
            "past is predicted from the future."
        )
        return [Finding("dates", Level.WARNING, text)]
    return [fine("dates", f"train ends on {max(taught):%Y-%m-%d}, test begins on {min(asked):%Y-%m-%d}.")]
