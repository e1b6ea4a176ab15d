"""The leaderboard of a task, and its verdict, from the scored runs of its candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.api.stated import economy
from harness.curve import Curves
from harness.decide.decision import decide, weigh
from harness.decide.looked import Looked
from harness.decide.verdict import Verdict
from harness.figures.columns import BOOTSTRAP_SEED
from harness.guard import Guard
from harness.leaderboard.build import build_leaderboard
from harness.leaderboard.cautions import cautions
from harness.leaderboard.rows import Entry, Leaderboard
from harness.money import today
from harness.project import Project
from harness.run.files import read_struct
from harness.run.store import Store
from harness.stale.stale import Stale, current
from harness.task import Task
from harness.triage import Triage


@dataclass(frozen=True)
class Decided:
    """The leaderboard of a task with its verdict."""

    board: Leaderboard
    """With the monthly cost of each candidate."""
    verdict: Verdict
    entries: Sequence[Entry]
    """The scored runs that both are made of."""


def leaderboard_of(project: Project, task: Task, entries: Sequence[Entry]) -> Leaderboard:
    """The leaderboard, with monthly costs where the task has a requirement on them."""
    board = _board(project, task, entries)
    if "usd_per_month" in task.requirement.bounds:
        return weigh(task, entries, board, economy(project), np.random.default_rng(BOOTSTRAP_SEED)).board
    return board


def decided_of(project: Project, task: Task, entries: Sequence[Entry], volume: float | None = None) -> Decided:
    """Leaderboard and verdict.

    Args:
        project: with what is stated of costs.
        task: with what is stated of use.
        entries: the scored runs of its candidates.
        volume: calls a month in place of what the task states.

    Raises:
        ConfigError: something that is stated of use or costs cannot be.
        ComparisonError: the candidates have no item in common.
    """
    stated, rng = economy(project), np.random.default_rng(BOOTSTRAP_SEED)
    weighed = weigh(task, entries, _board(project, task, entries), stated, rng, volume)
    verdict = decide(task, entries, weighed, stated, rng, today(), _looked(project, task, entries))
    return Decided(weighed.board, verdict, entries)


def _board(project: Project, task: Task, entries: Sequence[Entry]) -> Leaderboard:
    board = build_leaderboard(task, entries, np.random.default_rng(BOOTSTRAP_SEED))
    told = cautions(task, board, Store(project.root), project.file.candidates)
    return msgspec.structs.replace(board, warnings=(*told, *board.warnings))


def _looked(project: Project, task: Task, entries: Sequence[Entry]) -> Looked:
    """Learning curves and triages, as far as they were made; a triage of another run is none of this one."""
    folder = Store(project.root).results(task.name)
    curves, guard = read_struct(folder / "curve.json", Curves), read_struct(folder / "guard.json", Guard)
    found = {e.name: read_struct(folder / "triage" / f"{e.name}.json", Triage) for e in entries if e.runs}
    keys = {e.name: e.runs[0].manifest.key for e in entries if e.runs}
    return Looked(
        labels={c.name: c.more for c in curves.candidates if c.more} if curves else {},
        triages={name: one for name, one in found.items() if one and one.key == keys[name]},
        losses=guard.losses(keys) if guard else (),
        stale=current(read_struct(folder / "stale.json", Stale), task, keys),
    )
