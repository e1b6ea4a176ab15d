"""The latency of a local candidate: what one caller would wait for, one query at a time."""

import time
from collections.abc import Callable, Sequence

from harness.adapter import Predictor
from harness.types import Failure, Query

SAMPLE = 60
"""Queries that are timed: a 95th percentile takes 59 to be bounded at all."""
_WARM_UP = 3


async def sample_latency(
    predictor: Predictor, queries: Sequence[Query], go_on: Callable[[int], bool]
) -> tuple[float, ...] | None:
    """Seconds of single queries, the failed ones left out; the first few warm up and are not counted.

    Args:
        predictor: what is timed.
        queries: of which the first `SAMPLE` are put to it.
        go_on: told before each query how many are timed; False ends it.

    Returns:
        None where it was ended: a part of a sample bounds nothing.
    """
    taken = []
    timed = list(queries[:SAMPLE])
    for place, query in enumerate([*queries[:_WARM_UP], *timed], start=-min(_WARM_UP, len(timed))):
        if not go_on(max(place, 0)):
            return None
        begun = time.perf_counter()
        (reply,) = await predictor.predict([query])
        if place >= 0 and not isinstance(reply, Failure):
            taken.append(round(time.perf_counter() - begun, 6))
    return tuple(taken)
