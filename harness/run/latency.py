"""The latency of a local candidate: what one caller would wait for, one query at a time."""

import time
from collections.abc import Sequence

from harness.adapter import Predictor
from harness.types import Failure, Query

SAMPLE = 60
"""Queries that are timed: a 95th percentile takes 59 to be bounded at all."""
_WARM_UP = 3


async def sample_latency(predictor: Predictor, queries: Sequence[Query]) -> tuple[float, ...]:
    """Seconds of single queries, the failed ones left out; the first few warm up and are not counted."""
    taken = []
    for query in queries[:_WARM_UP]:
        await predictor.predict([query])
    for query in queries[:SAMPLE]:
        begun = time.perf_counter()
        (reply,) = await predictor.predict([query])
        if not isinstance(reply, Failure):
            taken.append(round(time.perf_counter() - begun, 6))
    return tuple(taken)
