"""The answer to the question, with what it rests on."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from harness.economics.source import Source
from harness.types import Rung


class Answer(StrEnum):
    """Whether it is worth going beyond prompting and RAG."""

    WORTH_IT = "worth it"
    NOT_WORTH_IT = "not worth it"
    UNDECIDED = "undecided"
    NOTHING = "nothing here meets the bar"


class Reason(msgspec.Struct, frozen=True):
    """One thing that the answer rests on."""

    claim: str
    """What is said, in words."""
    figure: str
    """The number, with its interval where it has one."""
    test: str
    """How the interval or the state was made."""
    source: Source
    """Where it came from."""


class Need(msgspec.Struct, frozen=True):
    """One thing that would help to decide."""

    what: str
    """What to do, with the number that it takes."""
    items: int | None = None
    """Further test items, where that is what it takes."""
    price_usd: float | None = None
    """What that costs."""
    worth_usd: float | None = None
    """By how much knowing it lowers the expected cost of the decision over the horizon, at most."""


class Stood(msgspec.Struct, frozen=True):
    """What stood for a rung."""

    rung: Rung
    candidate: str | None
    """The best of the rung in the primary metric; None where nothing ran."""
    model: str | None = None
    caveat: str | None = None
    """Why it is less than what a user would deploy."""


class OnFront(msgspec.Struct, frozen=True):
    """A candidate and the front of quality, cost and latency."""

    candidate: str
    on_front: bool
    """Nothing else is at least as good in all of them and better in one."""
    probability: float
    """Share of the draws in which that is so."""


Range: TypeAlias = tuple[float, float]
"""Ends of a 95 % interval."""


class Made(msgspec.Struct, frozen=True):
    """How a part of a cost came about."""

    source: Source
    """Of its least certain number."""
    note: str = ""


class Costs(msgspec.Struct, frozen=True):
    """What one candidate costs, in USD; None where a part is unknown."""

    candidate: str
    once: float | None
    """Before the first call."""
    per_month: float | None
    """Once it runs, at the task's volume; wrong answers not counted."""
    wrong_per_month: float | None
    """What its wrong answers cost; None where the task does not say what one costs."""
    horizon: float | None
    """In all over the horizon, wrong answers counted."""
    low: float | None
    """Lower end of the 95 % interval of `horizon`."""
    high: float | None
    """Upper end."""
    per_correct: float | None
    """Spending over the horizon for each correct answer."""
    parts: dict[str, float | None]
    """Of `horizon`."""
    unknown: tuple[str, ...]
    """Names of the parts that are not known."""
    weeks: float | None = None
    """To a first result."""
    about: dict[str, Made] = {}
    """How each part came about."""
    per_month_range: Range | None = None
    """From the same draws as that of `horizon`, as the two below."""
    wrong_range: Range | None = None
    """Of `wrong_per_month`."""
    per_correct_range: Range | None = None


class Weighted(msgspec.Struct, frozen=True):
    """A candidate's weighted score, where `[weights]` are stated."""

    candidate: str
    way: str
    """Buy, rent or build."""
    score: float
    """From 0 to 1, higher is better."""
    parts: dict[str, float]
    """By criterion."""


class Assumed(msgspec.Struct, frozen=True):
    """A number that was not measured."""

    name: str
    value: str
    """With its unit."""
    range: str
    """What it may be instead."""
    source: Source
    origin: str
    """Whose number it is."""


class Swing(msgspec.Struct, frozen=True):
    """How far one number moves what a candidate is worth over another, all others at their value."""

    name: str
    value: float
    unit: str
    source: Source
    low: float
    """Under which it lies with a probability of 10 %."""
    high: float
    """Over which it lies with a probability of 10 %."""
    at_low: float
    """What the heavier candidate is worth more a month with the number at `low`, USD."""
    at_high: float
    """The same at `high`."""
    swing: float
    """How far apart the two are."""
    turns_at: float | None
    """The value that turns the order; None where none within its range does."""


class Verdict(msgspec.Struct, frozen=True):
    """The answer, and what a person needs to sign it."""

    task: str
    version: str
    test_hash: str
    date: str
    answer: Answer
    choice: str | None
    """The candidate to use: the lightest that does; for an open question what to use meanwhile."""
    headline: str
    """The answer in a sentence or two."""
    incumbent: str | None = None
    """How the choice compares with what is in use, in words."""
    reasons: tuple[Reason, ...] = ()
    """The weightiest first."""
    needs: tuple[Need, ...] = ()
    """What would decide an open question."""
    stood: tuple[Stood, ...] = ()
    front: tuple[OnFront, ...] = ()
    costs: tuple[Costs, ...] = ()
    weighted: tuple[Weighted, ...] = ()
    """The best first; empty where nothing is weighted."""
    pairs: tuple[str, ...] = ()
    """Break-even of the candidates in question, in words."""
    tornado: tuple[Swing, ...] = ()
    """What moves the difference of the candidates in question most, the widest first."""
    between: tuple[str, str] | None = None
    """Those candidates: the heavier and the lighter one."""
    assumptions: tuple[Assumed, ...] = ()
    not_measured: tuple[str, ...] = ()
    look_again: tuple[str, ...] = ()
    """Thresholds at which the answer would change."""
    excluded: tuple[str, ...] = ()
    """Candidates that get no verdict, and why."""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What stood for a rung and is less than a user would deploy, and who was left out."""
        return tuple(s.caveat for s in self.stood if s.caveat) + self.excluded
