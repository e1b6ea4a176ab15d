"""From which volume, and from which month on, one candidate is cheaper than another."""

import math
from dataclasses import dataclass

_EXACT = 1e-9
"""Relative difference under which two costs are the same: sums of floats, not economics."""


@dataclass(frozen=True)
class Line:
    """A monthly cost that grows with the volume."""

    name: str
    """The candidate."""
    usd_per_month: float
    """Whatever the volume."""
    usd_per_call: float
    """What each call adds."""
    capacity: float | None = None
    """Calls a month up to which the line holds; None when nothing limits it."""


@dataclass(frozen=True)
class BreakEven:
    """Where two lines cross, if they do."""

    calls_per_month: int | None
    """The first whole volume at which `above` costs no more than `below`; None when there is none."""
    below: str | None
    """The cheaper candidate under that volume, or at every volume; None for a tie."""
    above: str | None
    """The cheaper candidate from that volume on."""
    words: str
    """The same as a sentence."""


def break_even(a: Line, b: Line) -> BreakEven:
    """The break-even volume of two candidates: V = (fixed_2 - fixed_1) / (variable_1 - variable_2)."""
    light, heavy = sorted((a, b), key=lambda line: line.usd_per_month)
    if _same(a.usd_per_call, b.usd_per_call):
        return _parallel(light, heavy)
    if _same(a.usd_per_month, b.usd_per_month):
        light, heavy = sorted((a, b), key=lambda line: line.usd_per_call)
    if heavy.usd_per_call > light.usd_per_call:
        return _always(light, heavy)
    volume = (heavy.usd_per_month - light.usd_per_month) / (light.usd_per_call - heavy.usd_per_call)
    calls = math.ceil(volume * (1 - _EXACT))
    limit = min(line.capacity or math.inf for line in (a, b))
    words = f"{heavy.name} costs no more than {light.name} from {calls:,} calls a month on"
    if calls > limit:
        words += f", more than the {round(limit):,} that the machines counted here carry"
    return BreakEven(calls, light.name, heavy.name, words + ".")


def _always(cheap: Line, dear: Line) -> BreakEven:
    words = f"No break-even: {cheap.name} is cheaper than {dear.name} at every volume."
    return BreakEven(None, cheap.name, None, words)


def _parallel(light: Line, heavy: Line) -> BreakEven:
    each = f"both cost ${light.usd_per_call:.6g} per call"
    if _same(light.usd_per_month, heavy.usd_per_month):
        words = f"No break-even: {each}, and the same per month: {light.name} and {heavy.name} cost the same."
        return BreakEven(None, None, None, words)
    less = heavy.usd_per_month - light.usd_per_month
    words = (
        f"No break-even: {each}, so {light.name} is cheaper than {heavy.name} by ${less:,.2f} a month at every volume."
    )
    return BreakEven(None, light.name, None, words)


@dataclass(frozen=True)
class Payments:
    """A cost over time."""

    name: str
    """The candidate."""
    first_usd: float
    """Before the first call."""
    usd_per_month: float
    """Each month from then on."""


@dataclass(frozen=True)
class BreakEvenMonth:
    """When what was paid first has come back, if it has."""

    month: int | None
    """The first month at whose end `later` has cost no more in all; None when that is not in the horizon."""
    later: str | None
    """The candidate that is cheaper from then on."""
    words: str
    """The same as a sentence."""


def break_even_month(a: Payments, b: Payments, horizon_months: int) -> BreakEvenMonth:
    """The month in which the candidate that costs more at first has become the cheaper one in all."""
    light, heavy = sorted((a, b), key=lambda cost: (cost.first_usd, cost.usd_per_month))
    extra = heavy.first_usd - light.first_usd
    saved = light.usd_per_month - heavy.usd_per_month
    if _same(heavy.first_usd, light.first_usd) or saved <= 0 or _same(light.usd_per_month, heavy.usd_per_month):
        return BreakEvenMonth(
            None, None, f"No break-even month: {light.name} costs no more than {heavy.name} in any month."
        )
    month = math.ceil(extra / saved * (1 - _EXACT))
    if month > horizon_months:
        return BreakEvenMonth(
            None,
            None,
            f"No break-even month within {horizon_months}: "
            f"{heavy.name} would come down to {light.name} in month {month:,}.",
        )
    return BreakEvenMonth(month, heavy.name, f"{heavy.name} has cost no more than {light.name} from month {month} on.")


def _same(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=_EXACT, abs_tol=1e-15)
