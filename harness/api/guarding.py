"""What training broke: fine-tuned candidates on the tasks that `[guard]` names, beside the same models untrained."""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from harness.adapter import Adapter
from harness.api.records import KeptRun, kept_runs
from harness.api.running import choose
from harness.errors import ConfigError, RunError
from harness.figures.columns import BOOTSTRAP_SEED
from harness.guard import Guard, Guarded, guarded
from harness.models.services import cached_services
from harness.project import Candidate, Project
from harness.run.elsewhere import trained_elsewhere, untrained_elsewhere
from harness.run.files import indented, replace_file
from harness.run.sampling import sampled
from harness.run.store import Store
from harness.scores import score
from harness.task import Task
from harness.types import Record, Rung

Report = Callable[[str, str], None]
"""`(candidate, other task)`, called before it is asked."""


def guard_of(project: Project, task: Task, names: Sequence[str], limit: int | None, report: Report | None) -> Guard:
    """Asks each fine-tuned candidate, and its model as it was, about every task of `[guard]`; written down too.

    Raises:
        ConfigError: the task has no `[guard]`.
        UnknownNameError: it names a task that is not there.
        RunError: no candidate of the task is a model that could answer others.
    """
    if not task.guard:
        raise ConfigError(f"{task.folder / 'task.toml'} has no [guard]: tasks that a model is not trained for.")
    others = [project.task(name) for name in task.guard]
    found = [
        one for c in choose(project, task.name, names) for one in _candidate(project, task, others, c, limit, report)
    ]
    if not found:
        raise RunError(
            f"no candidate of {task.name} that has been run was trained and answers in text: what else was trained "
            "answers no other task."
        )
    guard = Guard(task.name, tuple(found))
    content = indented(guard)
    replace_file(Store(project.root).results(task.name) / "guard.json", content)
    return guard


def _candidate(
    project: Project, task: Task, others: Sequence[Task], candidate: Candidate, limit: int | None, report: Report | None
) -> list[Guarded]:
    if candidate.rung is not Rung.TRAINED:
        return []
    bases = [candidate.adapter.untrained(task.view(0), other.view(0)) for other in others]
    runs = kept_runs(project, task, candidate) if any(bases) else []
    if not runs:
        return []
    key, found = runs[0].manifest.key, list[Guarded]()
    for other, base in zip(others, bases, strict=True):
        if base is None:
            found.append(Guarded(candidate.name, key, other.name, missing=f"it cannot answer {other.kind.name}"))
            continue
        if report:
            report(candidate.name, other.name)
        sides = asyncio.run(_asked(project, task, other, candidate, base, runs[0], limit))
        trained, untrained = (score(other, side.values()) for side in sides)
        rng = np.random.default_rng(BOOTSTRAP_SEED)
        found.append(guarded(candidate.name, key, other, [trained], [untrained], rng))
    return found


async def _asked(
    project: Project, task: Task, other: Task, candidate: Candidate, base: Adapter, run: KeptRun, limit: int | None
) -> tuple[dict[str, Record], dict[str, Record]]:
    """The replies of the trained and of the untrained model to the same items."""
    store = Store(project.root)
    built = store.build(candidate.key(project.root), task.teaching_hash, run.seed)
    items, folder = sampled(other.test, limit, 0), run.folder.folder
    async with cached_services(project.root, store.responses) as services:
        trained = await trained_elsewhere(candidate.adapter, task, other, items, folder, built, run.seed, services)
        return trained, await untrained_elsewhere(base, other, items, folder, run.seed, services)
