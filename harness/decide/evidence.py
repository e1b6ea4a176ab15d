"""How good the candidates are, in the same resamples of the items that every one answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.data.table import group_codes
from harness.decide.draws import DRAWS, Floats
from harness.decide.mistakes import wrong_shares
from harness.early.stopped import decided_pair, ended_early
from harness.economics.figures import Figure
from harness.figures.joint import Pairs, joint_figures
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric
from harness.scores import common
from harness.stats.bootstrap import JointDraws, Side
from harness.stats.simultaneous import simultaneous
from harness.task import Task

ONE_SIDED = 0.90
"""The ends of a two-sided 90 % interval are one-sided 95 % bounds."""


@dataclass(frozen=True)
class Gap:
    """How much better one candidate is than another, by one-sided 95 % bounds that hold for all pairs at once.

    Better is positive whichever way the metric runs.
    """

    ours: str
    theirs: str
    value: float
    low: float
    high: float
    n: int
    """Items that it is known from."""
    pairs: int
    """Pairs that the bounds hold for at once."""


@dataclass(frozen=True)
class Block:
    """Candidates on their n common items."""

    entries: tuple[Entry, ...]
    n: int
    pairs: Pairs
    """Scores, figures and draws of each candidate in the primary metric."""
    wrong: dict[str, Figure]
    wrong_draws: dict[str, Floats]

    @property
    def names(self) -> list[str]:
        """The candidates."""
        return [entry.name for entry in self.entries]

    @cached_property
    def quality(self) -> JointDraws:
        """Figures of the primary metric and their draws, higher is better."""
        sign = 1.0 if self.pairs.metric.higher_is_better else -1.0
        return JointDraws(sign * self.pairs.figures.estimates, sign * self.pairs.figures.draws)

    def gaps(self, pairs: Sequence[tuple[str, str]]) -> list[Gap]:
        """Each pair's own interval, at the level at which all hold together (max-T)."""
        if not pairs:
            return []
        index = [(self.names.index(a), self.names.index(b)) for a, b in pairs]
        quality = self.quality
        found = simultaneous(quality.estimates, quality.draws, index, ONE_SIDED, self.pairs.better)
        ends = zip(found.value.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
        return [Gap(*names, *three, self.n, len(pairs)) for names, three in zip(pairs, ends, strict=True)]


@dataclass(frozen=True)
class Evidence:
    """All candidates of a task: those that ran on all items together, each that was ended early by itself."""

    metric: Metric
    blocks: tuple[Block, ...]

    @property
    def entries(self) -> list[Entry]:
        """The candidates, in the order of `quality`."""
        return [entry for block in self.blocks for entry in block.entries]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [entry.name for entry in self.entries]

    @property
    def n(self) -> int:
        """Items that most candidates have in common."""
        return self.blocks[0].n

    @property
    def groups(self) -> NDArray[np.int64] | None:
        """(n,) cluster codes of those items."""
        return self.blocks[0].pairs.groups

    @cached_property
    def quality(self) -> JointDraws:
        """(K,) figures of the primary metric, higher is better, and (B, K) draws."""
        parts = [block.quality for block in self.blocks]
        return JointDraws(np.concatenate([p.estimates for p in parts]), np.hstack([p.draws for p in parts]))

    @cached_property
    def wrong(self) -> dict[str, Figure]:
        """Share of wrong answers by candidate; empty where no metric of the task tells right from wrong."""
        return {name: figure for block in self.blocks for name, figure in block.wrong.items()}

    @cached_property
    def wrong_draws(self) -> dict[str, Floats]:
        """(B,) draws of it by the figure's name, paired; without candidates that were wrong hardly ever."""
        return {name: drawn for block in self.blocks for name, drawn in block.wrong_draws.items()}

    def gaps(self, pairs: Sequence[tuple[str, str]]) -> list[Gap]:
        """How much better the first of each pair is.

        Of a run that was ended as soon as it was decided only what was decided then can be said.
        """
        together = set(self.blocks[0].names)
        found = {(gap.ours, gap.theirs): gap for gap in self.blocks[0].gaps([p for p in pairs if set(p) <= together])}
        return [found.get(pair) or self._decided(*pair) for pair in pairs]

    def _decided(self, ours: str, theirs: str) -> Gap:
        a, b = (self.names.index(name) for name in (ours, theirs))
        of_a, of_b = ([run.manifest for run in self.entries[k].runs] for k in (a, b))
        known = decided_pair(ours, of_a, theirs, of_b)
        if known is None:
            points = self.quality.estimates
            return Gap(ours, theirs, float(points[a] - points[b]), -np.inf, np.inf, 0, 1)
        sign = 1.0 if self.metric.higher_is_better else -1.0
        low, high = sorted((sign * known.low, sign * known.high))
        return Gap(ours, theirs, sign * known.difference, low, high, known.n, known.pairs)


def gather(task: Task, entries: Sequence[Entry], rng: np.random.Generator) -> Evidence | None:
    """The evidence on all candidates that ran; None where they have no item in common.

    Args:
        task: with its metrics, the primary one first.
        entries: candidates with their scored runs.
        rng: for the resamples.
    """
    ran = [entry for entry in entries if entry.runs]
    early = [e for e in ran if any(ended_early(r.manifest, len(r.scores), len(task.test)) for r in e.runs)]
    parts = [[e for e in ran if e not in early], *([e] for e in early)]
    blocks = [_block(task, tuple(part), rng) for part in parts if part]
    known = tuple(block for block in blocks if block is not None)
    return Evidence(task.primary, known) if known and len(known) == len(blocks) else None


def _block(task: Task, ran: tuple[Entry, ...], rng: np.random.Generator) -> Block | None:
    runs = [run.scores for entry in ran for run in entry.runs]
    places, _ = common(runs)
    taken = [s.columns[task.primary.name].taken(place) for s, place in zip(runs, places, strict=True)]
    answered = np.all([column.codes >= 0 for column in taken], axis=0)
    if not answered.any():
        return None
    codes = group_codes([runs[0].groups[i] for i in places[0]])
    groups = None if codes is None else codes[answered]
    taken = [column.taken(answered) for column in taken]
    owner = [k for k, entry in enumerate(ran) for _ in entry.runs]
    sides = [Side(task.primary.aggregate, c.values, c.codes) for c in taken]
    figures = joint_figures(sides, owner, DRAWS, rng, groups)
    rates, draws = wrong_shares(task, ran, runs, places, codes, owner, rng)
    columns = [[c for c, k in zip(taken, owner, strict=True) if k == j] for j in range(len(ran))]
    return Block(
        entries=ran,
        n=int(answered.sum()),
        pairs=Pairs(task.primary, columns, groups, figures),
        wrong=rates,
        wrong_draws=draws,
    )
