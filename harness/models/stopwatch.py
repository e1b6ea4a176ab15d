"""Time that a caller spent waiting for its turn here, which is not the approach's latency."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Stopwatch:
    """What of the time behind an item or a build is not its own."""

    waited: float = 0.0
    """Seconds of queueing, failed attempts and back-off behind the item that is being answered."""
    idle: float = 0.0
    """Seconds that a build waited for this machine's cores."""
    saved: float = 0.0
    """Seconds that a cold start would have spent and a memory of this process did not."""
    cached: bool = False
    """Whether an answer came from the cache: then the item has no latency at all."""


_current: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


def start() -> Stopwatch:
    """A fresh stopwatch for the current task and those that it starts."""
    watch = Stopwatch()
    _current.set(watch)
    return watch


def current() -> Stopwatch:
    """The stopwatch in force, or one that nobody reads."""
    return _current.get() or Stopwatch()
