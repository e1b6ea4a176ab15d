"""One candidate of a task against another, from records."""

import numpy as np

from harness.api.judging import compare_by_people
from harness.api.records import not_run
from harness.api.scoring import entry_of
from harness.compare.pair import compare_contenders, compare_stopped
from harness.compare.result import Contender, PairedComparison
from harness.early.stopped import decided_pair, ended_early, first_items
from harness.errors import ComparisonError, UnknownNameError
from harness.figures.columns import BOOTSTRAP_SEED
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric, check_ordered
from harness.project import Candidate, Project
from harness.task import Task


def compare_candidates(
    project: Project, task: Task, a: str, b: str, metric: str | None, margin: float | None
) -> PairedComparison:
    """A against B, with the interval that fits how their runs ended.

    Args:
        project: whose records are compared.
        task: with its metrics.
        a: the candidate that the difference speaks of.
        b: the one that is subtracted.
        metric: by default the primary one.
        margin: by default the task's for its primary metric, and 0 for others.

    Raises:
        ComparisonError: the two cannot be compared.
        RunError: one has not been run.
    """
    chosen = _metric(task, metric)
    if margin is None:
        margin = task.requirement.margin if chosen is task.primary else 0.0
    candidates = [project.candidate(name) for name in (a, b)]
    entries = [_scored(project, task, candidate) for candidate in candidates]
    first, second = (Contender(entry.name, [run.scores for run in entry.runs]) for entry in entries)
    if not any(ended_early(run.manifest, len(run.scores), len(task.test)) for e in entries for run in e.runs):
        if judged := compare_by_people(project, task, chosen, entries[0], entries[1], margin):
            return judged
        return compare_contenders(chosen, first, second, margin, np.random.default_rng(BOOTSTRAP_SEED))
    of_a, of_b = ([run.manifest for run in entry.runs] for entry in entries)
    decided = decided_pair(a, of_a, b, of_b)
    if decided is None or chosen is not task.primary:
        raise ComparisonError(
            f"a run of {a} or {b} was ended once its comparisons were decided in {task.primary.name}: nothing "
            f"else can be said of these items. Run: harness run {task.name} -c {a},{b}"
        )
    seen = first_items(chosen, [*first.runs, *second.runs], task.test, decided.n)
    cut = Contender(a, seen[: len(first.runs)]), Contender(b, seen[len(first.runs) :])
    return compare_stopped(chosen, *cut, margin, decided)


def _scored(project: Project, task: Task, candidate: Candidate) -> Entry:
    entry = entry_of(project, task, candidate)
    if not entry.runs and entry.skipped:
        raise ComparisonError(f"{candidate.name} on {task.name}: {entry.skipped}")
    if not entry.runs:
        raise not_run(task.name, candidate.name)
    return entry


def _metric(task: Task, name: str | None) -> Metric:
    if name is None:
        return task.primary
    by_name = {metric.name: metric for metric in task.metrics}
    if name not in by_name:
        raise UnknownNameError("metric", name, by_name, f"task {task.name}")
    check_ordered(by_name[name], f"task {task.name}")
    return by_name[name]
