"""How a task's answers will be used: the volume and the time that a cost is carried over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.economics.checks import number
from harness.economics.figures import Figure

Per: TypeAlias = Literal["call", "month", "once", "change"]
"""What a cost is paid for: a call, a month, once at the start, or a change of the knowledge."""
Draws: TypeAlias = NDArray[np.float64]
"""One number per draw of a simulation, shape (draws,)."""
Amount: TypeAlias = float | Draws
"""A number, or one for each draw of a simulation."""
Values: TypeAlias = Mapping[str, Amount]
"""What stands in for figures, by name."""


def value_of(figure: Figure, values: Values) -> Amount | None:
    """What stands in for a figure, else its own value."""
    return values.get(figure.name, figure.value)


@dataclass(frozen=True)
class Use:
    """Volume, horizon and stakes."""

    calls_per_month: Figure
    """Calls a month, over 0."""
    horizon_months: Figure
    """Months, over 0."""
    changes_per_year: Figure = field(
        default_factory=lambda: Figure("knowledge_changes_per_year", 0.0, "given", "changes a year")
    )
    """How often the knowledge behind the answers changes."""
    error_cost_usd: Figure | None = None
    """USD of one wrong answer; None where the task does not say."""
    peak_calls_per_second: float | None = None
    """The load to be carried; None takes the average times an assumed ratio."""

    def times(self, per: Per, values: Values) -> Amount:
        """How often a cost is paid over the horizon."""
        months = self._known(self.horizon_months, values)
        match per:
            case "call":
                return self._known(self.calls_per_month, values) * months
            case "month":
                return months
            case "change":
                return self._known(self.changes_per_year, values) / 12 * months
            case "once":
                return 1.0

    def figures(self) -> tuple[Figure, ...]:
        """Volume, horizon and changes: what every candidate of a task shares."""
        return self.calls_per_month, self.horizon_months, self.changes_per_year

    def _known(self, figure: Figure, values: Values) -> Amount:
        found = value_of(figure, values)
        assert found is not None
        return found


def use_of(
    calls_per_month: object,
    horizon_months: object,
    *,
    knowledge_changes_per_year: object = 0,
    error_cost_usd: object = None,
    peak_calls_per_second: object = None,
    defaults: Collection[str] = (),
    where: str = "task.toml [use]",
) -> Use:
    """A use as a person states it.

    Those of its numbers that `defaults` names nobody stated: they are assumed, and as conventions not in doubt.

    Raises:
        ConfigError: on a volume or horizon of 0 (nothing would be asked, so nothing can pay), and on
            negative or absurd numbers.
    """

    def given(name: str, value: object, unit: str, low: float = 0.0, high: float = 1e12) -> Figure:
        found = number(value, name, where, low, high)
        if name in defaults:
            return Figure(name, found, "assumed", unit, f"default: {where} does not state it", low=found, high=found)
        return Figure(name, found, "given", unit, where)

    return Use(
        given("calls_per_month", calls_per_month, "calls a month", 1),
        given("horizon_months", horizon_months, "months", 1, 600),
        given("knowledge_changes_per_year", knowledge_changes_per_year, "changes a year", 0, 100_000),
        None if error_cost_usd is None else given("error_cost_usd", error_cost_usd, "USD per wrong answer", 0, 1e9),
        None
        if peak_calls_per_second is None
        else number(peak_calls_per_second, "peak_calls_per_second", where, 1e-6, 1e9),
    )
