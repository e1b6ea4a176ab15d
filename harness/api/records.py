"""The runs that a candidate has left, as it is set now."""

from dataclasses import dataclass

from harness.errors import RunError
from harness.project import Candidate, Project
from harness.run.journal import latest
from harness.run.manifest import Manifest, check_journal, read_manifest
from harness.run.one import run_key
from harness.run.store import RunFolder, Store
from harness.task import Task
from harness.types import Record


@dataclass(frozen=True)
class KeptRun:
    """One run in the store."""

    seed: int
    folder: RunFolder
    manifest: Manifest


def kept_runs(project: Project, task: Task, candidate: Candidate) -> list[KeptRun]:
    """Runs of a candidate as it is set now, one per seed that has been run.

    Raises:
        RunError: a journal was changed since its run ended.
    """
    store, found = Store(project.root), []
    for seed in _seeds(store, task, candidate):
        folder = store.run(task.name, candidate.name, seed, run_key(task, candidate, project.root, seed))
        manifest = read_manifest(folder.manifest)
        if manifest is not None:
            check_journal(manifest, folder.journal)
            found.append(KeptRun(seed, folder, manifest))
    return found


def last_records(project: Project, task: Task, candidate: str) -> dict[str, Record]:
    """The last record of each item in a candidate's run, that of its first seed where it has several."""
    runs = kept_runs(project, task, project.candidate(candidate))
    return latest(runs[0].folder.journal) if runs else {}


def not_run(task: str, candidate: str) -> RunError:
    """What is raised where a candidate has no records."""
    return RunError(f"there are no records of {candidate} on {task} yet. Run: harness run {task} -c {candidate}")


def _seeds(store: Store, task: Task, candidate: Candidate) -> list[int]:
    """Its own seeds, and others that it was run with."""
    prefix = f"{candidate.name}-"
    folders = (store.results(task.name) / "records").glob(f"{prefix}*")
    others = [p.name.removeprefix(prefix).partition("-")[0] for p in folders]
    return sorted({*candidate.seeds, *(int(o) for o in others if o.isdigit())})
