"""The findings of a check that take no time: so they stand on every leaderboard."""

from collections.abc import Mapping

import numpy as np

from harness.check import classes, splits
from harness.check.cells import same_row
from harness.check.chance import by_chance
from harness.check.finding import Level
from harness.data.images import is_file
from harness.data.table import ItemTable
from harness.errors import counted, some
from harness.task import Task


def leak_warning(task: Task) -> str | None:
    """Test items that stand word for word among the taught ones; None where there is none.

    Rows of a table are compared cell by cell, however a number is written. Near duplicates and the corpus are left to
    `harness check`: over 10,000 texts of Banking77 equal ones take 40 ms, near ones a second; as many rows of 30
    columns take 0.4 s.
    """
    taught = [*task.train, *task.validation]
    if not taught:
        return None
    if isinstance(taught[0].input, Mapping) and not is_file(taught[0].input):
        known = {same_row(item.input) for item in taught}
        equal = [item for item in task.test if same_row(item.input) in known]
    else:
        same = np.flatnonzero(np.isin(task.table.digests[0], ItemTable(taught).digests[0]))
        equal = [task.test[i] for i in same.tolist()]
    count = len(equal) - len(by_chance(equal, taught))
    if not count:
        return None
    of, stand = counted(len(task.test), "test item"), "stands" if count == 1 else "stand"
    text = f"{count:,} of {of} {stand} word for word in train or validation: they test memory"
    return f"Data: {text}. --drop-leaks leaves them out for every candidate; more: harness check {task.name}"


def split_warnings(task: Task) -> list[str]:
    """Classes and types of spans that test hardly has or train lacks, and groups on both sides.

    Dates are left to `harness check`, which reads the files again for them.
    """
    taught = [*task.train, *task.validation]
    found = [*classes.findings(task.kind, task.test, taught), *splits.group_findings(task.test, taught)]
    return [f"Data: {f.text} ({some(f.examples)})" for f in found if f.level is Level.WARNING]
