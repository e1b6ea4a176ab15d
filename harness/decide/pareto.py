"""The front of quality, cost and latency, and how sure it is who stands on it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.decide.draws import DRAWS, Floats
from harness.decide.evidence import Evidence
from harness.decide.verdict import OnFront
from harness.decide.worth import Ledger
from harness.leaderboard.rows import Entry, Row

_TIMES = 400
"""Draws of a p95: it is a percentile of some hundred measured times, and one resample of them costs as much."""


def front(evidence: Evidence, ledger: Ledger, rows: Sequence[Row], rng: np.random.Generator) -> tuple[OnFront, ...]:
    """Who is on the front, with the share of draws in which that is so.

    Of quality (the primary metric), spending over the horizon and p95 latency, those count that are known of
    every candidate.

    Args:
        evidence: draws of the quality.
        ledger: draws of the spending.
        rows: in the order of the answer.
        rng: for the latencies.
    """
    names = [row.name for row in rows if row.name in evidence.names]
    if not names:
        return ()
    index = [evidence.names.index(name) for name in names]
    points = [-evidence.quality.estimates[index]]
    draws = [-evidence.quality.draws[:, index]]
    spent = [ledger.spent.horizon.get(name) for name in names]
    if all(s is not None for s in spent):
        table = np.stack([s for s in spent if s is not None], axis=1)
        points.append(np.asarray([ledger.stated(name, wrong=False) for name in names]))
        draws.append(table)
    times = [_times(next(e for e in evidence.entries if e.name == name)) for name in names]
    if all(len(t) for t in times):
        points.append(np.asarray([np.quantile(t, 0.95) for t in times]))
        draws.append(np.stack([_p95(t, rng) for t in times], axis=1))
    now = ~_beaten(np.stack(points)[:, None, :])[0]
    size = min(len(d) for d in draws)
    often = 1 - _beaten(np.stack([d[:size] for d in draws])).mean(axis=0)
    return tuple(OnFront(name, bool(n), float(p)) for name, n, p in zip(names, now, often, strict=True))


def _beaten(costs: Floats) -> NDArray[np.bool_]:
    """(B, K) whether another candidate is at least as good in every respect and better in one.

    Args:
        costs: (respects, B, K), lower is better.
    """
    ours, others = costs[:, :, :, None], costs[:, :, None, :]
    dominated = np.logical_and((others <= ours).all(axis=0), (others < ours).any(axis=0))
    return np.asarray(dominated.any(axis=-1), dtype=np.bool_)


def _times(entry: Entry) -> Floats:
    return np.asarray([second for run in entry.runs for second in run.seconds], dtype=float)


def _p95(seconds: Floats, rng: np.random.Generator) -> Floats:
    few = np.quantile(rng.choice(seconds, size=(_TIMES, min(len(seconds), 500))), 0.95, axis=1)
    return np.resize(few, DRAWS)
