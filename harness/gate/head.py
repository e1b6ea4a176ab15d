"""What stands here: each candidate as it is set now, scored on the items that its task has now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.api.records import kept_runs
from harness.api.scoring import scores_of
from harness.errors import UnavailableError
from harness.gate.baseline import Baseline, Kept, read_folder
from harness.project import Candidate, Project
from harness.run.one import run_key
from harness.scores import Scores
from harness.task import Task


@dataclass(frozen=True)
class Head:
    """What is held against a baseline. Mappings are by task, then by candidate."""

    kept: Mapping[str, Mapping[str, Kept]]
    """Scores of candidates as they are set now."""
    waiting: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Why a candidate that the baseline has cannot be compared: it was changed and not run, or cannot run here."""
    gone: Sequence[str] = ()
    """What the baseline has and the project has no longer, in words."""
    recorded: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Candidates by task whose records are here."""
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    """`decision.json` by task."""
    notes: Sequence[str] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    """Those of which something is kept or waiting."""


def read_head(project: Project, base: Baseline) -> Head:
    """What stands in a project, from records as the leaderboard is; where there are none, from committed scores.

    Args:
        project: whose runs are read.
        base: says which candidates are to be compared.

    Raises:
        ConfigError: a task or a candidate is not valid.
        RunError: a file is damaged.
    """
    committed = read_folder(project.root / "results", "results")
    found, tasks = _Found(project, base, committed), {}
    for name in sorted({*committed.kept, *base.kept, *_recorded(project)}):
        if name in project.task_folders:
            tasks[name] = project.task(name)
            found.look_at(tasks[name])
        elif name in base.kept:
            found.gone.append(f"task {name}")
    tasks = {name: task for name, task in tasks.items() if name in found.kept or name in found.waiting}
    return Head(found.kept, found.waiting, found.gone, found.recorded, committed.decisions, found.notes, tasks)


@dataclass
class _Found:
    project: Project
    base: Baseline
    committed: Baseline
    kept: dict[str, dict[str, Kept]] = field(default_factory=dict)
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    recorded: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def look_at(self, task: Task) -> None:
        """Takes in the candidates of one task."""
        before, meant = self.base.kept.get(task.name, {}), _meant_for(self.project, task.name)
        self.gone += [f"{name} on {task.name}" for name in before if name not in meant]
        unsaved = []
        for name in meant:
            candidate = self.project.candidate(name)
            try:
                kept = self._kept(task, candidate)
            except UnavailableError as error:
                kept, reason = None, f"it cannot run here: {str(error).rstrip('.')}"
            else:
                reason = (
                    f"it was changed, and has not been run since; run it, then gate: harness run {task.name} -c {name}"
                )
            if kept is not None:
                self.kept.setdefault(task.name, {})[name] = kept
                written = self._written(task, name)
                if written is None or not kept.keys.items() <= written.keys.items():
                    unsaved.append(name)
            elif name in before and self._same(task, candidate, before[name]):
                self.notes.append(f"{name} on {task.name} is as it was in the baseline and was not run here.")
            elif name in before:
                self.waiting.setdefault(task.name, {})[name] = reason
        if unsaved:
            self.notes.append(
                f"{task.name}: results/ does not hold the scores of {', '.join(unsaved)} as run here. Before you "
                f"commit it: harness leaderboard {task.name}"
            )

    def _written(self, task: Task, candidate: str) -> Kept | None:
        """Its committed runs."""
        return self.committed.kept.get(task.name, {}).get(candidate)

    def _kept(self, task: Task, candidate: Candidate) -> Kept | None:
        """Its runs as it is set now; None where it has none.

        Raises:
            UnavailableError: what it is made of is not here.
        """
        runs: dict[int, tuple[Scores, str, str]] = {}
        if (written := self._written(task, candidate.name)) is not None:
            for (seed, key), scores in zip(written.keys.items(), written.runs, strict=True):
                if key == run_key(task, candidate, self.project.root, seed):
                    runs[seed] = (of_now(scores, task), key, written.ended)
        for run in kept_runs(self.project, task, candidate):
            scores = scores_of(task, run.folder, self.project.root)
            runs[run.seed] = (scores, run.manifest.key, run.manifest.ended)
            if candidate.name not in (recorded := self.recorded.setdefault(task.name, [])):
                recorded.append(candidate.name)
        runs = {seed: run for seed, run in sorted(runs.items()) if len(run[0])}
        if not runs:
            return None
        return Kept(
            version=task.version,
            ended=max(ended for _, _, ended in runs.values()),
            runs=tuple(scores for scores, _, _ in runs.values()),
            keys={seed: key for seed, (_, key, _) in runs.items()},
        )

    def _same(self, task: Task, candidate: Candidate, before: Kept) -> bool:
        """Whether the baseline's runs are of the candidate as it is set now."""
        try:
            return all(run_key(task, candidate, self.project.root, seed) == key for seed, key in before.keys.items())
        except UnavailableError:
            return False


def of_now(scores: Scores, task: Task) -> Scores:
    """The items that the task still has: one that was taken out or labelled anew is no item of it."""
    now = dict(zip(task.table.ids, task.table.hashes, strict=True))
    places = [
        i for i, (name, content) in enumerate(zip(scores.ids, scores.hashes, strict=True)) if now.get(name) == content
    ]
    return scores.taken(np.asarray(places, dtype=np.int64))


def _meant_for(project: Project, task: str) -> list[str]:
    return [name for name, table in project.file.candidates.items() if task in (table.get("tasks") or [task])]


def _recorded(project: Project) -> Iterable[str]:
    """Tasks that have records."""
    return (path.parent.name for path in (project.root / "results").glob("*/records"))
