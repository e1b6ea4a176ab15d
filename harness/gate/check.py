"""A project's results against a baseline: reads what both sides need, then judges."""

from pathlib import Path

import msgspec

from harness.api import OpenProject
from harness.errors import RunError
from harness.gate.baseline import read_baseline
from harness.gate.head import Head, read_head
from harness.gate.judge import judge
from harness.gate.outcome import Change, Fell, Outcome
from harness.gate.policy import POLICY, check_policy, read_policy
from harness.leaderboard.rows import Row
from harness.project import Project
from harness.prompting import as_text
from harness.report.machine import read_leaderboard
from harness.task import Task
from harness.wrong import got, short


def check(project: Project, baseline: str, policy: Path | None = None) -> Outcome:
    """What stands here against a baseline.

    Args:
        project: whose results are the head.
        baseline: a folder or a git ref.
        policy: a file; by default `gate.toml` of the project where it has one, else the default policy.

    Raises:
        ConfigError: the policy is not valid, or the baseline is neither folder nor ref.
        RunError: nothing has been run here, or a file is damaged.
    """
    own = project.root / POLICY
    policy = own if policy is None and own.is_file() else policy
    allowed = read_policy(policy)
    base = read_baseline(baseline, project.root)
    head = read_head(project, base)
    if not head.kept and not head.waiting:
        raise RunError(f"{project.root / 'results'} holds no scores of the project as it is. Run: harness run")
    check_policy(allowed, [metric for task in head.tasks.values() for metric in task.metrics], str(policy))
    rows = {name: _rows(project, task, head) for name, task in head.tasks.items()} if allowed.ceilings else {}
    outcome = judge(head, base, rows, allowed)
    changes = tuple(_with_items(project, head.tasks[c.task], c) if c.flipped else c for c in outcome.changes)
    return msgspec.structs.replace(outcome, changes=changes)


def _rows(project: Project, task: Task, head: Head) -> list[Row]:
    """The leaderboard's rows of the candidates that are compared: from records, or as they were committed."""
    kept, recorded = head.kept.get(task.name, {}), head.recorded.get(task.name, ())
    rows = list(OpenProject(project).leaderboard(task, recorded).rows) if recorded else []
    path = project.root / "results" / task.name / "leaderboard.json"
    if path.is_file():
        rows += [row for row in read_leaderboard(path).rows if row.name not in recorded]
    return [row for row in rows if row.name in kept and not row.skipped]


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
