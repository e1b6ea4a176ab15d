"""What a leaderboard is made of, and what stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from harness.economics.source import Source
from harness.errors import UnknownNameError
from harness.estimate import Comparison, Estimate, State
from harness.judge.judgements import Judgements
from harness.money import Spending
from harness.run.manifest import Manifest, Saved
from harness.scores import Scores
from harness.types import Rung


@dataclass(frozen=True)
class SeedRun:
    """One finished run of a candidate, scored."""

    manifest: Manifest
    scores: Scores
    seconds: tuple[float, ...]
    """Latencies of single calls; empty where there is none."""
    spending: Spending
    judgements: Judgements = field(default_factory=Judgements)
    """What a judge said of its answers."""
    preparation_usd: float | None = 0.0
    """What the model calls of its preparation cost, an index embedded by an API; None where a price is unknown."""


@dataclass(frozen=True)
class Entry:
    """A candidate and its runs, or why it has none."""

    name: str
    adapter: str
    rung: Rung
    incumbent: bool
    runs: Sequence[SeedRun] = ()
    skipped: str | None = None


class Row(msgspec.Struct, frozen=True):
    """One candidate on the leaderboard. Figures are over all its seeds."""

    name: str
    adapter: str
    rung: Rung
    incumbent: bool
    skipped: str | None = None
    """Why there is no figure."""
    n: int = 0
    """Items."""
    seeds: int = 0
    failed: int = 0
    """Items without a reply, over all seeds."""
    unparsed: int = 0
    """Items whose reply holds no answer, over all seeds."""
    metrics: dict[str, Estimate] = msgspec.field(default_factory=dict)
    vs_best: Comparison | None = None
    """Difference in the primary metric to the best candidate of the rungs prompting and rag."""
    vs_incumbent: Comparison | None = None
    p50_ms: Estimate | None = None
    p95_ms: Estimate | None = None
    per_second: float | None = None
    """Throughput on this machine, in batches; None for what runs elsewhere."""
    usd_per_month: Estimate | None = None
    """What is spent in a month at the task's volume once it runs; None where that is not known."""
    usd_per_1000: Estimate | None = None
    """Tokens of 1,000 calls, as a cold run would pay them; None where a price is unknown."""
    usd_source: Source = "looked up"
    """Where that comes from: a price list, a price that a person stated, or the recording's own costs."""
    billed_usd: float | None = None
    """What the runs' calls cost, cached answers free."""
    cold_usd: float | None = None
    """What they would have cost without the response cache."""
    compute_s_per_1000: float | None = None
    """Seconds of this machine for 1,000 answers."""
    prepare_s: float | None = None
    """Indexing or training, mean over seeds."""
    labels: int = 0
    """Labelled items that it used."""
    leaves_machine: bool = False
    requirements: dict[str, State] = msgspec.field(default_factory=dict)
    meets: State = State.OPEN
    stopped: str | None = None
    """Why a run ended before its last item."""
    saved: Saved | None = None
    """What that saved over all its seeds, where it was because its comparisons were decided."""
    ranks: tuple[int, int] | None = None
    """Best and worst rank that it may truly have, all rows at once at 95 %; None where its run was ended early."""
    detectable: float | None = None
    """The smallest true difference to `best` that these items show with a power of 80 %."""
    seed_share: float | None = None
    """Of the variance of the primary metric, what comes from the luck of its seeds."""


class JudgeNote(msgspec.Struct, frozen=True):
    """Who judged, and at what cost of its own."""

    model: str
    metrics: tuple[str, ...]
    """Those that the judge gives."""
    calls: int
    """Those that were made."""
    cold_usd: float | None
    """What its calls would have cost without the response cache, in no candidate's cost; None for an unknown price."""
    billed_usd: float | None
    kin: dict[str, str]
    """Candidates with a model of the judge's family, and that model."""
    human_labels: int = 0
    """Answers that people labelled too."""
    left_out: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    """By metric and candidate the replies of which it says nothing: the task's `no_answer` is given or expected."""
    answered: int = 0
    """Calls that `cold_usd` is of: with those that the response cache answered."""


class Leaderboard(msgspec.Struct, frozen=True):
    """The candidates of a task, in the order of their primary metric."""

    task: str
    version: str
    test_hash: str
    primary: str
    higher_is_better: bool
    metrics: tuple[str, ...]
    requirement: dict[str, str]
    """In words, by figure."""
    margin: float
    items: int
    """Test items of the task."""
    groups: int
    """Groups among them; 0 where items have none."""
    rows: tuple[Row, ...] = ()
    best: str | None = None
    """The prompting-or-RAG candidate that `vs_best` compares with."""
    best_trained: Comparison | None = None
    """The best trained candidate minus the best of prompting and RAG, with an interval that pays for both picks."""
    warnings: tuple[str, ...] = ()
    judge: JudgeNote | None = None
    """Where something was judged."""

    def __getitem__(self, name: str) -> Row:
        """The row of a candidate."""
        for row in self.rows:
            if row.name == name:
                return row
        raise UnknownNameError("candidate", name, [row.name for row in self.rows], f"leaderboard of {self.task}")
