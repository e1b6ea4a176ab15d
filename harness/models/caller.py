"""A model with everything around it that holds for every provider: cache, limits, retries, budget, call log."""

import asyncio
import time

import msgspec

from harness.models import stopwatch
from harness.models.api import Completion, Model, ModelError, Request
from harness.models.budget import Budget
from harness.models.cache import Cached, ResponseCache, request_key
from harness.models.limiter import Limiter
from harness.models.retry import RetryPolicy
from harness.types import Call, Failure


class CallFailedError(Exception):
    """A call that did not succeed within the bounds of trying again."""

    def __init__(self, error: ModelError, call: Call) -> None:
        """`call` tells what was tried."""
        super().__init__(str(error))
        self.error, self.call = error, call

    def as_failure(self, earlier: tuple[Call, ...] = ()) -> Failure:
        """The failure of the item that the call was made for; `earlier` calls were made for it too."""
        return Failure(self.error.kind, self.error.message, (*earlier, self.call), self.error.final)


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
    ) -> None:
        """What is None is not there: a local model has no limiter, a latency sample no cache."""
        self.model, self.name, self.local = model, model.name, model.local
        self._cache, self._limiter, self._budget = cache, limiter, budget
        self._retry = retry or RetryPolicy()
        self._key = model.key()
        self._asking: dict[str, asyncio.Future[Completion]] = {}

    async def complete(self, request: Request) -> tuple[Completion, Call]:
        """The answer, from the cache or the model, and the line for the call log.

        Raises:
            CallFailedError: with what was tried.
        """
        key = request_key(self._key, request)
        cached = self._cache.get(key) if self._cache else None
        if cached is None and key in self._asking:
            # The same question is being asked this moment, by this candidate or another: one call serves both.
            begun = time.monotonic()
            try:
                completion = await asyncio.shield(self._asking[key])
                cached = Cached(completion, time.monotonic() - begun)
            except (CallFailedError, asyncio.CancelledError):
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
        if cached is not None:
            stopwatch.current().cached = True
            return cached.completion, self._log(cached.completion, cached.seconds, key, from_cache=True)
        if self._cache is None:
            return await self._ask(request, key)
        future: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._asking[key] = future
        try:
            completion, call = await self._ask(request, key)
        except BaseException:
            future.cancel()
            raise
        finally:
            self._asking.pop(key, None)
        future.set_result(completion)
        self._cache.put(key, request, Cached(completion, call.seconds))
        return completion, call

    async def _ask(self, request: Request, key: str) -> tuple[Completion, Call]:
        watch, first = stopwatch.current(), time.monotonic()
        attempt, waited = 0, 0.0
        while True:
            attempt += 1
            queued = time.monotonic()
            if self._limiter:
                await self._limiter.acquire()
            begun = time.monotonic()
            watch.waited += begun - queued
            try:
                completion = await self._attempt(request, begun)
            except ModelError as error:
                failed = time.monotonic()
                pause = self._retry.wait(attempt, error.after, failed - first) if error.retry else None
                if pause is None:
                    call = Call(self.name, attempts=attempt, waited=waited + failed - begun, request=key)
                    raise CallFailedError(error, call) from None
                await asyncio.sleep(pause)
                waited += time.monotonic() - begun
                watch.waited += time.monotonic() - begun
                continue
            call = self._log(completion, time.monotonic() - begun, key, attempts=attempt, waited=waited)
            return completion, call

    async def _attempt(self, request: Request, begun: float) -> Completion:
        """One attempt, with its slot given back and its money settled whatever comes."""
        completion: Completion | None = None
        refused = False
        reserved = 0.0
        try:
            reserved = self._budget.reserve(self.name, request) if self._budget else 0.0
            completion = await self.model.complete(request)
            return completion
        except ModelError as error:
            refused = error.kind in ("RateLimited", "Overloaded")
            if refused and error.after and self._limiter:
                self._limiter.pause(error.after)
            raise
        finally:
            if self._budget and reserved:
                self._budget.settle(self.name, reserved, completion)
            if self._limiter:
                tokens = completion.input_tokens + completion.output_tokens if completion else 0
                seconds = time.monotonic() - begun if completion else None
                self._limiter.release(seconds=seconds, tokens=tokens, refused=refused)

    def _log(
        self,
        completion: Completion,
        seconds: float,
        key: str,
        *,
        attempts: int = 1,
        waited: float = 0.0,
        from_cache: bool = False,
    ) -> Call:
        return Call(
            model=self.name,
            input_tokens=completion.input_tokens,
            cached_tokens=completion.cached_tokens,
            output_tokens=completion.output_tokens,
            seconds=round(seconds, 6),
            attempts=attempts,
            waited=round(waited, 6),
            from_cache=from_cache,
            request=key,
        )


def describe(request: Request) -> list[dict[str, str]]:
    """The messages of a request as plain mappings, for showing."""
    return [dict(msgspec.to_builtins(m)) for m in request.messages]
