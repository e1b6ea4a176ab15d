"""A project's results against a baseline: reads what both sides need, then judges."""

from dataclasses import replace
from pathlib import Path

import msgspec

from harness.api import OpenProject
from harness.errors import RunError, UnavailableError
from harness.gate.baseline import Baseline, Kept, read_baseline, read_folder
from harness.gate.judge import judge
from harness.gate.outcome import Change, Fell, Outcome
from harness.gate.policy import check_names, read_policy
from harness.project import Project
from harness.prompting import as_text
from harness.report.machine import read_leaderboard
from harness.run.session import run_key
from harness.task import Task
from harness.wrong import got, short


def check(project: Project, baseline: str, policy: Path | None = None) -> Outcome:
    """What stands in `results/` against a baseline.

    Args:
        project: whose results are the head.
        baseline: a folder or a git ref.
        policy: a file, or the default policy.

    Raises:
        ConfigError: the policy is not valid, or the baseline is neither folder nor ref.
        RunError: nothing has been run here, or a file is damaged.
    """
    allowed = read_policy(policy)
    head = read_folder(project.root / "results", "results")
    if not head.kept:
        raise RunError(f"{project.root / 'results'} holds no scores yet. Run: harness run")
    base = read_baseline(baseline, project.root)
    head, notes = _current(project, head)
    tasks = {name: project.task(name) for name in head.kept if name in project.task_folders}
    check_names(allowed, {n: [m.name for m in t.metrics] for n, t in tasks.items()}, str(policy))
    paths = {name: project.root / "results" / name / "leaderboard.json" for name in tasks}
    boards = {name: read_leaderboard(path) for name, path in paths.items() if path.is_file()}
    outcome = judge(head, base, tasks, boards, allowed)
    changes = tuple(_with_items(project, tasks[c.task], c) if c.flipped else c for c in outcome.changes)
    return msgspec.structs.replace(outcome, changes=changes, notes=(*notes, *outcome.notes))


def _with_items(project: Project, task: Task, change: Change) -> Change:
    """With what was asked and said of the items that fell, where the records are here."""
    records = OpenProject(project).latest(task, change.candidate)
    items = {item.id: item for item in task.test}
    fell = [
        Fell(name, short(as_text(items[name].input)), short(str(items[name].target)), short(got(records[name])))
        for name in change.flipped
        if name in records and name in items
    ]
    return msgspec.structs.replace(change, fell=tuple(fell))


def _current(project: Project, head: Baseline) -> tuple[Baseline, list[str]]:
    """The head without scores that are not of the candidates and tasks as they stand.

    A candidate that was changed and not run again would else be the same as ever.
    """
    kept: dict[str, dict[str, Kept]] = {}
    notes = []
    for name, by_name in head.kept.items():
        if name not in project.task_folders:
            notes.append(f"task {name} is no longer there; its scores were left out.")
            continue
        task = project.task(name)
        for candidate, scores in by_name.items():
            if reason := _stale(project, task, candidate, scores):
                notes.append(f"{candidate} on {name} was left out: {reason}.")
            else:
                kept.setdefault(name, {})[candidate] = scores
    return replace(head, kept=kept), notes


def _stale(project: Project, task: Task, name: str, scores: Kept) -> str | None:
    if name not in project.file.candidates:
        return "it is no longer in harness.toml"
    candidate = project.candidate(name)
    try:
        changed = any(run_key(task, candidate, project.root, seed) != key for seed, key in scores.keys.items())
    except UnavailableError as error:
        return f"it cannot run here: {error}"
    return "its settings, code or training data changed since it was run" if changed else None
