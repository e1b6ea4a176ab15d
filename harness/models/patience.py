"""How long one goes on that fails."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.errors import RunError, counted
from harness.types import Call, Failure

_COUNT_FROM = 50


@dataclass
class Patience:
    """Counts what was asked and what of it failed, and finds a reason to end."""

    max_failures: float = 0.05
    """Share of failed items, after the first 50, that is too many."""
    reason: str | None = None
    """Why no more should be asked, once there is a reason."""
    finished: int = 0
    failed: int = 0
    last_failure: str | None = None
    """What went wrong with the last item that failed."""

    def count(self, failure: Failure | None) -> None:
        """Takes in an item that is finished, with its failure if it failed."""
        if failure is None:
            self.finished += 1
            return
        said = f"{failure.error}: {failure.message}"
        if failure.asked:
            self.finished += 1
            self.failed += 1
            self.last_failure = said
        if failure.final:
            self.stop(said)
        elif self.finished >= _COUNT_FROM:
            self.end()

    def begin(self) -> None:
        """Counts from nothing: what comes is another part of the work."""
        self.finished = self.failed = 0

    def end(self) -> None:
        """Finds a reason in the failures so far, however few items there were."""
        if self.failed > self.max_failures * self.finished:
            self.stop(
                f"{self.failed} of {counted(self.finished, 'item')} failed, more than {self.max_failures:.0%}; "
                f"the last one: {self.last_failure}"
            )

    def stop(self, reason: str) -> None:
        """Ends it after what is in flight; the first reason counts."""
        self.reason = self.reason or reason


class BuildEndedError(RunError):
    """A build that ended before it was done: nothing of it is kept."""

    def __init__(self, reason: str, calls: Iterable[Call] = ()) -> None:
        """`calls` were made on the way."""
        super().__init__(reason)
        self.calls = tuple(calls)


def made(calls: Iterable[Call]) -> int:
    """How many of the calls in a log were made now: not by the response cache, nor by a recording."""
    return sum(1 for call in calls if call.attempts and not call.from_cache and call.model != "recorded")
