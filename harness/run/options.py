"""How runs are asked for, and what comes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.models.budget import Budget
from harness.run.runner import Rule
from harness.run.store import RunFolder

Report = Callable[[str, str, int, int, int], None]
"""`(candidate, stage, done, total, failed)`, called as a run goes on."""


@dataclass(frozen=True)
class Options:
    """How to run."""

    limit: int | None = None
    """Only so many test items, in the seeded random order."""
    seed: int | None = None
    """This seed instead of the candidates' own."""
    fresh: bool = False
    """Asks everything again; what is answered then is kept in the response cache."""
    cache: bool = True
    """Whether the response cache may answer."""
    retry_failed: bool = True
    """Whether items that failed before are asked again."""
    max_failures: float = 0.05
    max_concurrency: int = 64
    wait_for_lock_s: float = 0.0
    budget: Budget | None = None
    latency: bool = True
    """Whether local candidates are timed, one query at a time."""
    whole_groups: bool = False
    """Takes the items of a group one after the other."""
    rule: Callable[[str, int], Rule] = field(default=lambda *_: Rule())
    """What the caller has to say about the run of a candidate under a seed."""


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    candidate: str
    seed: int
    folder: RunFolder | None = None
    asked: int = 0
    """Items that were put to the candidate now."""
    answered: int = 0
    """Those of them that got an answer."""
    failed: int = 0
    """Of all items of the run, those whose last record is a failure."""
    calls: int = 0
    """Model calls made now, those of a build too, answers from the cache left out."""
    built: bool = False
    """Whether something was built now."""
    stopped: str | None = None
    decided: bool = False
    """Whether it was stopped because nothing more need be asked."""
    skipped: str | None = None
    """Why it could not run here."""
    last_failure: str | None = None
    """What went wrong with the last item that failed now."""
