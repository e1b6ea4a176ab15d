"""How many calls an endpoint gets at once: as many as it bears.

Doubling from a small start until the first sign of trouble, then one more per round trip; fewer after a refusal
(429, 503, ...) or when answers take twice as long as they did (additive increase, multiplicative decrease).
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from statistics import median

from harness.models.api import ModelError, wants_quiet

_START = 8.0
_AFTER_REFUSAL = 0.5
_AFTER_SLOWING = 0.85
_SLOW = 2.0
_SMALLEST_WINDOW = 16
_ROUND_SECONDS = 0.1


class Limiter:
    """Slots for one endpoint, shared by every candidate that calls it."""

    def __init__(
        self,
        ceiling: int = 64,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`ceiling` bounds the calls at once; the rates hold over any minute: starts are spaced."""
        self.limit = min(_START, float(ceiling))
        self.in_flight = 0
        self._ceiling, self._clock, self._sleep = float(ceiling), clock, sleep
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._doubling = True
        self._calm_at = 0.0
        self._window: list[float] = []
        self._usual: float | None = None
        self._pacing = asyncio.Lock()
        self._blocked_until = 0.0
        self._gap = self._token_seconds = 0.0
        self._next_request = self._next_token = 0.0
        self.restrict(requests_per_minute, tokens_per_minute)

    def restrict(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        """Sets rates; where several are given for one endpoint, the lowest holds."""
        self._gap = max(self._gap, 60.0 / requests_per_minute if requests_per_minute else 0.0)
        self._token_seconds = max(self._token_seconds, 60.0 / tokens_per_minute if tokens_per_minute else 0.0)

    @property
    def counts_tokens(self) -> bool:
        """Whether calls must say how many tokens they may use."""
        return self._token_seconds > 0.0

    async def acquire(self, tokens: int = 0, longest: float = inf) -> None:
        """Waits for a slot, in the order of asking, and for the rates.

        Args:
            tokens: what the call may use at most.
            longest: seconds that a pause which the endpoint asked for may still last.

        Raises:
            ModelError: final, where the endpoint wants to be left alone for longer.
        """
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
        if self._gap or self._token_seconds or self._blocked_until:
            try:
                await self._pace(tokens, longest)
            except (asyncio.CancelledError, ModelError):
                self._free()
                raise

    def release(self, *, seconds: float | None, unused_tokens: int = 0, refused: bool = False) -> None:
        """Gives a slot back.

        Args:
            seconds: how long the answer took; None where there was none.
            unused_tokens: of those that `acquire` was told of, how many the call did not use.
            refused: the endpoint asked for fewer calls.
        """
        self._next_token -= unused_tokens * self._token_seconds
        if refused:
            self._shrink(_AFTER_REFUSAL, 1.0)
        elif seconds is not None:
            self._learn(seconds)
        self._free()

    def pause(self, seconds: float) -> None:
        """Starts no call for so long: the endpoint named a time."""
        self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    async def _pace(self, tokens: int, longest: float) -> None:
        async with self._pacing:  # one after the other: who came first starts first
            while (wait := max(self._blocked_until, self._next_request, self._next_token) - (now := self._clock())) > 0:
                if (quiet := self._blocked_until - now) > longest:
                    raise wants_quiet("RateLimited", quiet)
                await self._sleep(wait)
            self._blocked_until = 0.0
            self._next_request = now + self._gap
            self._next_token = max(self._next_token, now) + tokens * self._token_seconds

    def _learn(self, seconds: float) -> None:
        if self._doubling:
            self.limit = min(self._ceiling, self.limit + 1)
        else:
            # Rates are counted over seconds: where answers come quicker, more of them must go well for one more.
            self.limit = min(self._ceiling, self.limit + min(1.0, seconds / _ROUND_SECONDS) / self.limit)
        self._window.append(seconds)
        if len(self._window) < max(_SMALLEST_WINDOW, self.limit):
            return
        # Medians over a round trip or more: single answers of a model differ tenfold in length, and so in time.
        recent, self._window = median(self._window), []
        usual = recent if self._usual is None else self._usual
        if recent > _SLOW * usual + 0.05:
            self._shrink(_AFTER_SLOWING, min(_START, self._ceiling))
        # What is usual falls at once and rises slowly, so that a slow drift is not mistaken for congestion.
        self._usual = min(recent, 1.1 * usual)

    def _shrink(self, factor: float, least: float) -> None:
        """At most once per round trip: the calls in flight all report the same trouble."""
        self._doubling = False
        now = self._clock()
        if now >= self._calm_at:
            self.limit = max(min(self.limit, least), self.limit * factor)
            self._calm_at = now + max(self._usual or 0.0, 0.05)

    def _free(self) -> None:
        self.in_flight -= 1
        while self._waiting and self.in_flight < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)
