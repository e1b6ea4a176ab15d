"""What came of a gate, and the file that `harness publish` reads it from."""

from enum import StrEnum
from math import inf
from pathlib import Path

import msgspec

from harness.errors import RunError
from harness.gate.policy import Tier
from harness.run.files import indented, replace_file

FILE = Path(".harness") / "gate.json"


class Word(StrEnum):
    """How the head stands to the baseline."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"
    NOT_COMPARED = "not compared"
    """Changed and not run, or with too little in common with the baseline."""


class Fell(msgspec.Struct, frozen=True):
    """An item that scored worse than before, as short texts."""

    item: str
    input: str
    expected: str
    got: str
    """What the head said."""


class Change(msgspec.Struct, frozen=True):
    """One candidate in one metric, head against base."""

    task: str
    candidate: str
    metric: str
    tier: Tier
    word: Word
    base: float | None = None
    head: float | None = None
    difference: float | None = None
    """Head minus base."""
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    p_value: float | None = None
    """As one comparison has it."""
    p_holm: float | None = None
    """After Holm over all comparisons of the tier."""
    shared: int = 0
    """Items of both."""
    only_base: int = 0
    only_head: int = 0
    higher_is_better: bool = True
    max_drop: float = 0.0
    """A drop that the policy allows."""
    margin: float = 0.0
    """A smaller difference does not matter to the task."""
    beyond: bool = False
    """Shown to be worse by more than is allowed."""
    open: bool = False
    """Whether a drop beyond what is allowed can be neither shown nor excluded."""
    identical: bool = False
    """Every shared item has the score that it had."""
    reason: str | None = None
    """Why nothing can be told, or what to know."""
    flipped: tuple[str, ...] = ()
    """Ids of items that scored worse than before, at most a few."""
    flipped_in_all: int = 0
    """How many did."""
    fell: tuple[Fell, ...] = ()
    """The same items with what was asked and said."""

    @property
    def gain(self) -> tuple[float, float]:
        """The interval of the difference, turned so that more is better; without end where there is none."""
        low, high = -inf if self.low is None else self.low, inf if self.high is None else self.high
        return (low, high) if self.higher_is_better else (-high, -low)


class CeilingState(msgspec.Struct, frozen=True):
    """A figure of the head against its ceiling."""

    task: str
    candidate: str
    figure: str
    tier: Tier
    at_most: float
    state: str
    """`met`, `missed` or `open`."""
    value: float | None = None
    upper: float | None = None
    """One-sided 95 % upper bound."""


class Verdicts(msgspec.Struct, frozen=True):
    """The answer on a task, before and now."""

    task: str
    before: str | None
    now: str | None


class Outcome(msgspec.Struct, frozen=True):
    """What came of a gate."""

    result: str
    """`pass`, `blocked` or `inconclusive`."""
    baseline: str
    baseline_ended: str | None
    age_days: float | None
    alpha: float
    made: str
    """When, ISO 8601."""
    changes: tuple[Change, ...] = ()
    ceilings: tuple[CeilingState, ...] = ()
    verdicts: tuple[Verdicts, ...] = ()
    gone: tuple[str, ...] = ()
    """What the baseline has and the project has no longer: `CANDIDATE on TASK`, or `task NAME`."""
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""

    @property
    def exit_code(self) -> int:
        """0 pass, 1 blocked, 3 inconclusive."""
        return {"pass": 0, "blocked": 1, "inconclusive": 3}[self.result]


def write_outcome(root: Path, outcome: Outcome) -> Path:
    """Keeps the outcome for whoever publishes it."""
    path = root / FILE
    replace_file(path, indented(outcome))
    return path


def read_outcome(path: Path) -> Outcome | None:
    """The outcome that was kept; None where there is none.

    Raises:
        RunError: the file is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Outcome)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RunError(f"{path}: is no outcome of a gate ({error}). Run `harness gate` again.") from None
