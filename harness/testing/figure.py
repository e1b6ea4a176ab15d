"""Figures as a test compares them: by their bounds, never by the point."""

from dataclasses import dataclass
from typing import NoReturn

from harness.errors import counted
from harness.estimate import Comparison, Estimate, State, hold
from harness.words import figures, measured


@dataclass(frozen=True, eq=False)
class Figure:
    """An estimate that a test can hold against a number.

    `figure >= 0.9` is true where the one-sided 95 % bound clears 0.9: *met*. It is false where the requirement is
    missed and where the evidence settles neither, so write `>=` and not `not <`. The point estimate is `.value`.
    """

    name: str
    """E.g. `rag accuracy`."""
    estimate: Estimate

    @property
    def value(self) -> float:
        """The point estimate."""
        return self.estimate.value

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.estimate.low

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.estimate.high

    def state(self, *, at_least: float | None = None, at_most: float | None = None) -> State:
        """Met, missed or open."""
        return hold(self.estimate, at_least, at_most)

    def __ge__(self, bound: object) -> bool:
        return self.state(at_least=self._number(bound)) is State.MET

    def __le__(self, bound: object) -> bool:
        return self.state(at_most=self._number(bound)) is State.MET

    def __gt__(self, bound: object) -> bool:
        return self >= bound and self.estimate.lower > self._number(bound)

    def __lt__(self, bound: object) -> bool:
        return self <= bound and self.estimate.upper < self._number(bound)

    def __eq__(self, other: object) -> bool:
        self._refuse("== or !=")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:  # noqa: PLE0304 - `assert row.accuracy` would always pass
        self._refuse("a truth value")

    def __repr__(self) -> str:
        e = self.estimate
        return f"<{self.name} {measured(e)}, {counted(e.n, 'item')}>"

    def _number(self, bound: object) -> float:
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            return float(bound)
        if isinstance(bound, Figure):
            raise TypeError("two candidates are compared on the same items: board.compare(a, b).better() or .worse()")
        raise TypeError(f"{self.name} is held against a number, found {bound!r}")

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(f"{self.name} is an estimate and has no {what}: use >= or <=, or .value for the point")


_TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


def explained(op: str, left: object, right: object) -> list[str] | None:
    """What assertion rewriting prints of a comparison that is not met; None where it is none of ours."""
    if isinstance(right, Figure):
        op, left, right = _TURNED.get(op, ""), right, left
    if not isinstance(left, Figure) or op not in _TURNED or not isinstance(right, (int, float)):
        return None
    e, up = left.estimate, op.startswith(">")
    state = left.state(at_least=right) if up else left.state(at_most=right)
    side, edge = ("lower", e.lower) if up else ("upper", e.upper)
    _, bound = figures(e.value, edge, against=right)
    lines = [
        f"{left!r} {op} {right:g}",
        f"{STATED[state]}: the one-sided 95 % {side} bound is {bound}, asked is {op} {right:g}",
    ]
    if e.failed:
        lines.append(f"{e.failed} of the items got no answer" + (" and are left out of the figure" * e.blind))
    return [*lines, *([e.warning] if e.warning else [])]


STATED = {State.MET: "met", State.MISSED: "missed", State.OPEN: "cannot tell"}


@dataclass(frozen=True)
class Difference:
    """How one candidate compares with another on the same items. Every answer is about the whole 95 % interval."""

    name: str
    """E.g. `lora - rag in accuracy`."""
    comparison: Comparison
    higher_is_better: bool

    @property
    def value(self) -> float:
        """The difference of the figures, first minus second."""
        return self.comparison.difference

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.comparison.low

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.comparison.high

    def better(self, margin: float = 0.0) -> bool:
        """Whether the first is shown to be better by more than the margin."""
        return self._gain[0] > margin

    def worse(self, margin: float = 0.0) -> bool:
        """Whether the first is shown to be worse by more than the margin."""
        return self._gain[1] < -margin

    def no_worse(self, margin: float) -> bool:
        """Whether it is shown that the first is worse by less than the margin, if at all.

        This claims more than `not worse(margin)`, which is true also where there is too little evidence.
        """
        return self._gain[0] > -margin

    @property
    def _gain(self) -> tuple[float, float]:
        """The interval, turned so that more is better."""
        return (self.low, self.high) if self.higher_is_better else (-self.high, -self.low)

    def __repr__(self) -> str:
        c = self.comparison
        return f"<{self.name}: {c.difference:+.3f} [{c.low:+.3f}, {c.high:+.3f}], {counted(c.n, 'item')}>"
