"""Who is compared with whom: each with the best of prompting and RAG and with the incumbent, and best with best.

Runs that were ended because their comparisons were decided have anytime-valid intervals, and none of a fixed number.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from harness.early.stopped import best_of_pairs, decided_comparison, ended_early, first_items, looked_at
from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.figures.paired import compare
from harness.leaderboard.joint import joint_of
from harness.leaderboard.rows import Entry
from harness.task import Task
from harness.types import Rung

_LIGHT = (Rung.PROMPTING, Rung.RAG)


class Rivals:
    """The candidates of one leaderboard that have runs.

    Attributes:
        joint: what those share that ran to the end.
        best: the best of prompting and RAG; None where there is none, or none can be told.
    """

    def __init__(self, task: Task, entries: Sequence[Entry], rng: np.random.Generator) -> None:
        self.task, self.entries, self._rng = task, entries, rng
        self._early = {
            e.name for e in entries if any(ended_early(r.manifest, len(r.scores), len(task.test)) for r in e.runs)
        }
        self.joint = joint_of(task.primary, [e for e in entries if e.name not in self._early], rng)
        self.best = self._best_light()
        self._incumbent = next((e for e in entries if e.incumbent), None)

    def ended_early(self, entry: Entry) -> bool:
        """Whether a run of it was ended because its comparisons were decided."""
        return entry.name in self._early

    def to_best(self, entry: Entry) -> Comparison | None:
        """Simultaneous over the rows: the best was picked after looking, and each row is looked at."""
        return self._difference(entry, self.best)

    def to_incumbent(self, entry: Entry) -> Comparison | None:
        """How much better it is than what is in use now."""
        return self._difference(entry, self._incumbent)

    def ranks(self, entry: Entry) -> tuple[int, int] | None:
        """None where some runs were ended early, since a rank is among all."""
        return None if self._early else self.joint.ranks.get(entry.name)

    def detectable(self, entry: Entry) -> float | None:
        """The smallest true difference to the best that the items show; None where either was ended early."""
        if self.best is None or entry is self.best or self.ended_early(entry) or self.ended_early(self.best):
            return None
        return self.joint.detectable(entry.name, self.best.name)

    def best_trained(self) -> Comparison | None:
        """The best trained against the best of prompting and RAG, whichever they truly are."""
        trained = [e for e in self.entries if e.rung is Rung.TRAINED]
        light = [e for e in self.entries if e.rung in _LIGHT]
        if not any(self.ended_early(e) for e in (*trained, *light)):
            return self.joint.best_against_best([e.name for e in trained], [e.name for e in light])
        pairs = {(a.name, b.name): _sequential(a, b) for a in trained for b in light}
        known = {names: pair for names, pair in pairs.items() if pair is not None}
        if len(known) < len(pairs):
            return None
        return best_of_pairs(known, higher_is_better=self.task.primary.higher_is_better)

    def _best_light(self) -> Entry | None:
        light = [e for e in self.entries if e.rung in _LIGHT]
        if not light or not (self.joint.known or self._early):
            return None
        sign = 1.0 if self.task.primary.higher_is_better else -1.0
        return max(light, key=lambda e: sign * self._figure(e))

    def _figure(self, entry: Entry) -> float:
        """The primary metric: over the common items, or those of a run that was ended early."""
        if not self.ended_early(entry) and (point := self.joint.point(entry.name)) is not None:
            return point
        primary, runs = self.task.primary, [run.scores for run in entry.runs]
        if self.ended_early(entry):
            runs = first_items(primary, runs, self.task.test, looked_at([run.manifest for run in entry.runs]))
        figures = []
        for run in runs:
            column = run.columns[primary.name]
            counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
            figures.append(float(primary.aggregate(column.values, counts[None, :])[0]))
        return sum(figures) / len(figures)

    def _difference(self, entry: Entry, other: Entry | None) -> Comparison | None:
        if other is None or other is entry:
            return None
        if self.ended_early(entry) or self.ended_early(other):
            return _sequential(entry, other)
        if other is self.best:
            return self._all_to_best.get(entry.name)
        try:
            a, b = [r.scores for r in entry.runs], [r.scores for r in other.runs]
            return compare(self.task.primary, a, b, other.name, self._rng)
        except ComparisonError:
            return None

    @cached_property
    def _all_to_best(self) -> dict[str, Comparison]:
        return {} if self.best is None else self.joint.differences(self.best.name)


def _sequential(entry: Entry, other: Entry) -> Comparison | None:
    manifests = [[r.manifest for r in e.runs] for e in (entry, other)]
    return decided_comparison(entry.name, manifests[0], other.name, manifests[1])
