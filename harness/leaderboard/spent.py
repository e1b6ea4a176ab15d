"""What one call takes, in money and machine time, with the sampling error of its mean."""

from collections.abc import Sequence

import numpy as np

from harness.economics.source import Source, weakest
from harness.estimate import Estimate
from harness.figures.columns import LEVEL, ONE_SIDED
from harness.leaderboard.rows import SeedRun
from harness.scores import common
from harness.stats.mean import MeanEstimate, mean_interval

_SAME = 1e-9
"""Relative spread under which all calls cost the same."""


def usd_per_call(runs: Sequence[SeedRun], level: float = LEVEL) -> MeanEstimate | None:
    """USD of one call, over the items and averaged over the seeds, with a (cluster-robust) t interval.

    Calls that all cost the same have a flat price, which nobody doubts: its interval has no width.

    Args:
        runs: of one candidate, one per seed.
        level: of the two-sided interval.

    Returns:
        None where a price is unknown.
    """
    spent = [run.spending for run in runs]
    colds = [s.cold_usd for s in spent]
    items = sum(len(run.scores) for run in runs)
    if not items or any(cold is None for cold in colds):
        return None
    each = [s.per_item for s in spent if s.per_item is not None]
    if len(each) < len(spent):
        return _flat(sum(cold for cold in colds if cold is not None) / items, items)
    places, _ = common([run.scores for run in runs])
    if not len(places[0]):
        return _flat(float(np.concatenate(each).mean()), items)
    costs = np.mean([usd[place] for usd, place in zip(each, places, strict=True)], axis=0)
    if float(np.ptp(costs)) <= _SAME * float(costs.max()):
        return _flat(float(costs.mean()), len(costs))
    codes = runs[0].scores.clusters
    return mean_interval(costs, None if codes is None else codes[places[0]], level, (0.0, np.inf))


def _flat(usd: float, items: int) -> MeanEstimate:
    return MeanEstimate(usd, usd, usd, 0.0, items, items, np.inf)


def usd_per_1000(runs: Sequence[SeedRun], narrow: float = ONE_SIDED) -> Estimate | None:
    """USD of 1,000 calls with its intervals; None where a price is unknown.

    Args:
        runs: of one candidate, one per seed.
        narrow: level of the two-sided interval whose ends are the one-sided bounds.
    """
    wide, ends = usd_per_call(runs, LEVEL), usd_per_call(runs, narrow)
    if wide is None or ends is None:
        return None
    spread = "cluster-robust t" if runs[0].scores.clusters is not None else "t"
    how = spread if wide.high > wide.low else "every call costs the same" if wide.value else "nothing is bought"
    origin = {"measured": "as recorded", "given": "at stated prices"}.get(source_of(runs), "at list prices")
    return Estimate(
        1000 * wide.value,
        1000 * wide.low,
        1000 * wide.high,
        1000 * ends.low,
        1000 * ends.high,
        LEVEL,
        wide.n,
        0,
        f"{how}, {origin}" if wide.value else how,
    )


def source_of(runs: Sequence[SeedRun]) -> Source:
    """Where the prices of the calls came from."""
    return weakest(run.spending.source for run in runs)


def seconds_per_call(runs: Sequence[SeedRun]) -> tuple[float, float] | None:
    """Machine seconds of one call, in batches, and their standard error; None where nothing was computed here.

    A batch tells only the sum over its items. How much single items differ is taken from the queries that were
    timed one at a time: the standard error is mean x (their coefficient of variation) / sqrt(items).
    """
    busy, items = sum(r.manifest.busy_seconds for r in runs), sum(r.manifest.busy_items for r in runs)
    if busy <= 0 or not items:
        return None
    mean = busy / items
    timed = np.asarray([s for run in runs for s in run.manifest.latency], dtype=float)
    if timed.size < 2 or timed.mean() <= 0:
        return mean, 0.0
    return mean, mean * float(timed.std(ddof=1) / timed.mean()) / items**0.5
