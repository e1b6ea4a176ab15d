"""From the records of candidates to their scored runs: what leaderboard, verdict and comparison are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from harness.api.records import KeptRun, kept_runs
from harness.api.running import choose
from harness.errors import HarnessError, RunError, UnknownNameError
from harness.figures.estimates import undefined
from harness.judge.human import Labels, read_human
from harness.judge.judgements import JudgementReader
from harness.leaderboard.rows import Entry, SeedRun
from harness.money import Tally, batch_words, day_of, preparation_usd, pricer, today
from harness.project import Candidate, Project
from harness.run.journal import read_batches, read_records
from harness.run.store import RunFolder
from harness.scores import Scorer, Scores, score
from harness.task import Task


def entries_of(
    project: Project, task: Task, names: Sequence[str], prices: Mapping[str, Any] | None = None
) -> list[Entry]:
    """Candidates with their scored runs, each journal read once.

    Args:
        project: whose store is read.
        task: with the metrics to score.
        names: of candidates; none is every candidate that is meant for the task.
        prices: `[prices]` that go before those of harness.toml. With them, also an empty table, all others are
            looked up as of today; without, as of the day of each run.

    Raises:
        RunError: none has a run with a figure.
    """
    # By name, so that the same candidates give the same figures in whatever order they are asked for.
    chosen = sorted(choose(project, task.name, names), key=lambda candidate: candidate.name)
    entries = [entry_of(project, task, candidate, prices) for candidate in chosen]
    if any(entry.runs for entry in entries):
        return entries
    if why := [f"{entry.name}: {entry.skipped}" for entry in entries if entry.skipped]:
        raise RunError(f"there are no records of task {task.name!r} with a figure. " + " ".join(why))
    raise RunError(f"there are no records of task {task.name!r} yet. Run: harness run {task.name}")


def entry_of(project: Project, task: Task, candidate: Candidate, prices: Mapping[str, Any] | None = None) -> Entry:
    """One candidate with its scored runs, or why it has none."""
    reason, kept = candidate.adapter.unfit(task.view(0)), list[KeptRun]()
    try:
        kept = kept_runs(project, task, candidate)
        candidate.check(project.root)
    except HarnessError as error:
        reason = reason or str(error)
    known = {**project.file.prices, **(prices or {})}
    days = [today() if prices is not None else day_of(one.manifest) for one in kept]
    labels = human_labels(project, task, candidate.name)
    scored = [_seed_run(project, task, one, known, day, labels) for one, day in zip(kept, days, strict=True)]
    runs = [run for run in scored if len(run.scores)]
    if runs and (nothing := undefined(task.primary, [run.scores for run in runs])):
        runs, reason = [], nothing
    skipped = None if runs else reason
    return Entry(candidate.name, candidate.adapter_name, candidate.rung, candidate.incumbent, runs, skipped)


def refuse_unused(prices: Mapping[str, Any], entries: Sequence[Entry], where: str) -> None:
    """Refuses prices of models that no run of these candidates called: they would change nothing.

    Raises:
        ConfigError: names the models that were called.
    """
    used = {model for entry in entries for run in entry.runs for model in _models(run)}
    for model in prices:
        if model not in used:
            raise UnknownNameError("model that these runs called", model, used, where)


def _models(run: SeedRun) -> set[str]:
    prepared = run.manifest.preparation.calls if run.manifest.preparation else ()
    return {*run.spending.models, *(call.model for call in prepared if not call.model.startswith("local/"))}


def scores_of(task: Task, folder: RunFolder, root: Path | None = None) -> Scores:
    """The scores of one run; with the project's folder those of its judge too."""
    if root is None or task.judge is None:
        return score(task, read_records(folder.journal))
    scorer, reader = Scorer(task), JudgementReader(task, folder.folder, root, lambda *_: None)
    for batch in read_batches(folder.journal):
        scorer.add(batch)
        reader.add(batch)
    return scorer.scores(reader.judgements().scores)


def human_labels(project: Project, task: Task, candidate: str) -> Labels | None:
    """What people said of a candidate's answers, where the task names a file of labels.

    Raises:
        DataError: the file is not one of labels of this task.
    """
    if task.judge is None or task.judge.human is None:
        return None
    every = [c.name for c in project.candidates(task.name)]
    return read_human(task.judge.human, task, project.file.candidates).of(candidate, every)


def _seed_run(
    project: Project, task: Task, kept: KeptRun, prices: Mapping[str, Any], day: date, labels: Labels | None
) -> SeedRun:
    usd = pricer(day, prices)
    waits = _can_wait(project, kept.manifest.candidate)
    planned = pricer(day, prices, batch=True) if waits else None
    scorer, tally, seconds = Scorer(task), Tally(usd, task.table, prices, planned), list[float]()
    reader = JudgementReader(task, kept.folder.folder, project.root, usd)
    for batch in read_batches(kept.folder.journal):
        scorer.add(batch)
        tally.add(batch)
        reader.add(batch)
        seconds += [r.seconds for r in batch if r.seconds is not None]
    judgements = reader.judgements(labels)
    scores = scorer.scores(judgements.scores)
    latency = kept.manifest.latency or tuple(seconds)
    spent = tally.spending
    if waits:
        spent = replace(spent, batch=batch_words(spent.models, day, prices))
    return SeedRun(kept.manifest, scores, latency, spent, judgements, preparation_usd(kept.manifest, usd))


def _can_wait(project: Project, candidate: str) -> bool:
    """Whether `[economics.candidates.NAME] batch` is true; what else stands there is read with the costs."""
    tables = project.file.economics.get("candidates")
    table = tables.get(candidate) if isinstance(tables, Mapping) else None
    return isinstance(table, Mapping) and table.get("batch") is True
