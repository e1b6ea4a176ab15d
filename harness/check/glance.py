"""What of a check takes no time, and so stands on every leaderboard."""

from collections.abc import Sequence

import numpy as np

from harness.check import splits
from harness.check.finding import Level
from harness.data.table import ItemTable
from harness.task import Task
from harness.types import Item


def warnings_of(task: Task) -> list[str]:
    """Test items that stand word for word among the taught ones, and groups on both sides.

    Near duplicates and the corpus are left to `harness check`: on 10,000 texts of Banking77 near duplicates take a
    second, equal ones 40 ms.
    """
    taught = [*task.train, *task.validation]
    found = _equal(task, taught)
    found += [f.text for f in splits.group_findings(task.test, taught) if f.level is Level.WARNING]
    if not found:
        return []
    return [f"Data: {' '.join(text[:1].upper() + text[1:] for text in found)} More: harness check {task.name}"]


def _equal(task: Task, taught: Sequence[Item]) -> list[str]:
    if not taught:
        return []
    count = int(np.isin(task.table.digests[0], ItemTable(taught).digests[0]).sum())
    if not count:
        return []
    text = f"{count:,} of {len(task.test):,} test items stand word for word in train or validation: they test memory."
    return [f"{text} --drop-leaks leaves them out for every candidate."]
