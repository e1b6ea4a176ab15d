"""A model with everything around it that holds for every provider: cache, limits, retries, budget, call log."""

import asyncio
import time
from typing import Any

import msgspec

from harness.models import stopwatch
from harness.models.api import Completion, Model, ModelError, Request, wants_quiet
from harness.models.budget import Budget
from harness.models.cache import Cached, ResponseCache, request_key
from harness.models.limiter import Limiter
from harness.models.retry import RetryPolicy
from harness.types import Call, Failure

_REFUSALS = frozenset({"RateLimited", "Overloaded"})
_REPEATS = 1_000_000
"""More than anybody asks for under one seed: repetitions of two seeds have different numbers."""
_Reserved = tuple[float, int]
"""USD and tokens."""


class CallFailedError(Exception):
    """A call that did not succeed within the bounds of trying again."""

    def __init__(self, error: ModelError, call: Call) -> None:
        """`call` tells what was tried."""
        super().__init__(str(error))
        self.error, self.call = error, call

    @property
    def calls(self) -> tuple[Call, ...]:
        """The line for the call log; none where nothing was sent."""
        return (self.call,) if self.call.attempts else ()

    def as_failure(self, earlier: tuple[Call, ...] = ()) -> Failure:
        """The failure of the item that the call was made for; `earlier` calls were made for it too."""
        refused = self.error.final and not self.call.attempts
        return Failure(self.error.kind, self.error.message, (*earlier, *self.calls), self.error.final, refused)


class Caller:
    """One model, as adapters see it."""

    def __init__(
        self,
        model: Model,
        *,
        cache: ResponseCache | None = None,
        limiter: Limiter | None = None,
        retry: RetryPolicy | None = None,
        budget: Budget | None = None,
        repeat: int = 0,
        seed: int = 0,
        asking: dict[str, "asyncio.Future[CallFailedError | None]"] | None = None,
    ) -> None:
        """What is None is not there: a local model has no limiter, a latency sample no cache.

        With a `repeat` every request is that repetition of itself: another answer than the first one's is cached. With
        a `seed` so is every request whose answer is sampled; one at temperature 0 has the same answer under each.
        `asking` is what is being asked this moment, shared with whoever may ask the same.
        """
        self.model, self.name, self.local = model, model.name, model.local
        self._cache, self._limiter, self._budget = cache, limiter, budget
        self._retry, self._repeat, self._seed = retry or RetryPolicy(), repeat, seed
        self._key = model.key()
        self._asking = {} if asking is None else asking
        self._final: ModelError | None = None

    async def open(self) -> None:
        """Makes the model ready: what the first call would else wait for is no part of how long a call takes."""
        await self.model.open()

    async def complete(self, request: Request) -> tuple[Completion, Call]:
        """The answer, from the cache or the model, and the line for the call log.

        Raises:
            CallFailedError: with what was tried.
        """
        if number := self._repeat + (self._seed * _REPEATS if request.temperature != 0 else 0):
            request = msgspec.structs.replace(request, repeat=number)
        if self._cache is None:
            return await self._ask(request, "")
        key = request_key(self._key, request)
        while True:
            if cached := self._cache.get(key):
                stopwatch.current().cached = True
                return cached.completion, self._log(cached.completion, cached.seconds, key, from_cache=True)
            if key not in self._asking:
                return await self._ask_once(request, key, self._cache)
            if failed := await self._others_outcome(key):
                raise CallFailedError(failed.error, Call(self.name, attempts=0, billed=0, request=key))

    def forget(self, call: Call) -> None:
        """Keeps what a call got no longer in the cache: an answer of no use, that another try may mend."""
        if self._cache is not None and call.request:
            self._cache.forget(call.request)

    async def _others_outcome(self, key: str) -> CallFailedError | None:
        """Waits for whoever is asking the same this moment; None once there is an answer, or nobody asks any more."""
        try:
            return await asyncio.shield(self._asking[key])
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return None

    async def _ask_once(self, request: Request, key: str, cache: ResponseCache) -> tuple[Completion, Call]:
        """Asks while others who want the same wait."""
        outcome: asyncio.Future[CallFailedError | None] = asyncio.get_running_loop().create_future()
        self._asking[key] = outcome
        try:
            completion, call = await self._ask(request, key)
            cache.put(key, request, Cached(completion, call.seconds))
            outcome.set_result(None)
            return completion, call
        except CallFailedError as error:
            outcome.set_result(error)
            raise
        finally:
            outcome.cancel()  # without effect where it has a result
            del self._asking[key]

    async def _ask(self, request: Request, key: str) -> tuple[Completion, Call]:
        watch = stopwatch.current()
        attempts, lost, billed = 0, 0.0, 0
        while True:
            queued = begun = time.monotonic()
            try:
                reserved = await self._reserve(request)
                begun = time.monotonic()
                watch.waited += begun - queued
                attempts += 1
                completion = await self._attempt(request, begun, reserved, billed)
            except ModelError as error:
                lost += time.monotonic() - begun
                billed += error.billed
                if (pause := self._pause(error, attempts, lost)) is None:
                    call = self._log_failure(request, key, attempts, lost, billed)
                    raise CallFailedError(self._as_last(error), call) from None
                await asyncio.sleep(pause)
                lost += pause
                watch.waited += time.monotonic() - begun
                continue
            seconds = time.monotonic() - begun
            return completion, self._log(completion, seconds, key, attempts=attempts, waited=lost, billed=1 + billed)

    async def _reserve(self, request: Request) -> _Reserved:
        """Money and tokens set aside for an attempt, and a slot for it. Raises ModelError where it cannot succeed."""
        if self._final:
            raise self._final
        money = await self._budget.reserve(self.name, request) if self._budget else 0.0
        tokens = request.most_input_tokens + request.max_tokens if self._limiter and self._limiter.counts_tokens else 0
        if self._limiter:
            try:
                await self._limiter.acquire(tokens, self._retry.seconds)
            except BaseException:
                if self._budget:
                    self._budget.settle(self.name, money, None)
                raise
        if self._final:  # it came while this call waited for its turn
            self._give_back((money, tokens))
            raise self._final
        return money, tokens

    async def _attempt(self, request: Request, begun: float, reserved: _Reserved, lost: int) -> Completion:
        """One attempt, with what was reserved for it given back whatever comes; `lost` ones before may be charged."""
        try:
            completion = await self.model.complete(request)
        except ModelError as error:
            if error.final:
                self._final = error  # a wrong key, an unknown model: no call after this one can succeed
            self._give_back(reserved, billed=error.billed, refused=error.kind in _REFUSALS)
            raise
        except BaseException as error:
            # A call that is cancelled under way may be answered, and billed, all the same.
            self._give_back(reserved, billed=isinstance(error, asyncio.CancelledError))
            raise
        self._give_back(reserved, completion, seconds=time.monotonic() - begun, lost=lost)
        return completion

    def _give_back(
        self,
        reserved: _Reserved,
        completion: Completion | None = None,
        *,
        seconds: float | None = None,
        billed: bool = False,
        refused: bool = False,
        lost: int = 0,
    ) -> None:
        money, tokens = reserved
        if self._budget:
            self._budget.settle(self.name, money, completion, billed=billed, lost=lost)
        if self._limiter:
            used = tokens if billed or completion else 0
            if completion and completion.metered:
                used = completion.input_tokens + completion.output_tokens
            self._limiter.release(seconds=seconds, unused_tokens=tokens - used if tokens else 0, refused=refused)

    def _pause(self, error: ModelError, attempts: int, lost: float) -> float | None:
        """Seconds until the next attempt, None if there is none. Others wait too where the provider named a time."""
        if error.retry and error.after and self._limiter:
            self._limiter.pause(error.after)
        return self._retry.wait(attempts, error.after, lost) if error.retry else None

    def _as_last(self, error: ModelError) -> ModelError:
        """The error that an item ends with: no other item needs to try what nobody here waits for."""
        if error.retry and error.after and error.after > self._retry.seconds:
            return wants_quiet(error.kind, error.after, error.message)
        return error

    def _log_failure(self, request: Request, key: str, attempts: int, lost: float, billed: int) -> Call:
        common: dict[str, Any] = {"attempts": attempts, "billed": billed, "waited": round(lost, 6), "request": key}
        if not billed:
            return Call(self.name, **common)
        most = (request.most_input_tokens, 0, request.max_tokens)
        return Call(self.name, *most, usage="estimated", **common)

    def _log(
        self,
        completion: Completion,
        seconds: float,
        key: str,
        *,
        attempts: int = 1,
        waited: float = 0.0,
        billed: int = 1,
        from_cache: bool = False,
    ) -> Call:
        return Call(
            model=self.name,
            input_tokens=completion.input_tokens,
            cached_tokens=completion.cached_tokens,
            output_tokens=completion.output_tokens,
            seconds=round(seconds, 6),
            attempts=attempts,
            billed=billed,
            usage="told" if completion.metered else "unknown",
            waited=round(waited, 6),
            from_cache=from_cache,
            request=key,
            stop=completion.stop,
        )


def describe(request: Request) -> list[dict[str, str]]:
    """The messages of a request as plain mappings, for showing."""
    return [dict(msgspec.to_builtins(m)) for m in request.messages]
