"""Answering items again: what is retrieval to blame for, and what chance?

Without any passage and with the right passages alone for the one, just as before for the other.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from harness.adapter import Adapter, Predictor, TaskView
from harness.models.api import Message
from harness.models.caller import Caller
from harness.models.services import Services
from harness.prompting import Prompted, PromptedPredictor
from harness.run.build import build
from harness.run.journal import Journal, latest
from harness.run.runner import Stopper, answer
from harness.task import Task
from harness.types import Context, Item, Query, Record

CLOSED, GOLD, AGAIN = "closed-book.jsonl", "gold-passages.jsonl", "again-{}.jsonl"


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
    return await arm(task, items, folder / CLOSED, services, _given(task, adapter, seed, services, {}))


async def gold_passages(
    task: Task, adapter: Prompted, items: Sequence[Item], folder: Path, seed: int, services: Services
) -> dict[str, Record]:
    """The candidate's model with the gold passages of each item, whole and alone; items without any are left out."""
    texts = {passage.id: passage.text for passage in task.corpus}
    given = {item.id: tuple(Context(name, texts[name], 1.0) for name in item.gold if name in texts) for item in items}
    known = [item for item in items if given[item.id]]
    return await arm(task, known, folder / GOLD, services, _given(task, adapter, seed, services, given))


async def asked_again(
    task: Task,
    adapter: Adapter,
    items: Sequence[Item],
    folder: Path,
    built: Path,
    seed: int,
    services: Services,
    repeat: int,
) -> dict[str, Record]:
    """The candidate once more, as it answered before.

    Args:
        task: whose items.
        adapter: the candidate's settings.
        items: to be answered; one that has been in this repetition is not asked again.
        folder: where the answers are kept.
        built: where what the candidate built is kept.
        seed: of the run.
        services: models that are asked for this repetition.
        repeat: its number.
    """

    async def predictor() -> Predictor:
        view = task.view(seed)
        await build(adapter, view, built, seed, services)
        return await adapter.load(view, built, services)

    return await arm(task, items, folder / AGAIN.format(repeat), services, predictor)


def _given(
    task: Task, adapter: Prompted, seed: int, services: Services, given: Mapping[str, tuple[Context, ...]]
) -> Callable[[], Awaitable[Predictor]]:
    async def predictor() -> Predictor:
        first, _ = await adapter.opened(services)
        return _Given(adapter, task.view(seed), first, given)

    return predictor


async def arm(
    task: Task,
    items: Sequence[Item],
    journal: Path,
    services: Services,
    make: Callable[[], Awaitable[Predictor]],
) -> dict[str, Record]:
    """Items answered by a predictor of its own; one that has been before is not asked again.

    Args:
        task: whose items.
        items: to be answered.
        journal: where the answers are kept.
        services: models.
        make: loads the predictor; called where there is something to ask.
    """
    before = latest(journal)
    todo = [item for item in items if item.id not in before or before[item.id].item_hash != item.query.hash]
    if todo:
        predictor = await make()
        try:
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
        finally:
            await predictor.close()
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
