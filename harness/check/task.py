"""Every check of a task's data."""

from collections.abc import Sequence
from pathlib import Path

from harness.check import annotators, classes, duplicates, giveaways, splits
from harness.check.finding import Finding, Level
from harness.data.rows import Row, read_rows
from harness.task import DataTable, Task, load_task, read_task_file


def check_task(folder: Path) -> list[Finding]:
    """What is found in the data of the task in `folder`, in a fixed order.

    Raises:
        ConfigError: the task cannot be loaded.
    """
    task, data = load_task(folder), read_task_file(folder).data
    parts = {"test": task.test, "train": task.train, "validation": task.validation}
    found = duplicates.findings({part: items for part, items in parts.items() if items}, task.corpus)
    found += splits.group_findings(task.test, [*task.train, *task.validation])
    found += classes.findings(task.kind, task.test, [*task.train, *task.validation])
    found += giveaways.findings(task.kind.name, task.test, task.train)
    return found + _columns(task, data)


def leaked(task: Task) -> frozenset[str]:
    """Ids of the test items that stand in train, validation or corpus, exactly or nearly."""
    found = duplicates.twins({"test": task.test, "train": task.train, "validation": task.validation})
    return frozenset({*duplicates.leaks(found), *duplicates.in_corpus(task.test, task.corpus)})


def summary(found: Sequence[Finding]) -> str:
    """One line: what is wrong with the data, or that nothing was found."""
    wrong = [finding for finding in found if finding.level in (Level.LEAK, Level.WARNING)]
    if not wrong:
        return "Data: nothing suspicious found."
    return "Data: " + " ".join(finding.text for finding in sorted(wrong, key=lambda f: f.level is not Level.LEAK))


def _columns(task: Task, data: DataTable) -> list[Finding]:
    """What is read off columns that no adapter sees."""
    if not data.date and not data.annotators:
        return []
    rows = {part: _rows(task.folder, data, source) for part, source in (("test", data.test), ("train", data.train))}
    found = []
    if data.date:
        cells = {part: [row.cells.get(data.date) for row in each] for part, each in rows.items()}
        found += splits.date_findings(data.date, cells["test"], cells["train"])
    if data.annotators:
        every = [*rows["test"], *rows["train"]]
        found += annotators.findings({name: [row.cells.get(name) for row in every] for name in data.annotators})
    return found


def _rows(folder: Path, data: DataTable, source: str | None) -> list[Row]:
    return list(read_rows(source, folder, data.encoding, str(folder / "task.toml"))) if source else []
