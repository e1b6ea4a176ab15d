"""The figures of one candidate that need no other: its metrics, its seeds, its speed and its money."""

from collections.abc import Callable, Sequence
from itertools import chain

import msgspec
import numpy as np

from harness.early.stopped import first_items, holds_at_all_times, looked_at, sequence_estimate
from harness.errors import ComparisonError
from harness.estimate import Estimate
from harness.figures.columns import ONE_SIDED
from harness.figures.estimates import metric_estimate, quantile_estimate
from harness.judge.figures import judged_estimate
from harness.leaderboard.rows import Entry, Row, SeedRun
from harness.leaderboard.spent import source_of, usd_per_1000
from harness.metrics.metric import Metric
from harness.money import Spending
from harness.scores import common
from harness.stats.multiseed import variance_shares
from harness.task import Task


def metrics_of(
    task: Task, entry: Entry, seed: int, *, ended_early: bool, narrow: float = ONE_SIDED
) -> dict[str, Estimate]:
    """Those that can be computed: a recording of scores has the primary one alone.

    Args:
        task: with its metrics.
        entry: the candidate and its runs.
        seed: of every bootstrap, so that a figure does not depend on what else there is.
        ended_early: whether its runs were ended because they were decided: then only those that are means between
            bounds, over the items that were looked at, since other intervals hold for a number fixed beforehand.
        narrow: level of the two-sided interval whose ends are the one-sided bounds.

    Raises:
        ComparisonError: the primary one cannot.
    """
    scores, found, metrics = [r.scores for r in entry.runs], {}, task.metrics
    if ended_early:
        n = looked_at([r.manifest for r in entry.runs])
        scores = first_items(task.primary, scores, task.test, n)
        metrics = tuple(metric for metric in metrics if holds_at_all_times(metric))
    for metric in metrics:
        try:
            found[metric.name] = (
                sequence_estimate(metric, scores, narrow)
                if ended_early
                else _estimate(task, metric, entry, np.random.default_rng(seed), narrow)
            )
        except ComparisonError:
            if metric is task.primary:
                raise
    return found


def _estimate(task: Task, metric: Metric, entry: Entry, rng: np.random.Generator, narrow: float) -> Estimate:
    if metric.needs != "judge":
        return metric_estimate(metric, [r.scores for r in entry.runs], rng, narrow)
    errors = task.judge.table.errors if task.judge else None
    return judged_estimate(metric, [(r.scores, r.judgements) for r in entry.runs], errors, rng, narrow)


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


def with_speed(row: Row, runs: Sequence[SeedRun], narrow: float = ONE_SIDED) -> Row:
    """The row with latency and throughput; one-sided bounds are the ends of an interval at the level `narrow`."""
    milliseconds = [1000 * s for s in chain.from_iterable(r.seconds for r in runs)]
    busy = sum(r.manifest.busy_seconds for r in runs)
    per_second = sum(r.manifest.busy_items for r in runs) / busy if busy > 0 else None
    return msgspec.structs.replace(
        row,
        p50_ms=quantile_estimate(milliseconds, 0.50, narrow) if milliseconds else None,
        p95_ms=quantile_estimate(milliseconds, 0.95, narrow) if milliseconds else None,
        per_second=per_second,
        compute_s_per_1000=1000 / per_second if per_second else None,
    )


def with_money(row: Row, runs: Sequence[SeedRun], narrow: float = ONE_SIDED) -> Row:
    """The row with what the calls cost; one-sided bounds are the ends of an interval at the level `narrow`."""
    return msgspec.structs.replace(
        row,
        cold_usd=_total(runs, lambda s: s.cold_usd),
        billed_usd=_total(runs, lambda s: s.billed_usd),
        usd_per_1000=usd_per_1000(runs, narrow),
        usd_source=source_of(runs),
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
