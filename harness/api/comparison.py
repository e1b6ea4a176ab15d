"""One candidate of a task against another, from records."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from harness.api.judging import compare_by_people, uncorrected
from harness.api.records import last_records, not_run
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
from harness.types import Answered, Record
from harness.words import plain
from harness.wrong import current_records, got


def compare_candidates(
    project: Project, task: Task, a: str, b: str, metric: str | None, margin: float | None
) -> PairedComparison:
    """A against B, with the interval that fits how their runs ended.

    Args:
        project: whose records are compared.
        task: with its metrics.
        a: the candidate that the difference speaks of.
        b: the one that is subtracted.
        metric: by default the primary one; any that the task's kind knows.
        margin: by default the task's for its primary metric, and 0 for others.

    Raises:
        ComparisonError: the two cannot be compared, or are one.
        RunError: one has not been run.
    """
    if a == b:
        raise ComparisonError(f"{a} is compared with itself: name two candidates.")
    chosen = _metric(task, metric)
    if all(chosen is not metric for metric in task.metrics):
        task = dataclasses.replace(task, metrics=(*task.metrics, chosen))
    if margin is None:
        margin = task.requirement.margin if chosen is task.primary else 0.0
    candidates = [project.candidate(name) for name in (a, b)]
    entries = [_scored(project, task, candidate) for candidate in candidates]
    first, second = (Contender(entry.name, [run.scores for run in entry.runs]) for entry in entries)
    if not any(ended_early(run.manifest, len(run.scores), len(task.test)) for e in entries for run in e.runs):
        if judged := compare_by_people(project, task, chosen, entries[0], entries[1], margin):
            return _with_answers(judged, project, task, entries)
        found = compare_contenders(chosen, first, second, margin, np.random.default_rng(BOOTSTRAP_SEED))
        if chosen.needs == "judge":
            found = replace(found, warnings=(*found.warnings, uncorrected(project, task, chosen, entries)))
        return _with_answers(found, project, task, entries)
    of_a, of_b = ([run.manifest for run in entry.runs] for entry in entries)
    decided = decided_pair(a, of_a, b, of_b)
    if decided is None or chosen is not task.primary:
        raise ComparisonError(
            f"a run of {a} or {b} was ended once its comparisons were decided in {task.primary.name}: nothing "
            f"else can be said of these items. Run: harness run {task.name} -c {a},{b}"
        )
    seen = first_items(chosen, [*first.runs, *second.runs], task.test, decided.n)
    cut = Contender(a, seen[: len(first.runs)]), Contender(b, seen[len(first.runs) :])
    return _with_answers(compare_stopped(chosen, *cut, margin, decided), project, task, entries)


def _with_answers(found: PairedComparison, project: Project, task: Task, entries: Sequence[Entry]) -> PairedComparison:
    """With what the two said of the items that they scored differently; as it is where one has several seeds."""
    if not found.flips or any(len(entry.runs) > 1 for entry in entries):
        return found
    a, b = (
        {item.id: (item, record) for item, record in current_records(task, last_records(project, task, entry.name))}
        for entry in entries
    )
    told = [
        replace(flip, expected=_text(a[flip.item][0].target), said=(_said(a[flip.item][1]), _said(b[flip.item][1])))
        if flip.item in a and flip.item in b
        else flip
        for flip in found.flips
    ]
    return replace(found, flips=tuple(told))


def _said(record: Record) -> str:
    return _text(record.answer) if isinstance(record, Answered) and record.answer is not None else got(record)


def _text(value: object) -> str:
    return plain(value) if isinstance(value, float) else str(value)


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
    try:
        chosen = by_name.get(name) or task.kind.metric(name)
    except UnknownNameError as error:
        raise UnknownNameError("metric", name, {*by_name, *error.known}, f"task {task.name}") from None
    check_ordered(chosen, f"task {task.name}")
    return by_name.get(chosen.name, chosen)
