"""How many calls an endpoint gets at once: as many as it bears.

Doubling from a small start until the first sign of trouble, then one more per round trip; fewer after a refusal
(429, 503, ...) or when answers take twice as long as they did (additive increase, multiplicative decrease).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

_START = 8.0
_AFTER_REFUSAL = 0.5
_AFTER_SLOWING = 0.85
_SLOW = 2.0


class Limiter:
    """Slots for one endpoint, shared by every candidate that calls it."""

    def __init__(
        self,
        ceiling: int = 64,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ceiling` bounds the calls at once; the rates hold over any minute, tokens as they were last counted."""
        self.limit = min(_START, float(ceiling))
        self.in_flight = 0
        self._ceiling, self._clock = float(ceiling), clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._doubling = True
        self._blocked_until = 0.0
        self._calm_at = 0.0
        self._baseline: float | None = None
        self._recent: float | None = None
        self._gap = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._token_seconds = 60.0 / tokens_per_minute if tokens_per_minute else 0.0
        self._next_start = 0.0

    async def acquire(self) -> None:
        """Waits for a slot, in the order of asking, and for the rate limits."""
        if self.in_flight >= int(self.limit) or self._waiting:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._free()
                raise
        else:
            self.in_flight += 1
        try:
            await self._pace()
        except asyncio.CancelledError:
            self._free()
            raise

    def release(self, *, seconds: float | None, tokens: int = 0, refused: bool = False) -> None:
        """Gives a slot back.

        Args:
            seconds: how long the answer took; None where there was none.
            tokens: that the call used, for the tokens per minute.
            refused: the endpoint asked for fewer calls.
        """
        if self._token_seconds:
            self._next_start = max(self._next_start, self._clock()) + tokens * self._token_seconds
        if refused:
            self._shrink(_AFTER_REFUSAL)
        elif seconds is not None:
            self._learn(seconds)
        self._free()

    def pause(self, seconds: float) -> None:
        """Starts no call for so long: the endpoint named a time."""
        self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    async def _pace(self) -> None:
        while (wait := max(self._blocked_until, self._next_start) - self._clock()) > 0:
            await asyncio.sleep(wait)
        if self._gap:
            self._next_start = max(self._next_start, self._clock()) + self._gap

    def _learn(self, seconds: float) -> None:
        self._recent = seconds if self._recent is None else 0.9 * self._recent + 0.1 * seconds
        # The baseline falls at once and rises slowly, so that a slow drift is not mistaken for congestion.
        if self._baseline is None or self._recent < self._baseline:
            self._baseline = self._recent
        else:
            self._baseline += 0.005 * (self._recent - self._baseline)
        if self._recent > _SLOW * self._baseline + 0.05:
            self._shrink(_AFTER_SLOWING)
        elif self._doubling:
            self.limit = min(self._ceiling, self.limit + 1)
        else:
            self.limit = min(self._ceiling, self.limit + 1 / self.limit)

    def _shrink(self, factor: float) -> None:
        """At most once per round trip: the calls in flight all report the same trouble."""
        self._doubling = False
        now = self._clock()
        if now >= self._calm_at:
            self.limit = max(1.0, self.limit * factor)
            self._calm_at = now + max(self._recent or 0.0, 0.05)

    def _free(self) -> None:
        self.in_flight -= 1
        while self._waiting and self.in_flight < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)
