"""One run: a candidate over a task with one seed, from what is there already to what is left to do."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.adapter import Predictor
from harness.kinds.kind import Kind
from harness.models import stopwatch
from harness.models.patience import Patience, made
from harness.run.journal import Journal
from harness.types import Answered, Failed, Failure, Item, Query, Record, Reply

Progress = Callable[[int, int], None]
"""`(finished items, failed among them)`, called now and then as records come in, and at the end."""

_LOOK_AGAIN_SECONDS = 0.02
_TELL_SECONDS = 0.1


@dataclass
class Stopper(Patience):
    """Why a run should end early, once there is a reason."""

    calls: int = 0
    """Model calls made, answers from the cache left out."""
    further: Callable[[Record], str | None] = field(default=lambda _: None)
    """A rule of the caller's: a reason to stop after this record, or None."""
    hold: Callable[[], bool] = field(default=lambda: False)
    """Whether the run should wait for others that it is compared with."""
    at_once: int | None = None
    """Items that are put to a predictor together, at most; None leaves it to the predictor."""
    decided: bool = False
    """Whether the reason is that nothing more need be asked."""

    def see(self, record: Record, *, final: bool) -> None:
        """Counts a record and finds a reason, if it gives one."""
        self.calls += made(record.calls)
        failure = Failure(record.error, record.message, record.calls, final) if isinstance(record, Failed) else None
        self.count(failure)
        if reason := self.further(record):
            self.stop(reason)

    async def may_go_on(self) -> bool:
        """Waits while the run should, and says whether it is to ask more."""
        while not self.reason and self.hold():  # noqa: ASYNC110 - what it waits for is many runs, and no event
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return not self.reason


class Rule:
    """What a caller has to say about one run as it goes on. This one has nothing to say."""

    at_once: int | None = None
    """Items that may be asked together, at most, so that it can be stopped between them; None for no limit."""

    def begin(self, journal: Path, stopper: Stopper) -> None:
        """Called before the first item, with what was finished before; may stop the run at once."""

    def see(self, record: Record) -> str | None:
        """A reason to stop after this record, or None."""

    def ahead(self) -> bool:
        """Whether the run should wait for others."""
        return False

    def end(self) -> None:
        """Called when the run is over, however it ended, also if it never began."""


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
    """Puts the items to the predictor and journals what comes, until all are done or there is a reason to stop.

    An item that a final error kept from being asked (a spent budget, a wrong key) has no record: it is still to do.
    """
    busy, told = Busy(), 0.0

    def keep(query: Query, said: Reply | Failure, seconds: float | None) -> None:
        if isinstance(said, Failure) and not said.asked:
            stopper.count(said)
            return
        record = as_record(query, said, kind, seconds)
        try:
            journal.append(record)
        except (TypeError, ValueError) as error:
            message = f"the reply cannot be written down as JSON: {error}"
            record = Failed(query.id, query.hash, type(error).__name__, message, said.calls)
            journal.append(record)
        if predictor.batch_size == 1:
            journal.flush()
        stopper.see(record, final=isinstance(said, Failure) and said.final)
        nonlocal told
        if (now := time.monotonic()) - told >= _TELL_SECONDS:
            told = now
            progress(stopper.finished, stopper.failed)

    if predictor.batch_size > 1:
        size = min(predictor.batch_size, stopper.at_once or predictor.batch_size)
        for start in range(0, len(items), size):
            if not await stopper.may_go_on():
                break
            queries = [item.query for item in items[start : start + size]]
            async with cores:
                await _batch(queries, predictor, busy, keep)
            journal.flush()
    else:
        queue = iter(items)
        await _together(_worker(queue, predictor, stopper, keep) for _ in range(min(concurrency, len(items))))
    journal.flush(sync=True)
    progress(stopper.finished, stopper.failed)
    return busy


async def _together(workers: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all to their end; where one cannot go on (a full disk), the others ask nothing more that would be lost."""
    tasks = [asyncio.ensure_future(worker) for worker in workers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Keep = Callable[[Query, Reply | Failure, float | None], None]


async def _worker(queue: Iterator[Item], predictor: Predictor, stopper: Stopper, keep: Keep) -> None:
    """Asks one item after the other.

    Its latency is that of the calls that succeeded and of what the predictor does around them: the wall time less
    what the item waited here for a slot, a rate or the budget, and less failed attempts and back-off.
    """
    for item in queue:
        if not await stopper.may_go_on():
            return
        watch, begun = stopwatch.start(), time.perf_counter()
        (said,) = await _guarded([item.query], predictor)
        seconds = time.perf_counter() - begun - watch.waited
        keep(item.query, said, None if watch.cached or isinstance(said, Failure) else round(max(seconds, 0.0), 6))


async def _batch(queries: Sequence[Query], predictor: Predictor, busy: Busy, keep: Keep) -> None:
    watch, begun = stopwatch.start(), time.perf_counter()
    said = await _guarded(queries, predictor)
    elapsed = time.perf_counter() - begun + watch.saved
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
        if strange := [one for one in said if not isinstance(one, (Reply, Failure))]:
            raise TypeError(f"the predictor gave {type(strange[0]).__name__} in place of a Reply or a Failure")
    except Exception as error:
        if len(queries) == 1:
            return [Failure(type(error).__name__, str(error)[:500])]
        return [one for query in queries for one in await _guarded([query], predictor)]
    return said


def as_record(query: Query, said: Reply | Failure, kind: Kind, seconds: float | None) -> Record:
    """The record of what was said to a query: text is parsed here, once, for every adapter."""
    common: dict[str, Any] = {"item_id": query.id, "item_hash": query.hash, "calls": said.calls}
    if isinstance(said, Failure):
        return Failed(error=said.error, message=said.message, seconds=seconds, **common)
    if said.given is not None and said.answer is None and said.text is None:
        return Answered(given=said.given, seconds=said.seconds, **common)
    common["seconds"] = seconds if said.seconds is None else said.seconds
    answer, text = _final(query, said, kind)
    common |= {"scores": said.scores, "contexts": said.contexts, "by": said.by, "cited": said.cited}
    return Answered(answer=answer, text=text, **common)


def _final(query: Query, said: Reply, kind: Kind) -> tuple[Any, str | None]:
    """The answer in the kind's final form and the raw text. An answer that the kind does not know is a mere text."""
    if said.answer is None:
        return kind.parse(said.text or "", query.input), said.text
    try:
        return kind.accept(said.answer, query.input), said.text
    except ValueError:
        return None, said.text or str(said.answer)
