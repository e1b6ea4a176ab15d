"""The figures of one candidate that need no other: its metrics, its seeds, its speed and its money."""

from collections.abc import Callable, Sequence
from itertools import chain

import msgspec
import numpy as np

from harness.early.stopped import as_fixed, sequence_estimate
from harness.errors import ComparisonError
from harness.estimate import Estimate
from harness.figures.estimates import metric_estimate, quantile_estimate
from harness.judge.figures import judged_estimate
from harness.leaderboard.rows import Entry, Row, SeedRun
from harness.metrics.metric import Metric
from harness.money import Spending
from harness.scores import common
from harness.stats.multiseed import variance_shares
from harness.task import Task


def metrics_of(task: Task, entry: Entry, rng: np.random.Generator, *, ended_early: bool) -> dict[str, Estimate]:
    """Those that can be computed: a recording of scores has the primary one alone.

    Raises:
        ComparisonError: the primary one cannot.
    """
    scores, found = [r.scores for r in entry.runs], {}
    for metric in task.metrics:
        try:
            if ended_early and metric is task.primary:
                found[metric.name] = sequence_estimate(metric, scores, task.test)
            else:
                estimate = _estimate(task, metric, entry, rng)
                found[metric.name] = as_fixed(estimate) if ended_early else estimate
        except ComparisonError:
            if metric is task.primary:
                raise
    return found


def _estimate(task: Task, metric: Metric, entry: Entry, rng: np.random.Generator) -> Estimate:
    if metric.needs != "judge":
        return metric_estimate(metric, [r.scores for r in entry.runs], rng)
    errors = task.judge.table.errors if task.judge else None
    return judged_estimate(metric, [(r.scores, r.judgements) for r in entry.runs], errors, rng)


def seed_share(metric: Metric, runs: Sequence[SeedRun]) -> float | None:
    """Of the variance of a mean, what comes from the luck of the seeds; None where that cannot be told."""
    if len(runs) < 2 or not metric.is_mean:
        return None
    scores = [r.scores for r in runs]
    places, _ = common(scores)
    columns = [s.columns[metric.name].taken(p) for s, p in zip(scores, places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    if keep.sum() < 2:
        return None
    codes = scores[0].clusters
    groups = None if codes is None else codes[places[0][keep]]
    return variance_shares(np.stack([c.taken(keep).numbers for c in columns]), groups).seeds


def with_speed(row: Row, runs: Sequence[SeedRun]) -> Row:
    """The row with latency and throughput."""
    milliseconds = [1000 * s for s in chain.from_iterable(r.seconds for r in runs)]
    busy = sum(r.manifest.busy_seconds for r in runs)
    per_second = sum(r.manifest.busy_items for r in runs) / busy if busy > 0 else None
    return msgspec.structs.replace(
        row,
        p50_ms=quantile_estimate(milliseconds, 0.50) if milliseconds else None,
        p95_ms=quantile_estimate(milliseconds, 0.95) if milliseconds else None,
        per_second=per_second,
        compute_s_per_1000=1000 / per_second if per_second else None,
    )


def with_money(row: Row, runs: Sequence[SeedRun]) -> Row:
    """The row with what the calls cost."""
    items = sum(len(r.scores) for r in runs)
    cold = _total(runs, lambda s: s.cold_usd)
    return msgspec.structs.replace(
        row,
        cold_usd=cold,
        billed_usd=_total(runs, lambda s: s.billed_usd),
        usd_per_1000=None if cold is None or not items else 1000 * cold / items,
    )


def with_preparation(row: Row, runs: Sequence[SeedRun]) -> Row:
    """The row with the time of indexing or training, and the labels that it took."""
    seconds = [r.manifest.preparation.seconds for r in runs if r.manifest.preparation]
    first = runs[0].manifest.preparation
    return msgspec.structs.replace(
        row, prepare_s=sum(seconds) / len(seconds) if seconds else None, labels=first.labels if first else 0
    )


def _total(runs: Sequence[SeedRun], part: Callable[[Spending], float | None]) -> float | None:
    parts = [part(r.spending) for r in runs]
    known = [p for p in parts if p is not None]
    return sum(known) if len(known) == len(parts) else None
