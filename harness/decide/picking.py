"""Picking against the bar is paid for: the more candidates of a side try it, the surer one of them has to be.

Each of k candidates that truly miss the bar by a hair meets it by luck in 5 % of test sets, so that one of
twenty does in up to 64 %. A side therefore meets the bar only where one of its candidates does at the
one-sided level 1 - .05 / k. docs/verdict.md has the argument.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import msgspec

from harness.decide.worth import Ledger
from harness.early.stopped import ended_early
from harness.estimate import Estimate, State, together
from harness.leaderboard.alone import metrics_of, with_money, with_speed
from harness.leaderboard.requirements import figures_of, requirement_states
from harness.leaderboard.rows import Entry, Row
from harness.task import Task
from harness.types import Rung

MAX_FAILED = 0.05
"""A candidate with a larger share of failed items gets no verdict."""
ALPHA = 0.05
"""How often a side may meet the bar by luck."""
RULED_OUT = 0.995
"""One-sided level at which a candidate that misses the bar has not tried it, and costs the others nothing."""


@dataclass(frozen=True)
class Paid:
    """What the candidates of a side pay for being several."""

    among: int = 1
    """So many of them might meet the bar."""
    short: Mapping[str, Estimate] = field(default_factory=dict)
    """Requirements that the candidate meets taken alone and not at the level; figures with bounds at that level."""

    @property
    def level(self) -> float:
        """One-sided, at which one of them has to meet the bar."""
        return 1 - ALPHA / self.among


ALONE = Paid()
"""Of a candidate that stands for no side."""


def failed_too_often(row: Row) -> bool:
    """Whether a candidate gets no verdict."""
    return row.failed > MAX_FAILED * row.n * row.seeds


def pay(alone: Mapping[str, State], ask: Callable[[str, float], State]) -> tuple[int, dict[str, State]]:
    """How many candidates of a side try the bar, and how each stands to it where that is paid for.

    What misses the bar goes on missing it: a side misses it only where all do.

    Args:
        alone: how each stands by one-sided 95 % bounds.
        ask: how one stands by one-sided bounds at another level.
    """
    among = max(1, sum(s is not State.MISSED or ask(n, RULED_OUT) is not State.MISSED for n, s in alone.items()))
    level = Paid(among).level
    unsure = {n for n, state in alone.items() if state is State.MET and among > 1 and ask(n, level) is not state}
    return among, {name: State.OPEN if name in unsure else state for name, state in alone.items()}


@dataclass(frozen=True)
class Bar:
    """Holds candidates against the bar at any level."""

    task: Task
    entries: Mapping[str, Entry]
    ledger: Ledger
    seed: int
    """Of every resample: the same at each level."""

    def paid(self, rows: Sequence[Row]) -> tuple[tuple[Row, ...], dict[str, Paid]]:
        """The rows with their standing where picking is paid for, and what each pays.

        Candidates that failed too often stand for no side.

        Args:
            rows: of the leaderboard, held against the bar one by one.
        """
        able = [row for row in rows if row.skipped is None and not failed_too_often(row)]
        found: dict[str, tuple[Row, Paid]] = {}
        for trained in (False, True):
            found |= self._side({row.name: row for row in able if (row.rung is Rung.TRAINED) is trained})
        return tuple(found[r.name][0] if r.name in found else r for r in rows), {n: p for n, (_, p) in found.items()}

    def _side(self, rows: Mapping[str, Row]) -> dict[str, tuple[Row, Paid]]:
        @cache
        def at(name: str, level: float) -> Row:
            return self.at(rows[name], level)

        among, states = pay({name: row.meets for name, row in rows.items()}, lambda name, level: at(name, level).meets)
        paid = Paid(among)
        return {
            name: (row, paid) if states[name] is row.meets else _short(row, at(name, paid.level), among)
            for name, row in rows.items()
        }

    def at(self, row: Row, level: float) -> Row:
        """The row with its one-sided bounds at a level, held against the bar."""
        entry, narrow = self.entries[row.name], 2 * level - 1
        early = any(ended_early(r.manifest, len(r.scores), len(self.task.test)) for r in entry.runs)
        metrics = metrics_of(self.task, entry, self.seed, ended_early=early, narrow=narrow)
        surer = msgspec.structs.replace(row, metrics=metrics)
        surer = with_money(with_speed(surer, entry.runs, narrow), entry.runs, narrow)
        surer = msgspec.structs.replace(surer, usd_per_month=self.ledger.per_month(row.name, narrow))
        states = requirement_states(self.task.requirement, surer)
        return msgspec.structs.replace(surer, requirements=states, meets=together(list(states.values())))


def _short(row: Row, surer: Row, among: int) -> tuple[Row, Paid]:
    """A row that meets the bar taken alone, and as it is at the level does not."""
    unmet = [name for name, state in surer.requirements.items() if state is not State.MET]
    short = {name: figure for name, figure in figures_of(surer).items() if name in unmet and figure is not None}
    states = row.requirements | dict.fromkeys(unmet, State.OPEN)
    return msgspec.structs.replace(row, requirements=states, meets=State.OPEN), Paid(among, short)
