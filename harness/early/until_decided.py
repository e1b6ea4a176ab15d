"""Ending runs as soon as their comparisons are decided, with the error guarantee kept across pairs.

Items come in the seeded random order, groups whole, the same for all; a pair looks at an item once both have its
record, in that order and no other, since the quick answers are not a random part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from harness.early.pairs import ALPHA, Pair, pairs_of
from harness.early.stopped import holds_at_all_times
from harness.errors import RunError
from harness.money import Tally, Usd
from harness.project import Candidate
from harness.run import manifest as manifests
from harness.run.journal import latest, read_batches
from harness.run.manifest import Saved
from harness.run.options import Outcome
from harness.run.runner import Rule, Stopper
from harness.run.sampling import sampled
from harness.run.store import RunFolder
from harness.scores import item_score
from harness.stats.sequential import ConfidenceSequence
from harness.task import Task
from harness.types import Record

AHEAD = 64
"""Items that a run may be ahead of another that it is compared with."""


@dataclass
class _Run(Rule):
    """One run as the pairs see it."""

    at_once = AHEAD

    study: "UntilDecided"
    candidate: str
    scores: dict[str, float] = field(default_factory=dict)
    """By item; not a number where the metric does not apply."""
    over: bool = False
    stopper: Stopper | None = None

    def begin(self, journal: Path, stopper: Stopper) -> None:
        self.stopper = stopper
        for record in latest(journal).values():
            self._take(record)
        self.study.look(self.candidate)

    def see(self, record: Record) -> str | None:
        self._take(record)
        self.study.look(self.candidate)
        return None

    def ahead(self) -> bool:
        others = self.study.still_compared(self.candidate)
        return any(len(self.scores) - len(run.scores) >= AHEAD for run in others if not run.over)

    def end(self) -> None:
        self.over = True
        self.study.look(self.candidate)

    def _take(self, record: Record) -> None:
        item = self.study.items.get(record.item_id)
        if item is not None and item.query.hash == record.item_hash:
            score = item_score(self.study.task.primary, item, record)
            self.scores[item.id] = np.nan if score is None else float(score)


class UntilDecided:
    """The pairs of one task's runs. `rule` is what a session takes; `finish` writes down what was decided."""

    def __init__(
        self, task: Task, candidates: Sequence[Candidate], limit: int | None = None, seed: int | None = None
    ) -> None:
        """Chooses the pairs.

        Args:
            task: with its margin.
            candidates: those that are going to run.
            limit: only so many items.
            seed: the only seed, in place of the candidates' own.

        Raises:
            RunError: the primary metric is no mean of bounded scores, or there are not two candidates.
        """
        metric = task.primary
        if not holds_at_all_times(metric):
            raise RunError(
                "stopping when decided needs a metric that is a mean of scores between two bounds, known as answers "
                f"come, and {metric.name}, the primary metric of {task.name}, is none. Run without --until-decided."
            )
        self.task = task
        ordered = sampled(task.test, limit, 0, whole_groups=True)
        self.items = {item.id: item for item in ordered}
        self._units = [
            list(unit) for _, unit in groupby(ordered, key=lambda i: i.id if i.group is None else (i.group,))
        ]
        self._runs = {
            c.name: {s: _Run(self, c.name) for s in (c.seeds if seed is None else (seed,))} for c in candidates
        }
        names = pairs_of(candidates)
        if not names:
            raise RunError("stopping when decided needs at least two candidates.")
        self.pairs = [self._pair(a, b, len(names)) for a, b in names]

    def _pair(self, a: str, b: str, pairs: int) -> Pair:
        metric = self.task.primary
        low, high = metric.bounds or (0.0, 1.0)
        largest = max(len(unit) for unit in self._units)
        sequence = ConfidenceSequence((low - high, high - low), ALPHA, pairs, largest)
        sign = 1.0 if metric.higher_is_better else -1.0
        return Pair(a, b, sign, self.task.requirement.margin, sequence, iter(self._units))

    def rule(self, candidate: str, seed: int) -> Rule:
        """The rule for one run."""
        return self._runs[candidate][seed]

    def still_compared(self, candidate: str) -> list[_Run]:
        """The runs that an open pair of this candidate waits for."""
        others = {p.other(candidate) for p in self._pairs_of(candidate) if p.decision is None}
        return [run for name in others for run in self._runs[name].values()]

    def look(self, candidate: str) -> None:
        """Looks at what is new in the pairs of a candidate, and ends the runs that no open pair needs."""
        for pair in self._pairs_of(candidate):
            if pair.decision is None:
                pair.look(self._scores(pair.a), self._scores(pair.b))
        for name in {name for pair in self._pairs_of(candidate) for name in (pair.a, pair.b)}:
            self._end_if_decided(name)

    def _pairs_of(self, candidate: str) -> list[Pair]:
        return [pair for pair in self.pairs if candidate in (pair.a, pair.b)]

    def _scores(self, candidate: str) -> list[dict[str, float]]:
        return [run.scores for run in self._runs[candidate].values()]

    def _end_if_decided(self, candidate: str) -> None:
        pairs = [pair for pair in self._pairs_of(candidate) if not self._moot(pair)]
        if not pairs or any(pair.decision is None for pair in pairs):
            return
        n = max(pair.sequence.n for pair in pairs)
        found = "; ".join(pair.in_words(candidate) for pair in pairs)
        for run in self._runs[candidate].values():
            if run.stopper is not None and not run.stopper.reason and len(run.scores) < len(self.items):
                run.stopper.decided = True
                run.stopper.stop(f"decided after {n} of {len(self.items)} items: {found}")

    def _moot(self, pair: Pair) -> bool:
        """Whether one of the two could not run, so that nothing waits for it."""
        return any(run.over and not run.scores for name in (pair.a, pair.b) for run in self._runs[name].values())

    def finish(self, outcomes: Sequence[Outcome], usd: Usd) -> None:
        """Writes what was decided, and what was saved, into the manifests of the runs."""
        for outcome in outcomes:
            pairs = self._pairs_of(outcome.candidate)
            if outcome.folder is None or not pairs:
                continue
            manifest = manifests.read_manifest(outcome.folder.manifest)
            if manifest is None:
                continue
            decided = tuple(pair.written(outcome.candidate, len(self.pairs)) for pair in pairs if pair.sequence.n)
            saved = self._saved(outcome.folder, usd) if outcome.decided else None
            manifests.write_manifest(
                outcome.folder.manifest, msgspec.structs.replace(manifest, decided=decided, saved=saved)
            )

    def _saved(self, folder: RunFolder, usd: Usd) -> Saved:
        tally, asked = Tally(usd), set[str]()
        for batch in read_batches(folder.journal):
            tally.add(batch)
            asked.update(record.item_id for record in batch)
        left, done, spent = len(self.items.keys() - asked), max(1, len(asked)), tally.spending
        cost = None if spent.cold_usd is None else round(left * spent.cold_usd / done, 6)
        return Saved(left, round(left * spent.calls / done, 1), cost)
