"""Answering items again without any passage and with the right passages alone: what is retrieval to blame for?"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.adapter import TaskView
from harness.models.api import Message
from harness.models.caller import Caller
from harness.models.services import Services
from harness.prompting import Prompted, PromptedPredictor
from harness.run.journal import Journal, latest
from harness.run.runner import Stopper, answer
from harness.task import Task
from harness.types import Context, Item, Query, Record

CLOSED, GOLD = "closed-book.jsonl", "gold-passages.jsonl"


async def closed_book(
    task: Task, adapter: Prompted, items: Sequence[Item], folder: Path, seed: int, services: Services
) -> dict[str, Record]:
    """The candidate's model without anything retrieved.

    Args:
        task: whose items.
        adapter: the candidate's settings.
        items: to be answered; one that has been before is not asked again.
        folder: where the answers are kept.
        seed: of the run.
        services: models.
    """
    return await _arm(task, adapter, items, folder / CLOSED, seed, services, {})


async def gold_passages(
    task: Task, adapter: Prompted, items: Sequence[Item], folder: Path, seed: int, services: Services
) -> dict[str, Record]:
    """The candidate's model with the gold passages of each item, whole and alone; items without any are left out."""
    texts = {passage.id: passage.text for passage in task.corpus}
    given = {item.id: tuple(Context(name, texts[name], 1.0) for name in item.gold if name in texts) for item in items}
    known = [item for item in items if given[item.id]]
    return await _arm(task, adapter, known, folder / GOLD, seed, services, given)


async def _arm(
    task: Task,
    adapter: Prompted,
    items: Sequence[Item],
    journal: Path,
    seed: int,
    services: Services,
    given: Mapping[str, tuple[Context, ...]],
) -> dict[str, Record]:
    before = latest(journal)
    todo = [item for item in items if item.id not in before or before[item.id].item_hash != item.query.hash]
    if todo:
        predictor = _Given(adapter, task.view(seed), adapter.caller(services), given)
        with Journal(journal) as kept:
            await answer(
                todo,
                predictor,
                task.kind,
                kept,
                stopper=Stopper(),
                cores=services.cores,
                concurrency=64,
                progress=_silent,
            )
    after = latest(journal)
    return {item.id: after[item.id] for item in items if item.id in after}


def _silent(done: int, failed: int) -> None:
    """Reports nothing: there are few items."""


class _Given(PromptedPredictor):
    """Shows what it was given, and looks up nothing."""

    def __init__(
        self, settings: Prompted, task: TaskView, caller: Caller, given: Mapping[str, tuple[Context, ...]]
    ) -> None:
        super().__init__(settings, task, caller)
        self._given = given

    async def shown(self, queries: Sequence[Query]) -> Sequence[tuple[list[Message], tuple[Context, ...]]]:
        return [([], self._given.get(query.id, ())) for query in queries]
