"""Several runs at once: they share models, cache and limits, and can be ended together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from harness.errors import RunError
from harness.models.budget import Budget
from harness.models.cache import ResponseCache
from harness.models.patience import Patience
from harness.models.services import Services
from harness.run.store import Store

Outcome = TypeVar("Outcome")


@dataclass
class Stoppable:
    """What a session of runs inherits to be ended from outside."""

    stopped: str | None = field(default=None, init=False)
    """Why all of it was to end, if somebody said so."""
    _stoppers: list[Patience] = field(default_factory=list, init=False)

    def stop(self, reason: str) -> None:
        """Ends every run after what is in flight; those that have not begun ask nothing."""
        self.stopped = self.stopped or reason
        for stopper in self._stoppers:
            stopper.stop(reason)

    def watch(self, stopper: Patience) -> None:
        """Has `stop` end this run, or this build, too."""
        self._stoppers.append(stopper)
        if self.stopped:
            stopper.stop(self.stopped)


async def run_together(
    work: Callable[[Services], Iterable[Awaitable[Outcome]]],
    root: Path,
    *,
    cache: bool,
    answers: bool = True,
    budget: Budget | None,
    max_concurrency: int,
) -> list[Outcome]:
    """What comes of several runs, in their order.

    Args:
        work: the runs, given the services that they share.
        root: the project's folder.
        cache: whether there is a response cache.
        answers: whether it may answer, and not only keep.
        budget: what may be spent.
        max_concurrency: calls at once.

    Raises:
        BaseException: that of the one run that broke, once all have come to their end; of several, a RunError.
    """
    responses = ResponseCache(Store(root).responses, answers=answers) if cache else None
    services = Services(root, cache=responses, budget=budget, max_concurrency=max_concurrency)
    try:
        ended = await asyncio.gather(*work(services), return_exceptions=True)
    finally:
        await services.close()
        if responses:
            responses.close()
    broken = [one for one in ended if isinstance(one, BaseException)]
    if broken:
        raise broken[0] if len(broken) == 1 else RunError("\n".join(map(str, broken))) from broken[0]
    return [one for one in ended if not isinstance(one, BaseException)]
