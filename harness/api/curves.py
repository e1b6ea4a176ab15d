"""The learning curves of a task's candidates: each is run with several numbers of labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.api.running import choose, run
from harness.api.scoring import scores_of
from harness.curve import Curves, Trial, build_curves, run_trials, with_labels
from harness.errors import RunError
from harness.figures.columns import BOOTSTRAP_SEED
from harness.project import Candidate, Project
from harness.run.manifest import read_manifest
from harness.run.options import Options
from harness.run.sampling import sampled
from harness.scores import Scores
from harness.task import Task

Report = Callable[[str, int, int], None]
"""`(candidate, labels, draw)`, called before each run."""


def curves_of(
    project: Project,
    task: Task,
    names: Sequence[str],
    sizes: Sequence[int],
    draws: int,
    limit: int | None,
    report: Report | None,
) -> Curves:
    """Every candidate with every number of labels, so many draws of them each.

    Raises:
        RunError: a size above the labels that the task has, or no candidate could run.
    """
    chosen = {c.name: c for c in choose(project, task.name, names)}
    parts = {(size, draw): with_labels(task, size, draw) for size in sizes for draw in range(1, draws + 1)}
    trials, missing = run_trials(list(chosen), sizes, draws, _Trials(project, chosen, parts, limit, report))
    if not trials:
        raise RunError("\n".join(f"{name} {reason}" for name, reason in missing.items()))
    rungs = {name: c.rung for name, c in chosen.items()}
    return build_curves(task, rungs, trials, sizes, draws, missing, np.random.default_rng(BOOTSTRAP_SEED))


@dataclass(frozen=True)
class _Trials:
    """Runs one trial when called; gives a reason where it cannot."""

    project: Project
    candidates: dict[str, Candidate]
    parts: dict[tuple[int, int], Task]
    """By number of labels and draw the task with these labels alone."""
    limit: int | None
    report: Report | None

    def __call__(self, name: str, size: int, draw: int) -> Trial | str:
        if self.report:
            self.report(name, size, draw)
        part = self.parts[size, draw]
        if reason := self.candidates[name].adapter.unfit(part.view(draw)):
            return reason
        (outcome,) = run(self.project, part, [name], Options(limit=self.limit, seed=draw, latency=False))
        if outcome.folder is None:
            return outcome.skipped or "it could not run"
        if outcome.stopped:
            return f"stopped early: {outcome.stopped}"
        manifest = read_manifest(outcome.folder.manifest)
        used = manifest.preparation.labels if manifest and manifest.preparation else 0
        return Trial(name, size, draw, used, self._asked(scores_of(part, outcome.folder), part))

    def _asked(self, scores: Scores, task: Task) -> Scores:
        """The items that were asked for now: the records may hold more, of a run without this limit."""
        asked = {item.id for item in sampled(task.test, self.limit, 0)}
        return scores.taken(np.array([i for i, name in enumerate(scores.ids) if name in asked], dtype=np.int64))
