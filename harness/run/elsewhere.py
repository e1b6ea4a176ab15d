"""What was trained for one task, asked about another."""

from collections.abc import Sequence
from pathlib import Path

from harness.adapter import Adapter, Predictor
from harness.models.services import Services
from harness.run.arms import arm
from harness.run.build import build
from harness.task import Task
from harness.types import Item, Record


async def trained_elsewhere(
    adapter: Adapter,
    task: Task,
    other: Task,
    items: Sequence[Item],
    folder: Path,
    built: Path,
    seed: int,
    services: Services,
) -> dict[str, Record]:
    """What the candidate says to another task's items.

    Args:
        adapter: the candidate's settings.
        task: that it was trained for.
        other: that it is asked about.
        items: of the other task; one that has been asked before is not asked again.
        folder: of the candidate's run, where the answers are kept.
        built: where what it built for its own task is kept.
        seed: of the run.
        services: models.
    """

    async def predictor() -> Predictor:
        await build(adapter, task.view(seed), built, seed, services)
        return await adapter.load(other.view(seed), built, services)

    return await arm(other, items, folder / _journal(other, "trained"), services, predictor)


async def untrained_elsewhere(
    adapter: Adapter, other: Task, items: Sequence[Item], folder: Path, seed: int, services: Services
) -> dict[str, Record]:
    """What the same model, untrained, says to them.

    Args:
        adapter: what `Adapter.untrained` gave.
        other: that it is asked about.
        items: of the other task; one that has been asked before is not asked again.
        folder: of the trained candidate's run.
        seed: of that run.
        services: models.
    """

    async def predictor() -> Predictor:
        return await adapter.load(other.view(seed), folder, services)

    return await arm(other, items, folder / _journal(other, "untrained"), services, predictor)


def _journal(other: Task, who: str) -> str:
    """Its name changes with what the other task shows."""
    return f"guard-{other.name}-{who}-{other.teaching_hash}.jsonl"
