"""Which candidates are compared while they run, and what is known of a pair's difference.

Every trained candidate is compared with every candidate of the rungs prompting and RAG: then it need not be known
which of these is the best, and whichever it turns out to be, its pairs are valid. Where one of the two sides is
empty, all pairs are compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from harness.project import Candidate
from harness.run.manifest import Decided
from harness.stats.sequential import ConfidenceSequence, decide
from harness.types import Item, Rung

ALPHA = 0.05
OPPOSITE = {"better": "worse", "worse": "better"}


def pairs_of(candidates: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Every trained candidate with every one of prompting and RAG; all pairs where one side is empty."""
    light = [c.name for c in candidates if c.rung in (Rung.PROMPTING, Rung.RAG)]
    trained = [c.name for c in candidates if c.rung is Rung.TRAINED]
    if light and trained:
        return [(a, b) for a in trained for b in light]
    return list(combinations([c.name for c in candidates], 2))


@dataclass
class Pair:
    """Two candidates and what is known of their difference."""

    a: str
    b: str
    sign: float
    """-1 where a lower figure is better: the sequence is of how much better A is."""
    margin: float
    sequence: ConfidenceSequence
    units: Iterator[list[Item]]
    unit: list[Item] | None = None
    """The next one to look at."""
    total: float = 0.0
    decision: str | None = None
    """`better`, `worse` or `equivalent`, seen from A."""

    def other(self, candidate: str) -> str:
        """The one of the two that `candidate` is compared with."""
        return self.b if self.a == candidate else self.a

    def look(self, a: Sequence[Mapping[str, float]], b: Sequence[Mapping[str, float]]) -> None:
        """Takes in the units that both have, in their order and no other, until it is decided.

        Args:
            a: for each run of A its scores by item; not a number where the metric does not apply.
            b: the same of B.
        """
        while self.decision is None:
            self.unit = self.unit or next(self.units, None)
            if self.unit is None or not all(item.id in run for run in (*a, *b) for item in self.unit):
                return
            ours, theirs = (np.array([[run[item.id] for item in self.unit] for run in runs]) for runs in (a, b))
            differences = self.sign * (ours.mean(axis=0) - theirs.mean(axis=0))
            differences = differences[np.isfinite(differences)]
            self.unit = None
            if differences.size:
                interval = self.sequence.update(differences, np.zeros(differences.size, dtype=np.int64))
                self.total += float(differences.sum())
                self.decision = decide(interval, self.margin)

    def seen_from(self, candidate: str) -> str:
        """The decision from the side of one of the two; `open` where there is none yet."""
        decision = self.decision or "open"
        return decision if self.a == candidate else OPPOSITE.get(decision, decision)

    def in_words(self, candidate: str) -> str:
        """E.g. `better than rag`."""
        word, other = self.seen_from(candidate), self.other(candidate)
        return f"equivalent to {other}" if word == "equivalent" else f"{word} than {other}"

    def written(self, candidate: str, pairs: int) -> Decided:
        """The pair from the side of one of the two, in the metric's own direction; `pairs` share the error."""
        flip = (1.0 if self.a == candidate else -1.0) * self.sign
        low, high = sorted((flip * self.sequence.interval.low, flip * self.sequence.interval.high))
        return Decided(
            against=self.other(candidate),
            difference=flip * self.total / self.sequence.n,
            low=low,
            high=high,
            n=self.sequence.n,
            decision=self.seen_from(candidate),
            margin=self.margin,
            alpha=ALPHA,
            pairs=pairs,
        )
