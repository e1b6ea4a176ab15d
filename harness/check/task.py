"""Every check of a task's data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.check import (
    annotators,
    classes,
    contradictions,
    duplicates,
    giveaways,
    labels,
    numbers,
    readiness,
    schema,
    sources,
    splits,
)
from harness.check.chance import by_chance
from harness.check.finding import Finding, Level
from harness.data.items import make_items
from harness.data.rows import Row, read_rows
from harness.errors import UnknownNameError
from harness.task import Task, load_task, read_task_file
from harness.task.file import DataTable
from harness.types import Item


def check_task(folder: Path) -> list[Finding]:
    """What is found in the data of the task in `folder`, in a fixed order.

    Raises:
        ConfigError: the task cannot be loaded.
    """
    task, data = load_task(folder), read_task_file(folder).data
    parts = {"test": task.test, "train": task.train, "validation": task.validation}
    found = duplicates.findings({part: items for part, items in parts.items() if items}, task.corpus)
    found += contradictions.findings(task.kind, parts)
    found += sources.findings(data, folder, parts)
    found += splits.group_findings(task.test, [*task.train, *task.validation])
    found += classes.findings(task.kind, task.test, [*task.train, *task.validation])
    found += schema.findings(task.kind)
    found += giveaways.findings(task.kind.name, task.test, task.train)
    found += labels.findings(task.kind, parts)
    found += readiness.findings(task.kind, [*task.train, *task.validation], len(task.test))
    return found + _columns(task, data)


def leaked(task: Task) -> frozenset[str]:
    """Ids of the test items that stand in train, validation or corpus, exactly or nearly."""
    found = duplicates.twins({"test": task.test, "train": task.train, "validation": task.validation})
    chance = by_chance(task.test, [*task.train, *task.validation])
    return frozenset({*duplicates.leaks(found, chance), *duplicates.in_corpus(task.test, task.corpus)})


def summary(found: Sequence[Finding]) -> str:
    """One line: what is wrong with the data, or that nothing was found."""
    wrong = [finding for finding in found if finding.level in (Level.LEAK, Level.WARNING)]
    if not wrong:
        return "Data: nothing suspicious found."
    return "Data: " + " ".join(finding.text for finding in sorted(wrong, key=lambda f: f.level is not Level.LEAK))


def _columns(task: Task, data: DataTable) -> list[Finding]:
    """What is read off the files themselves: their lines, and columns that no adapter sees."""
    found: list[Finding] = []
    several = len(data.input_columns) > 1
    if not (data.date or data.annotators or several):
        return found
    lines = _rows(task, data)
    rows = {part: [row.cells for row in each] for part, each in lines.items()}
    _check_there(task, data, rows)
    if several:
        found += numbers.findings(data.input_columns, lines["train"], lines["test"])
    if data.date:
        cells = {part: [row.get(data.date) for row in each] for part, each in rows.items()}
        found += splits.date_findings(data.date, cells["test"], cells["train"])
    if data.annotators:
        every = [row for each in rows.values() for row in each]
        found += annotators.findings({name: [row.get(name) for row in every] for name in data.annotators})
    return found


def _check_there(task: Task, data: DataTable, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The columns that the task names stand in its files."""
    known = {str(column) for each in rows.values() for row in each for column in row}
    named = {"date": [data.date] if data.date else [], "annotators": data.annotators}
    for key, columns in named.items():
        for column in columns:
            if column not in known:
                raise UnknownNameError("column", column, known, f"{task.folder / 'task.toml'}: [data] {key}")


def _rows(task: Task, data: DataTable) -> dict[str, list[Row]]:
    """The rows of test and of train, by the part that the task made of one file where it brings only one."""
    where = str(task.folder / "task.toml")
    sources = {"test": data.test, "train": data.train, "all": data.all}
    rows = {
        part: list(read_rows(source, task.folder, data.encoding, where, data.separator, data.decimal)) if source else []
        for part, source in sources.items()
    }
    if data.all:
        tested = {item.id for item in task.test}
        for item, row in zip(_items(rows["all"], data), rows["all"], strict=True):
            rows["test" if item.id in tested else "train"].append(row)
    return {part: rows[part] for part in ("test", "train")}


def _items(rows: Sequence[Row], data: DataTable) -> list[Item]:
    """Items in the order of the rows, for their ids."""
    return make_items(
        rows,
        input_columns=data.input_columns,
        target_column=data.target,
        group_column=None,
        check=lambda target, _: target,
    )
