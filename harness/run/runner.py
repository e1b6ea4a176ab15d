"""One run: a candidate over a task with one seed, from what is there already to what is left to do."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.adapter import Predictor
from harness.kinds.kind import Kind
from harness.models import stopwatch
from harness.run.journal import Journal
from harness.types import Answered, Failed, Failure, Item, Query, Record, Reply

Progress = Callable[[int, int], None]
"""`(finished items, failed among them)`, called as records come in."""

_FAILURES_COUNT_FROM = 50


@dataclass
class Stopper:
    """Why a run should end early, once there is a reason."""

    max_failures: float = 0.05
    """Share of failed items, after the first 50, that ends the run."""
    reason: str | None = None
    finished: int = 0
    failed: int = 0
    calls: int = 0
    """Model calls made, answers from the cache left out."""
    further: Callable[[Record], str | None] = field(default=lambda _: None)
    """A rule of the caller's: a reason to stop after this record, or None."""

    def see(self, record: Record, *, final: bool) -> None:
        """Counts a record and finds a reason, if it gives one."""
        self.finished += 1
        self.calls += sum(1 for call in record.calls if not call.from_cache and call.model != "recorded")
        if isinstance(record, Failed):
            self.failed += 1
            if final:
                self.stop(f"{record.error}: {record.message}")
            elif self.finished >= _FAILURES_COUNT_FROM and self.failed > self.max_failures * self.finished:
                self.stop(
                    f"{self.failed} of {self.finished} items failed, more than {self.max_failures:.0%}; "
                    f"the last one: {record.error}: {record.message}"
                )
        if reason := self.further(record):
            self.stop(reason)

    def stop(self, reason: str) -> None:
        """Ends the run after what is in flight; the first reason counts."""
        self.reason = self.reason or reason


@dataclass
class Busy:
    """Time that a local candidate took, and for how many items."""

    seconds: float = 0.0
    items: int = 0


async def answer(
    items: Sequence[Item],
    predictor: Predictor,
    kind: Kind,
    journal: Journal,
    *,
    stopper: Stopper,
    cores: asyncio.Lock,
    concurrency: int,
    progress: Progress,
) -> Busy:
    """Puts the items to the predictor and journals what comes, until all are done or there is a reason to stop."""
    busy = Busy()

    def keep(query: Query, said: Reply | Failure, seconds: float | None) -> None:
        record = as_record(query, said, kind, seconds)
        journal.append(record)
        stopper.see(record, final=isinstance(said, Failure) and said.final)
        progress(stopper.finished, stopper.failed)

    if predictor.batch_size > 1:
        for start in range(0, len(items), predictor.batch_size):
            if stopper.reason:
                break
            queries = [item.query for item in items[start : start + predictor.batch_size]]
            async with cores:
                await _batch(queries, predictor, busy, keep)
    else:
        queue = iter(items)
        workers = [_worker(queue, predictor, stopper, keep) for _ in range(min(concurrency, len(items)))]
        await asyncio.gather(*workers)
    journal.flush(sync=True)
    return busy


Keep = Callable[[Query, Reply | Failure, float | None], None]


async def _worker(queue: Iterator[Item], predictor: Predictor, stopper: Stopper, keep: Keep) -> None:
    """Asks one item after the other. Its latency is the wall time less what it waited for its turn here."""
    for item in queue:
        if stopper.reason:
            return
        watch, begun = stopwatch.start(), time.perf_counter()
        (said,) = await _guarded([item.query], predictor)
        seconds = time.perf_counter() - begun - watch.waited
        keep(item.query, said, None if watch.cached or isinstance(said, Failure) else round(max(seconds, 0.0), 6))


async def _batch(queries: Sequence[Query], predictor: Predictor, busy: Busy, keep: Keep) -> None:
    begun = time.perf_counter()
    said = await _guarded(queries, predictor)
    elapsed = time.perf_counter() - begun
    fresh = sum(1 for s in said if not any(call.from_cache for call in s.calls))
    # Only a batch without cached answers tells how long answering takes.
    if fresh == len(queries):
        busy.seconds += elapsed
        busy.items += len(queries)
    for query, one in zip(queries, said, strict=True):
        keep(query, one, None)


async def _guarded(queries: Sequence[Query], predictor: Predictor) -> Sequence[Reply | Failure]:
    """What the predictor says; an exception of its own code fails the item that causes it, and no other."""
    try:
        said = await predictor.predict(queries)
        if len(said) != len(queries):
            raise ValueError(f"the predictor gave {len(said)} replies to {len(queries)} queries")
    except Exception as error:
        if len(queries) == 1:
            return [Failure(type(error).__name__, str(error)[:500])]
        return [one for query in queries for one in await _guarded([query], predictor)]
    return said


def as_record(query: Query, said: Reply | Failure, kind: Kind, seconds: float | None) -> Record:
    """The record of what was said to a query: text is parsed here, once, for every adapter."""
    common: dict[str, Any] = {"item_id": query.id, "item_hash": query.hash, "calls": said.calls, "seconds": seconds}
    if isinstance(said, Failure):
        return Failed(error=said.error, message=said.message, **common)
    parsed = said.answer if said.answer is not None else kind.parse(said.text or "")
    return Answered(answer=parsed, text=said.text, scores=said.scores, contexts=said.contexts, **common)
