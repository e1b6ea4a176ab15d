"""What a candidate costs: its parts, and their totals. Unknown stays unknown in every total."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from harness.economics.breakeven import Line, Payments
from harness.economics.figures import Figure
from harness.economics.source import Source, weakest
from harness.economics.use import Amount, Per, Use, Values, value_of

_NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True)
class CostPart:
    """One part of a cost: the product of its factors and its scale."""

    name: str
    """What is paid for; unique within a candidate."""
    per: Per
    """How often it is paid."""
    factors: tuple[Figure, ...]
    """The numbers behind it. Those that are assumed stand in the order in which they are in doubt."""
    scale: float | None = 1.0
    """A plain multiplier (hours in a month, machines); None when it cannot be known."""
    note: str = ""
    """What a reader must know of how it came about."""
    planned: tuple[Figure, ...] = ()
    """What its scale rests on, a utilisation or a peak: no factor, so it is not moved by itself."""

    def amount(self, values: Values) -> Amount | None:
        """USD each time it is paid, with `values` in place of figures; None when anything is unknown."""
        if self.scale is None:
            return None
        product: Amount = self.scale
        for factor in self.factors:
            found = value_of(factor, values)
            if found is None:
                return None
            product = product * found
        return product

    @property
    def usd(self) -> float | None:
        """USD each time it is paid; None when it is unknown."""
        found = self.amount(_NOTHING)
        return None if found is None else float(found)

    @property
    def source(self) -> Source:
        """That of the least certain number that it rests on."""
        return weakest(figure.source for figure in (*self.factors, *self.planned))


@dataclass(frozen=True)
class Total:
    """A sum of parts that does not hide what it lacks."""

    usd: float | None
    """The sum; None when a part of it is unknown."""
    at_least_usd: float
    """The sum of what is known."""
    unknown: tuple[str, ...]
    """Names of the parts that are not."""
    source: Source
    """That of the least certain part."""

    def divided(self, by: float) -> "Total":
        """The same over a positive number: a month's share, a call's."""
        usd = None if self.usd is None else self.usd / by
        return Total(usd, self.at_least_usd / by, self.unknown, self.source)


@dataclass(frozen=True)
class CandidateCost:
    """The cost of one candidate. What a judge costs is the comparison's, and no part of it."""

    name: str
    """The candidate."""
    use: Use
    """Volume and horizon."""
    parts: tuple[CostPart, ...]
    """What is spent."""
    wrong: CostPart | None = None
    """What wrong answers cost, per call; None where the task does not say what an error costs."""
    error_rate: Figure | None = None
    """Share of calls answered wrongly."""
    capacity: float | None = None
    """Calls a month that its machines carry; None when nothing limits them here."""

    def per_month(self) -> Total:
        """What a month costs at the task's volume once it runs: calls, hosting, upkeep. Nothing paid once."""
        running = [part for part in self.parts if part.per != "once"]
        return _total((part, self._times(part)) for part in running).divided(self._months)

    def once(self) -> Total:
        """What is paid before the first call."""
        return _total((part, 1.0) for part in self.parts if part.per == "once")

    def over_horizon(self, *, wrong: bool = True) -> Total:
        """Total cost of ownership over the horizon, with or without the cost of being wrong."""
        return _total((part, self._times(part)) for part in self._parts(wrong=wrong))

    def stacked(self) -> dict[str, float | None]:
        """USD over the horizon by part, being wrong last; None where it is unknown."""
        return {part.name: _total([(part, self._times(part))]).usd for part in self._parts(wrong=True)}

    def being_wrong(self) -> float | None:
        """Expected cost of wrong answers over the horizon: error rate x error cost x volume."""
        return None if self.wrong is None else _total([(self.wrong, self._times(self.wrong))]).usd

    def per_correct(self) -> Total | None:
        """Spending over the horizon for each correct answer; None when no answer is known to be correct."""
        if self.error_rate is None or self.error_rate.value is None or self.error_rate.value >= 1:
            return None
        calls = float(self.use.times("call", _NOTHING))
        return self.over_horizon(wrong=False).divided(calls * (1 - self.error_rate.value))

    def line(self, values: Values) -> tuple[Amount, Amount] | None:
        """USD a month whatever the volume (what is paid once spread over the horizon), and USD per call.

        None when a part is unknown.
        """
        fixed: Amount = 0.0
        variable: Amount = 0.0
        months = self.use.times("month", values)
        for part in self._parts(wrong=True):
            times = self.use.times(part.per, values)
            if not np.any(times):
                continue
            usd = part.amount(values)
            if usd is None:
                return None
            if part.per == "call":
                variable = variable + usd
            else:
                fixed = fixed + usd * times / months
        return fixed, variable

    def cost_line(self) -> Line | None:
        """`line` for a break-even volume."""
        found = self.line(_NOTHING)
        return None if found is None else Line(self.name, float(found[0]), float(found[1]), self.capacity)

    def payments(self) -> Payments | None:
        """What is paid first and then each month, for a break-even month; None when a part is unknown."""
        first, total = self.once(), self.over_horizon()
        if first.usd is None or total.usd is None:
            return None
        return Payments(self.name, first.usd, (total.usd - first.usd) / self._months)

    def tco(self, values: Values) -> Amount | None:
        """Total cost of ownership, being wrong included, with `values` in place of figures."""
        total: Amount = 0.0
        for part in self._parts(wrong=True):
            times = self.use.times(part.per, values)
            if not np.any(times):
                continue
            usd = part.amount(values)
            if usd is None:
                return None
            total = total + usd * times
        return total

    def figures(self) -> dict[str, Figure]:
        """Every figure that the total rests on, by name."""
        of_parts = chain.from_iterable(part.factors for part in self._parts(wrong=True))
        return {figure.name: figure for figure in chain(self.use.figures(), of_parts)}

    def rests_on(self) -> dict[str, Figure]:
        """The same, and what the number of machines was planned with."""
        planned = chain.from_iterable(part.planned for part in self.parts)
        return self.figures() | {figure.name: figure for figure in planned}

    @property
    def every_part(self) -> tuple[CostPart, ...]:
        """What is spent, and what being wrong costs, last."""
        return self._parts(wrong=True)

    @property
    def _months(self) -> float:
        return float(self.use.times("month", _NOTHING))

    def _times(self, part: CostPart) -> float:
        return float(self.use.times(part.per, _NOTHING))

    def _parts(self, *, wrong: bool) -> tuple[CostPart, ...]:
        return (*self.parts, self.wrong) if wrong and self.wrong is not None else self.parts


def figures_of(costs: Iterable[CandidateCost]) -> dict[str, Figure]:
    """Every figure behind several candidates, by name.

    Raises:
        ValueError: when two hold different numbers under one name: they would be moved as one.
    """
    found: dict[str, Figure] = {}
    for cost in costs:
        for name, figure in cost.figures().items():
            if found.setdefault(name, figure).value != figure.value:
                raise ValueError(f"two figures are named {name!r}; put the candidate's name into its own figures")
    return found


def _total(paid: Iterable[tuple[CostPart, float]]) -> Total:
    """The sum of parts, each so many times. A part that is never paid is no part of it, known or not."""
    parts = [(part, part.usd, times) for part, times in paid if times > 0]
    unknown = tuple(part.name for part, usd, _ in parts if usd is None)
    known = sum(usd * times for _, usd, times in parts if usd is not None)
    return Total(None if unknown else known, known, unknown, weakest(part.source for part, _, _ in parts))
