"""Everything that is known of one item in a candidate's run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.api.records import kept_runs
from harness.errors import UnknownNameError
from harness.models.cache import ResponseCache
from harness.models.caller import describe
from harness.project import Project
from harness.run.journal import latest
from harness.run.store import Store
from harness.task import Task
from harness.types import Item, Record


@dataclass(frozen=True)
class Shown:
    """Everything about one item of one run."""

    item: Item
    record: Record | None
    messages: Sequence[Sequence[dict[str, str]]]
    """For each model call the messages as sent, where the response cache still has them."""


def show_item(project: Project, task: Task, candidate: str, item: str) -> Shown:
    """The item with its record in the first run that has one.

    Raises:
        UnknownNameError: no such candidate or item.
    """
    by_id = {i.id: i for i in task.test}
    if item not in by_id:
        raise UnknownNameError("item", item, by_id, f"task {task.name}")
    runs = kept_runs(project, task, project.candidate(candidate))
    record = next((r for run in runs if (r := latest(run.folder.journal).get(item))), None)
    return Shown(by_id[item], record, _messages(Store(project.root).responses, record))


def _messages(responses: Path, record: Record | None) -> list[list[dict[str, str]]]:
    if record is None or not responses.is_file():
        return []
    cache = ResponseCache(responses)
    try:
        asked = [cache.request(call.request) for call in record.calls]
    finally:
        cache.close()
    return [describe(request) for request in asked if request]
