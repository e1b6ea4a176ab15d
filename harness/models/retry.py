"""When to try a call again: exponential back-off with full jitter, bounded in count and in time."""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of trying again (full jitter: Brooker, "Exponential Backoff And Jitter", 2015)."""

    attempts: int = 6
    """Requests at most, the first included."""
    seconds: float = 120.0
    """No attempt starts after so many seconds of attempts and waits; time in a queue here does not count."""
    base: float = 0.5
    """The first wait is drawn from 0 to this many seconds, the next from twice as many, ..."""
    longest: float = 30.0
    """No drawn wait is longer."""
    rng: random.Random = field(default_factory=random.Random, compare=False)

    def wait(self, attempt: int, asked: float | None, spent: float) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1) failed, or None to give up.

        Args:
            attempt: how many were made.
            asked: what the provider asks to wait, if it says; it is honoured, with a little jitter on top so that
                not all come back at once.
            spent: seconds that attempts and waits took so far.
        """
        if attempt >= self.attempts:
            return None
        drawn = self.rng.uniform(0.0, min(self.longest, self.base * 2 ** (attempt - 1)))
        # A wait of 0 that is asked for says nothing about how crowded it is there.
        wait = drawn if not asked else asked + 0.1 * drawn
        return None if spent + wait > self.seconds else wait
