"""What comes of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from harness.estimate import Comparison, Estimate
from harness.scores import Scores


@dataclass(frozen=True)
class Contender:
    """One of the two: a name and its runs, one per seed."""

    name: str
    runs: Sequence[Scores]


class Claimed(msgspec.Struct, frozen=True):
    """What the items show of A and B at the margin.

    Which of the two is better was not said before looking, so that both sides together may err in 5 %: by the
    two-sided 95 % interval. *Not worse* and *equivalent* are by one-sided 95 % bounds: of them no two can be wrong at
    once.
    """

    a_better: bool
    b_better: bool
    a_better_by_margin: bool
    """A is better by more than the margin."""
    b_better_by_margin: bool
    a_not_worse: bool
    """A is worse by less than the margin, if at all: non-inferior. With a margin of 0, that it is better."""
    b_not_worse: bool
    equivalent: bool
    """The two differ by less than the margin."""

    @property
    def settled(self) -> bool:
        """Whether it is known on which side of the margin the difference lies."""
        return self.a_better_by_margin or self.b_better_by_margin or self.equivalent


class Agreement(msgspec.Struct, frozen=True):
    """On how many items which of the two is right."""

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int


class Test(msgspec.Struct, frozen=True):
    """A test that the two are equal."""

    name: str
    p_value: float


class Power(msgspec.Struct, frozen=True):
    """What this many items can show, by the spread that these have."""

    detectable: float | None
    """The smallest true difference that they show with a power of 80 %, two-sided at 5 %; None where that is more than
    the metric can differ by."""
    units: int | None
    """Items in all, or groups where there are any, that would settle it at the margin, were the difference what it
    seems; None where it is settled, where only seeds would, or where neither would."""
    seeds: int | None
    """Seeds in all, of each candidate that has several, that would settle it (with so many `units`, if there are)."""


class Flip(msgspec.Struct, frozen=True):
    """An item that the two scored differently; with several seeds the scores are means over them."""

    item: str
    a: Any
    b: Any
    expected: str | None = None
    """The target; None where it is not known."""
    said: tuple[str, str] | None = None
    """What A and B answered; None where that is not known, or with several seeds, which may have said several."""


class PairedComparison(msgspec.Struct, frozen=True):
    """Two candidates on the same items."""

    a: str
    b: str
    metric: str
    higher_is_better: bool
    margin: float
    n: int
    """Items of both."""
    groups: int
    """Groups among them; 0 where they have none."""
    others: int
    """Items that only one of the two has; they are left out."""
    unscored: int
    """Items of both without a score, in a metric that has no worst value; they are left out."""
    failed: tuple[int, int]
    """Of those items, the ones that A and B have no answer for, over their seeds."""
    estimates: tuple[Estimate, Estimate] | None
    """Of A and B on these items."""
    difference: Comparison
    """A minus B."""
    claimed: Claimed
    table: Agreement | None
    """For scores of 0 and 1 under one seed each."""
    tests: tuple[Test, ...] = ()
    power: Power | None = None
    without_failed: Comparison | None = None
    """The difference over the items that both answered, where that would change what is claimed."""
    flips: tuple[Flip, ...] = ()
    """The largest differences first."""
    warnings: tuple[str, ...] = ()
    kind: Literal["fixed", "sequential", "judged"] = "fixed"
    """Whether the interval is of a fixed number of items, anytime-valid, or prediction-powered."""
    pairs: int = 1
    """Pairs that an anytime-valid interval shares its error with, itself counted."""
