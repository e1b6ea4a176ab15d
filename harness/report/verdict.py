"""The verdict as a few lines: what a terminal and the head of a leaderboard show."""

from harness.decide.verdict import Costs, Need, Range, Reason, Swing, Verdict
from harness.words import plain, usd

_REASONS, _NEEDS = 4, 3
"""So many are shown; the rest stands in decision.md."""


def short(verdict: Verdict) -> list[str]:
    """The answer in its first line, then reasons, what would decide it, and what to keep in mind."""
    lines = [f"Is it worth going beyond prompting and RAG? {verdict.answer.capitalize()}: {first_line(verdict)}"]
    lines += [reason(one) for one in verdict.reasons[:_REASONS]]
    lines += [f"To decide it: {need(one)}" for one in verdict.needs[:_NEEDS]]
    lines += [f"Moves it most: {_widest(verdict)}"] if verdict.tornado and verdict.between else []
    return [*lines, *(f"Keep in mind: {caveat}" for caveat in verdict.caveats)]


def _widest(verdict: Verdict) -> str:
    """The number that moves the difference of the candidates in question most."""
    assert verdict.between is not None
    one, (ours, theirs) = verdict.tornado[0], verdict.between
    name, _, low, high, at_low, at_high, _, turns = swing_cells(one)
    turn = f"the order turns at {turns}" if one.turns_at is not None else "no value within its range turns the order"
    return f"{name}. At {low} {ours} is worth {at_low} a month over {theirs}, at {high} {at_high}; {turn}."


def swing_cells(one: Swing) -> list[str]:
    """Number, value, low, high, what it is worth at each, how far apart that is, where the order turns."""
    unit = "" if one.unit == "share" else f" {one.unit}"
    turns = "no value within its range" if one.turns_at is None else plain(one.turns_at)
    money = [usd(value) for value in (one.at_low, one.at_high, one.swing)]
    return [one.name, f"{plain(one.value)}{unit}", plain(one.low), plain(one.high), *money, turns]


def first_line(verdict: Verdict) -> str:
    """The headline, and how the choice compares with what is in use."""
    return f"{verdict.headline} {verdict.incumbent}" if verdict.incumbent else verdict.headline


def reason(one: Reason) -> str:
    """E.g. `rag misses accuracy >= 0.99: 0.960 [0.956, 0.964] (measured; Wilson)`."""
    return f"{one.claim}: {one.figure} ({one.source}; {one.test})"


def need(one: Need) -> str:
    """What to do, what it costs, what it is worth."""
    parts = []
    if one.items is not None:
        parts.append(f"{one.items:,} more test items")
    if one.price_usd is not None:
        parts.append(f"price about {usd(one.price_usd)}")
    if one.worth_usd is not None:
        parts.append(f"worth up to {usd(one.worth_usd)} over the horizon")
    return f"{one.what} ({'; '.join(parts)})" if parts else one.what


COST_TITLES = (
    "candidate",
    "once",
    "per month [95 %]",
    "wrong answers per month",
    "over the horizon [95 %]",
    "per correct answer",
    "weeks to a first result",
)


def cost_rows(verdict: Verdict) -> list[list[str]]:
    """What stands under `COST_TITLES`, one row per candidate."""
    return [
        [
            cost.candidate,
            known(cost.once),
            _spread(cost.per_month, cost.per_month_range),
            "no price" if cost.wrong_per_month is None else _spread(cost.wrong_per_month, cost.wrong_range),
            _horizon(cost),
            _spread(cost.per_correct, cost.per_correct_range),
            "" if cost.weeks is None else f"{cost.weeks:g}",
        ]
        for cost in verdict.costs
    ]


def part_rows(verdict: Verdict) -> tuple[list[str], list[list[str]]]:
    """The parts that anybody pays over the horizon, and per candidate what it pays, with where that came from."""
    names = list(dict.fromkeys(name for c in verdict.costs for name, paid in c.parts.items() if paid != 0))
    return names, [[c.candidate, *(_part(c, name) for name in names)] for c in verdict.costs]


def part_notes(verdict: Verdict) -> list[str]:
    """What a reader must know of how single parts came about."""
    told: dict[tuple[str, str], list[str]] = {}
    for cost in verdict.costs:
        for name, made in cost.about.items():
            if made.note and cost.parts.get(name) != 0:
                told.setdefault((name, made.note), []).append(cost.candidate)
    return [
        f"{name} ({', '.join(who)}): {note}" for (name, note), who in sorted(told.items(), key=lambda one: one[0][0])
    ]


def _part(cost: Costs, name: str) -> str:
    if name not in cost.parts:
        return ""
    made = cost.about.get(name)
    return known(cost.parts[name]) + (f" ({made.source})" if made and cost.parts[name] is not None else "")


def _spread(value: float | None, ends: Range | None) -> str:
    """E.g. `$120 [$90, $170]`; the interval is left out where it has no width."""
    if value is None or ends is None or usd(ends[0]) == usd(value) == usd(ends[1]):
        return known(value)
    return f"{usd(value)} [{usd(ends[0])}, {usd(ends[1])}]"


def known(value: float | None) -> str:
    """Dollars, or that they are not known."""
    return "unknown" if value is None else usd(value)


def _horizon(cost: Costs) -> str:
    if cost.horizon is None or cost.low is None or cost.high is None:
        return f"unknown: {', '.join(cost.unknown)}"
    return f"{usd(cost.horizon)} [{usd(cost.low)}, {usd(cost.high)}]"
