"""The leaderboard: the candidates of a task side by side, with intervals. Made from records; calls no model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.early import as_fixed, best_of_pairs, decided_comparison, ended_early, sequence_estimate
from harness.errors import ComparisonError
from harness.estimate import Comparison, Estimate, State, hold, together
from harness.figures import compare, joint_figures, metric_estimate, quantile_estimate
from harness.money import Spending
from harness.run.manifest import Manifest
from harness.scores import Scores, common
from harness.stats.bootstrap import Side
from harness.stats.multiseed import variance_shares
from harness.stats.power import detectable_difference
from harness.stats.simultaneous import against, all_pairs, best_of, rank_sets, simultaneous
from harness.task import Requirement, Task
from harness.types import Rung

DRAWS = 2000


@dataclass(frozen=True)
class SeedRun:
    """One finished run of a candidate, scored."""

    manifest: Manifest
    scores: Scores
    seconds: tuple[float, ...]
    """Latencies of single calls; empty where there is none."""
    spending: Spending


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
    usd_per_1000: float | None = None
    """Tokens of 1,000 calls, as a cold run would pay them; None where a price is unknown."""
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
    ranks: tuple[int, int] | None = None
    """Best and worst rank that it may truly have, all rows at once at 95 %; None where its run was ended early."""
    detectable: float | None = None
    """The smallest true difference to `best` that these items show with a power of 80 %."""
    seed_share: float | None = None
    """Of the variance of the primary metric, what comes from the luck of its seeds."""


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

    def __getitem__(self, name: str) -> Row:
        """The row of a candidate."""
        for row in self.rows:
            if row.name == name:
                return row
        from harness.errors import UnknownNameError

        raise UnknownNameError("candidate", name, [row.name for row in self.rows], f"leaderboard of {self.task}")


def build_leaderboard(task: Task, entries: Sequence[Entry], rng: np.random.Generator) -> Leaderboard:
    """Rows for all entries: figures, paired comparisons, requirements.

    Args:
        task: with the current targets, metrics and requirement.
        entries: candidates with their scored runs.
        rng: for the bootstrap; the same seed gives the same leaderboard.
    """
    board = _Board(task, [e for e in entries if e.runs], rng)
    rows = [board.row(e) if e.runs else _skipped(e) for e in entries]
    sign = 1 if task.primary.higher_is_better else -1
    rows.sort(key=lambda r: -sign * r.metrics[task.primary.name].value if r.metrics else np.inf)
    groups = {item.group for item in task.test if item.group is not None}
    return Leaderboard(
        task=task.name,
        version=task.version,
        test_hash=task.test_hash,
        primary=task.primary.name,
        higher_is_better=task.primary.higher_is_better,
        metrics=tuple(m.name for m in task.metrics),
        requirement=requirement_text(task.requirement),
        margin=task.requirement.margin,
        items=len(task.test),
        groups=len(groups),
        rows=tuple(rows),
        best=board.best.name if board.best else None,
        best_trained=board.best_trained(),
        warnings=tuple(board.warnings(rows)),
    )


def requirement_text(requirement: Requirement) -> dict[str, str]:
    """The requirement in words, by figure."""
    texts = {name: bound.text for name, bound in requirement.bounds.items()}
    return texts | ({"on_premise": "required"} if requirement.on_premise else {})


def _skipped(entry: Entry) -> Row:
    return Row(entry.name, entry.adapter, entry.rung, entry.incumbent, skipped=entry.skipped or "not run yet")


class _Board:
    """What the rows of one leaderboard share: the common items and one set of bootstrap draws over them."""

    def __init__(self, task: Task, entries: Sequence[Entry], rng: np.random.Generator) -> None:
        self.task, self.rng = task, rng
        self.every = entries
        early = {e.name for e in entries if any(ended_early(r.manifest, len(r.scores), len(task.test)) for r in e.runs)}
        self.early = [e for e in entries if e.name in early]
        self.entries = [e for e in entries if e.name not in early]
        self._sign = 1.0 if task.primary.higher_is_better else -1.0
        self._points: NDArray[np.float64] | None = None
        self._draws: NDArray[np.float64] | None = None
        self._rank_sets: dict[str, tuple[int, int]] | None = None
        self._n = self._others = 0
        self._share()
        self.best = self._best_light()

    def _share(self) -> None:
        """Figures of every candidate in the same resamples of the items that all have."""
        if not self.entries:
            return
        primary = self.task.primary
        runs = [(k, run.scores) for k, entry in enumerate(self.entries) for run in entry.runs]
        places, self._others = common([scores for _, scores in runs])
        self._n = len(places[0])
        if self._n == 0:
            return
        codes = runs[0][1].clusters
        groups = None if codes is None else codes[places[0]]
        answered = np.ones(self._n, dtype=bool)
        for (_, scores), place in zip(runs, places, strict=True):
            answered &= scores.columns[primary.name].codes[place] >= 0
        if not answered.any():
            return
        sides = [
            Side(primary.aggregate, s.columns[primary.name].values, s.columns[primary.name].codes[place][answered])
            for (_, s), place in zip(runs, places, strict=True)
        ]
        joint = joint_figures(sides, DRAWS, self.rng, None if groups is None else groups[answered])
        owner = np.asarray([k for k, _ in runs])
        mean = np.stack([owner == k for k in range(len(self.entries))]).astype(float)
        mean /= mean.sum(axis=1, keepdims=True)
        self._points, self._draws = mean @ joint.estimates, joint.draws @ mean.T

    def _best_light(self) -> Entry | None:
        light = [e for e in self.every if e.rung in (Rung.PROMPTING, Rung.RAG)]
        if not light or (self._points is None and not self.early):
            return None
        return max(light, key=lambda e: self._sign * self._figure(e))

    def _figure(self, entry: Entry) -> float:
        """The primary metric: over the common items, or those of a run that was ended early."""
        if entry not in self.early and self._points is not None:
            return float(self._points[self.entries.index(entry)])
        primary = self.task.primary
        figures = []
        for run in entry.runs:
            column = run.scores.columns[primary.name]
            counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
            figures.append(float(primary.aggregate(column.values, counts[None, :])[0]))
        return sum(figures) / len(figures)

    def _sequential(self, entry: Entry, other: Entry) -> Comparison | None:
        manifests = [[r.manifest for r in e.runs] for e in (entry, other)]
        return decided_comparison(entry.name, manifests[0], other.name, manifests[1])

    def row(self, entry: Entry) -> Row:
        """The figures of one candidate."""
        task, manifest = self.task, entry.runs[0].manifest
        metrics = self._metrics(entry)
        seconds = list(chain.from_iterable(r.seconds for r in entry.runs))
        milliseconds = [1000 * s for s in seconds]
        row = Row(
            name=entry.name,
            adapter=entry.adapter,
            rung=entry.rung,
            incumbent=entry.incumbent,
            n=len(entry.runs[0].scores),
            seeds=len(entry.runs),
            failed=sum(int(r.scores.failed.sum()) for r in entry.runs),
            unparsed=sum(int(r.scores.unparsed.sum()) for r in entry.runs),
            metrics=metrics,
            vs_best=self._against(entry, self.best),
            vs_incumbent=self._against(entry, next((e for e in self.every if e.incumbent), None)),
            ranks=self._ranks().get(entry.name),
            detectable=self._detectable(entry),
            seed_share=self._seed_share(entry),
            p50_ms=quantile_estimate(milliseconds, 0.50) if seconds else None,
            p95_ms=quantile_estimate(milliseconds, 0.95) if seconds else None,
            per_second=_throughput(entry.runs),
            prepare_s=_mean([r.manifest.preparation.seconds for r in entry.runs if r.manifest.preparation]),
            labels=manifest.preparation.labels if manifest.preparation else 0,
            leaves_machine=manifest.leaves_machine,
            stopped=next((r.manifest.stopped for r in entry.runs if r.manifest.stopped), None),
        )
        row = _with_money(row, entry.runs)
        states = requirement_states(task.requirement, row)
        return msgspec.structs.replace(row, requirements=states, meets=together(list(states.values())))

    def _metrics(self, entry: Entry) -> dict[str, Estimate]:
        """Those that can be computed: a recording of scores has the primary one alone."""
        scores, found = [r.scores for r in entry.runs], {}
        for metric in self.task.metrics:
            try:
                if entry in self.early and metric is self.task.primary:
                    found[metric.name] = sequence_estimate(metric, scores, self.task.test)
                else:
                    estimate = metric_estimate(metric, scores, self.rng)
                    found[metric.name] = as_fixed(estimate) if entry in self.early else estimate
            except ComparisonError:
                if metric is self.task.primary:
                    raise
        return found

    def _ranks(self) -> dict[str, tuple[int, int]]:
        """By candidate; empty where some runs were ended early, since a rank is among all."""
        if self._rank_sets is None:
            k = len(self.entries)
            known = k > 1 and not self.early and self._points is not None and self._draws is not None
            sets = (
                rank_sets(simultaneous(self._sign * self._points, self._sign * self._draws, all_pairs(k)), k)  # type: ignore[operator]
                if known
                else []
            )
            self._rank_sets = dict(zip([e.name for e in self.entries], sets, strict=False))
        return self._rank_sets

    def _detectable(self, entry: Entry) -> float | None:
        """By the spread of its difference to the best in the draws, in which pairing and groups are."""
        if (
            self._draws is None
            or self.best is None
            or entry is self.best
            or {entry.name, self.best.name} & {e.name for e in self.early}
        ):
            return None
        a, b = self.entries.index(entry), self.entries.index(self.best)
        error = float(np.nanstd(self._draws[:, a] - self._draws[:, b], ddof=1))
        return detectable_difference(self._n, self._n * error**2) if error > 0 else None

    def _seed_share(self, entry: Entry) -> float | None:
        primary = self.task.primary
        if len(entry.runs) < 2 or not primary.is_mean:
            return None
        scores = [r.scores for r in entry.runs]
        places, _ = common(scores)
        columns = [s.columns[primary.name].taken(p) for s, p in zip(scores, places, strict=True)]
        keep = np.all([c.codes >= 0 for c in columns], axis=0)
        if keep.sum() < 2:
            return None
        codes = scores[0].clusters
        groups = None if codes is None else codes[places[0][keep]]
        return variance_shares(np.stack([c.taken(keep).numbers for c in columns]), groups).seeds

    def _against(self, entry: Entry, other: Entry | None) -> Comparison | None:
        if other is None or other is entry:
            return None
        if entry in self.early or other in self.early:
            return self._sequential(entry, other)
        try:
            if other is self.best:
                return self._against_best(entry)
            a, b = [r.scores for r in entry.runs], [r.scores for r in other.runs]
            return compare(self.task.primary, a, b, other.name, self.rng)
        except ComparisonError:
            return None

    def _against_best(self, entry: Entry) -> Comparison | None:
        """Simultaneous over the rows: the best was picked after looking, and each row is looked at."""
        if self._points is None or self._draws is None or self.best is None:
            return None
        reference = self.entries.index(self.best)
        found = simultaneous(self._points, self._draws, against(len(self.entries), reference))
        j = next(j for j, (a, _) in enumerate(found.pairs) if a == self.entries.index(entry))
        return Comparison(
            against=self.best.name,
            difference=float(found.value[j]),
            low=float(found.low[j]),
            high=float(found.high[j]),
            p_value=float(found.p_value[j]),
            n=self._n,
            method="paired bootstrap, simultaneous over the rows (max-T)",
        )

    def best_trained(self) -> Comparison | None:
        """The best trained against the best of prompting and RAG, whichever they truly are."""
        if any(e.rung in (Rung.TRAINED, Rung.PROMPTING, Rung.RAG) for e in self.early):
            return self._best_trained_early()
        trained = [k for k, e in enumerate(self.entries) if e.rung is Rung.TRAINED]
        light = [k for k, e in enumerate(self.entries) if e.rung in (Rung.PROMPTING, Rung.RAG)]
        if not trained or not light or self._points is None or self._draws is None:
            return None
        found = best_of(trained, light, self._sign * self._points, self._sign * self._draws)
        names = self.entries[found.best_a].name, self.entries[found.best_b].name
        return Comparison(
            against=" - ".join(names),
            difference=found.value,
            low=found.low,
            high=found.high,
            p_value=float("nan"),
            n=self._n,
            method="paired bootstrap, simultaneous over all pairs of the two groups (max-T)",
        )

    def _best_trained_early(self) -> Comparison | None:
        trained = [e for e in self.every if e.rung is Rung.TRAINED]
        light = [e for e in self.every if e.rung in (Rung.PROMPTING, Rung.RAG)]
        pairs = {(a.name, b.name): self._sequential(a, b) for a in trained for b in light}
        known = {names: pair for names, pair in pairs.items() if pair is not None}
        if len(known) < len(pairs):
            return None
        return best_of_pairs(known, higher_is_better=self.task.primary.higher_is_better)

    def warnings(self, rows: Sequence[Row]) -> list[str]:
        """What a reader should know before trusting the figures."""
        found = []
        if self._others:
            found.append(
                f"{self._others} items are not in every run; comparisons are over the {self._n} that all have."
            )
        tests = {r.manifest.test_hash for e in self.entries for r in e.runs}
        if len(tests) > 1 or (tests and self.task.test_hash not in tests):
            found.append("The test data changed since some of the runs; run again to score all on the same items.")
        for text in dict.fromkeys(e.warning for r in rows for e in r.metrics.values() if e.warning):
            names = [r.name for r in rows if any(e.warning == text for e in r.metrics.values())]
            found.append(f"{text} ({', '.join(names)})")
        found += [f"{row.name} was stopped early: {row.stopped}" for row in rows if row.stopped]
        return found


def figures_of(row: Row) -> Mapping[str, Estimate | None]:
    """The figures of a row that a requirement may bound, by name; None where one was not measured."""
    return {
        **row.metrics,
        "p50_latency_ms": row.p50_ms,
        "p95_latency_ms": row.p95_ms,
        "usd_per_1000_calls": _exact(row.usd_per_1000, row.n),
        "usd_per_month": row.usd_per_month,
    }


def requirement_states(requirement: Requirement, row: Row) -> dict[str, State]:
    """Each requirement: met, missed or open."""
    figures = figures_of(row)
    states = {}
    for name, bound in requirement.bounds.items():
        figure = figures.get(name)
        states[name] = State.OPEN if figure is None else hold(figure, bound.at_least, bound.at_most)
    if requirement.on_premise:
        states["on_premise"] = State.MISSED if row.leaves_machine else State.MET
    return states


def _exact(value: float | None, n: int) -> Estimate | None:
    """A figure that is known, not sampled."""
    if value is None:
        return None
    return Estimate(value, value, value, value, value, 0.95, n, 0, "looked up")


def _throughput(runs: Sequence[SeedRun]) -> float | None:
    seconds = sum(r.manifest.busy_seconds for r in runs)
    return sum(r.manifest.busy_items for r in runs) / seconds if seconds > 0 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _with_money(row: Row, runs: Sequence[SeedRun]) -> Row:
    items = sum(len(r.scores) for r in runs)
    cold = _total(runs, lambda s: s.cold_usd)
    return msgspec.structs.replace(
        row,
        cold_usd=cold,
        billed_usd=_total(runs, lambda s: s.billed_usd),
        usd_per_1000=None if cold is None or not items else 1000 * cold / items,
        compute_s_per_1000=1000 / row.per_second if row.per_second else None,
    )


def _total(runs: Sequence[SeedRun], part: Callable[[Spending], float | None]) -> float | None:
    parts = [part(r.spending) for r in runs]
    known = [p for p in parts if p is not None]
    return sum(known) if len(known) == len(parts) else None
