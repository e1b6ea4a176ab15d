"""Where a candidate's wrong answers live: its wrong items, asked again where that can tell."""

import asyncio
from collections.abc import Mapping, Sequence

from harness.api.records import KeptRun, kept_runs, not_run
from harness.errors import RunError
from harness.models.services import cached_services
from harness.project import Candidate, Project
from harness.prompting import Prompted
from harness.run.arms import asked_again, closed_book, gold_passages
from harness.run.files import indented, replace_file
from harness.run.journal import latest
from harness.run.store import Store
from harness.task import Task
from harness.triage import Triage, at_model_level, triage, varies, wrong_of
from harness.types import Answered, Item, Record

_Records = dict[str, Record]


def triage_of(project: Project, task: Task, candidate: Candidate, repeats: int) -> Triage:
    """The triage of a candidate's first run, which is written down too.

    Args:
        project: whose store is read and written.
        task: with its test items.
        candidate: whose run.
        repeats: how often what is at the model level is asked again, of a candidate that may answer otherwise.

    Raises:
        RunError: it has not been run, or scores were recorded and no answers.
    """
    runs = kept_runs(project, task, candidate)
    if not runs:
        raise not_run(task.name, candidate.name)
    records = latest(runs[0].folder.journal)
    if any(isinstance(record, Answered) and record.given is not None for record in records.values()):
        raise RunError(
            f"{candidate.name} has recorded scores in place of answers: what is wrong with an answer cannot be told "
            "from its score. Record the answers."
        )
    closed, gold = _answered_again(project, task, candidate, wrong_of(task, records), runs[0], records)
    again = list[_Records]()
    if varies(candidate.settings, records) and (items := at_model_level(task, records, closed, gold)):
        again = asyncio.run(_repeated(project, task, candidate, items, runs[0], repeats))
    found = triage(task, candidate.name, runs[0].manifest.key, records, closed, gold, again)
    content = indented(found)
    replace_file(Store(project.root).results(task.name) / "triage" / f"{candidate.name}.json", content)
    return found


def _answered_again(
    project: Project,
    task: Task,
    candidate: Candidate,
    items: Sequence[Item],
    run: KeptRun,
    records: Mapping[str, Record],
) -> tuple[_Records | None, _Records | None]:
    """The wrong items without any passage and with the right ones; nothing for what looks nothing up."""
    adapter = candidate.adapter
    looks_up = any(isinstance(r, Answered) and r.contexts for r in records.values())
    if not isinstance(adapter, Prompted) or not looks_up or not items:
        return None, None
    closed, gold = asyncio.run(_both_ways(project, task, adapter, items, run))
    return closed, gold or None


async def _both_ways(
    project: Project, task: Task, adapter: Prompted, items: Sequence[Item], run: KeptRun
) -> tuple[_Records, _Records]:
    folder = run.folder.folder
    async with cached_services(project.root, Store(project.root).responses, seed=run.seed) as services:
        closed = await closed_book(task, adapter, items, folder, run.seed, services)
        return closed, await gold_passages(task, adapter, items, folder, run.seed, services)


async def _repeated(
    project: Project, task: Task, candidate: Candidate, items: Sequence[Item], run: KeptRun, repeats: int
) -> list[_Records]:
    store = Store(project.root)
    built = store.build(candidate.key(project.root), task.teaching_hash, run.seed)
    adapter, folder, said = candidate.adapter, run.folder.folder, list[_Records]()
    for repeat in range(1, repeats + 1):
        async with cached_services(project.root, store.responses, repeat=repeat, seed=run.seed) as services:
            said.append(await asked_again(task, adapter, items, folder, built, run.seed, services, repeat))
    return said
