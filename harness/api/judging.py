"""Judging the runs of candidates, and holding the judge against people."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.api.records import kept_runs, not_run
from harness.api.running import choose
from harness.api.scoring import human_labels
from harness.compare.judged import Judged, compare_judged
from harness.compare.result import PairedComparison
from harness.errors import ComparisonError, RunError
from harness.judge.agreement import JudgeAgreement, agreement_of
from harness.judge.human import Human, Labels, read_human
from harness.judge.judgements import JudgementReader, Judgements
from harness.judge.making import judging_of
from harness.judge.session import Judgeable, JudgeOptions, JudgeSession
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric
from harness.money import pricer, today
from harness.project import Project
from harness.run.journal import latest, read_batches
from harness.run.options import Report
from harness.task import Task
from harness.words import listed


def judge_session(
    project: Project, task: Task, names: Sequence[str], options: JudgeOptions, report: Report
) -> JudgeSession:
    """A run of the judge that has not started.

    Raises:
        RunError: the task has no judge, or there are no records to judge.
    """
    judging_of(task)
    runs = []
    for candidate in choose(project, task.name, names):
        kept = kept_runs(project, task, candidate)
        if names and not kept:
            raise not_run(task.name, candidate.name)
        runs += [Judgeable(candidate.name, one.seed, one.folder.folder, latest(one.folder.journal)) for one in kept]
    if not runs:
        raise RunError(f"there are no records of task {task.name!r} to judge yet. Run: harness run {task.name}")
    return JudgeSession(task, project.root, runs, options, report)


def against_people(project: Project, task: Task, names: Sequence[str], path: Path) -> Human:
    """The labels in a file, of these candidates.

    Raises:
        DataError: something is wrong with the file.
    """
    judging_of(task)
    human = read_human(path, task, project.file.candidates)
    chosen = _labelled(project, task, names, human)
    return replace(human, labels={name: human.of(name, chosen).by_item for name in chosen})


def only_labelled(human: Human, options: JudgeOptions) -> JudgeOptions:
    """Judges nothing but what has a label."""
    items = {str(name): frozenset(labels) for name, labels in human.labels.items()}
    return replace(options, metrics=(human.metric,), items=items)


def agreement(project: Project, task: Task, human: Human) -> JudgeAgreement:
    """How far the judge agrees with people; calls no model.

    Raises:
        ComparisonError: no answer was judged by both.
        RunError: a candidate with labels was run with several seeds, or not at all.
    """
    table = judging_of(task).table
    judged = {}
    for name, labels in human.labels.items():
        of = Labels(human.metric, labels)
        judged[str(name)] = (_judgements(project, task, str(name)), of)
    groups = {item.id: item.group for item in task.test}
    return agreement_of(task.name, table.model, table.repeats, judged, groups)


def compare_by_people(
    project: Project, task: Task, metric: Metric, a: Entry, b: Entry, margin: float
) -> PairedComparison | None:
    """Two candidates in a judged metric with human labels on some answers; None where there are none of it.

    Raises:
        ComparisonError: several seeds, or too few labels.
    """
    sides: list[Judged] = []
    labels = [human_labels(project, task, entry.name) for entry in (a, b)]
    if metric.needs != "judge" or not all(one and one.metric == metric.name and one.by_item for one in labels):
        return None
    if len(a.runs) > 1 or len(b.runs) > 1:
        raise ComparisonError(f"human labels are of one seed's answers; {a.name} or {b.name} was run with several.")
    drawn = {item for one in labels if one for item in one.by_item}
    for entry, one in zip((a, b), labels, strict=True):
        sides.append(_scored(metric, entry, one or Labels(metric.name, {}), drawn))
    groups = {item.id: item.group for item in task.test if item.group is not None}
    return compare_judged(metric, (a.name, b.name), sides[0], sides[1], groups, margin)


def uncorrected(project: Project, task: Task, metric: Metric, entries: Sequence[Entry]) -> str:
    """What a comparison by the judge alone is, and whose labels would make it more."""
    labels = {entry.name: human_labels(project, task, entry.name) for entry in entries}
    known = [name for name, one in labels.items() if one and one.metric == metric.name and one.by_item]
    said = f"{metric.name} is the judge's opinion here, of both and uncorrected"
    if not known:
        return f"{said}."
    lacking = [name for name in labels if name not in known]
    return f"{said}: only {listed(known)} has human labels. With some for {listed(lacking)} too they correct it."


def _scored(metric: Metric, entry: Entry, labels: Labels, drawn: set[str]) -> Judged:
    """By item the judge's score and the label; of an item without an answer nobody needs to say what it counts."""
    scores = entry.runs[0].scores
    column = scores.columns[metric.name]
    found: dict[str, tuple[float, float | None]] = {}
    for i, item in enumerate(scores.ids):
        if column.codes[i] < 0:
            continue
        score = float(column.values[column.codes[i]])
        known = score if scores.without_answer[i] and item in drawn else labels.by_item.get(item)
        found[item] = (score, known)
    return found


def _labelled(project: Project, task: Task, names: Sequence[str], human: Human) -> list[str]:
    """The chosen candidates; without a choice those that the file names, or those that were run."""
    if names:
        return [c.name for c in choose(project, task.name, names)]
    if None not in human.labels:
        return [str(name) for name in human.labels]
    return [c.name for c in choose(project, task.name) if kept_runs(project, task, c)]


def _judgements(project: Project, task: Task, name: str) -> Judgements:
    runs = kept_runs(project, task, project.candidate(name))
    if not runs:
        raise not_run(task.name, name)
    if len(runs) > 1:
        raise RunError(f"{name} was run with {len(runs)} seeds, and a label does not say of which it is.")
    reader = JudgementReader(task, runs[0].folder.folder, project.root, pricer(today(), project.file.prices))
    for batch in read_batches(runs[0].folder.journal):
        reader.add(batch)
    return reader.judgements()
