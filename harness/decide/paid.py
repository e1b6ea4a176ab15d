"""What candidates cost as tables: totals with intervals, parts with where they came from, and what all that assumes."""

from collections.abc import Iterator, Sequence

from harness.costs.of_runs import approach_of_entry, assumptions_of_entry
from harness.costs.stated import Economy
from harness.decide.verdict import Assumed, Costs, Made, Range
from harness.decide.worth import Ledger
from harness.economics.cost import CandidateCost, CostPart
from harness.economics.figures import Figure
from harness.economics.montecarlo import interval
from harness.economics.use import Draws, value_of
from harness.leaderboard.rows import Entry, Row
from harness.words import plain

_ORDER = ("assumed", "looked up", "given")
"""Of sources, the least certain first; what was measured is none of them."""


def costs_table(ledger: Ledger, entries: Sequence[Entry], rows: Sequence[Row], economy: Economy) -> tuple[Costs, ...]:
    """What every candidate costs, in the order of the rows."""
    by_name = {entry.name: entry for entry in entries}
    return tuple(_costs(ledger, by_name[row.name], economy) for row in rows if row.name in ledger.costs)


def _costs(ledger: Ledger, entry: Entry, economy: Economy) -> Costs:
    cost = ledger.costs[entry.name]
    wrong, correct, total = cost.being_wrong(), cost.per_correct(), cost.over_horizon()
    whole = _range(ledger.total.horizon[entry.name])
    return Costs(
        entry.name,
        once=cost.once().usd,
        per_month=cost.per_month().usd,
        wrong_per_month=None if wrong is None else wrong / ledger.months,
        horizon=total.usd,
        low=whole[0] if whole else None,
        high=whole[1] if whole else None,
        per_correct=None if correct is None else correct.usd,
        parts=cost.stacked(),
        unknown=total.unknown,
        weeks=weeks_of(entry, economy).value,
        about={part.name: Made(part.source, _told(entry.name, part)) for part in cost.every_part},
        per_month_range=_range(ledger.running.horizon[entry.name], ledger.months),
        wrong_range=_wrong(ledger, cost),
        per_correct_range=_correct(ledger, cost),
    )


def weeks_of(entry: Entry, economy: Economy) -> Figure:
    """Weeks to a first result, as stated or assumed."""
    return assumptions_of_entry(entry, economy)[f"weeks_to_first_result_{approach_of_entry(entry)}"]


def _told(name: str, part: CostPart) -> str:
    """The note of a part, and where those of its numbers are from that are the candidate's alone."""
    own = [figure.origin for figure in part.factors if figure.name.startswith(f"{name}:")]
    return "; ".join(dict.fromkeys(filter(None, [part.note, *own])))


def _range(draws: Draws | None, over: float = 1.0) -> Range | None:
    """The 95 % interval of draws, each divided."""
    return None if draws is None else interval(draws / over)


def _wrong(ledger: Ledger, cost: CandidateCost) -> Range | None:
    """A month's wrong answers: what they add to each draw."""
    total, spent = ledger.total.horizon[cost.name], ledger.spent.horizon[cost.name]
    if cost.wrong is None or total is None or spent is None:
        return None
    return _range(total - spent, ledger.months)


def _correct(ledger: Ledger, cost: CandidateCost) -> Range | None:
    """Spending for each correct answer, both from the same draw."""
    spent, rate = ledger.spent.horizon[cost.name], cost.error_rate
    if spent is None or rate is None or cost.per_correct() is None:
        return None
    wrong = value_of(rate, ledger.total.figures)
    assert wrong is not None
    right = (1 - wrong) * cost.use.times("call", {})
    return _range(spent / right)


def assumptions_of(ledger: Ledger, entries: Sequence[Entry], economy: Economy) -> tuple[Assumed, ...]:
    """Every number behind what these candidates cost that was not measured, assumed ones first."""
    figures: dict[str, Figure] = {}
    for entry in entries:
        if entry.name in ledger.costs:
            weeks = weeks_of(entry, economy)
            figures |= ledger.costs[entry.name].rests_on() | {weeks.name: weeks}
    if any(figure.source == "assumed" for figure in figures.values()):
        figures |= {name: economy.table[name] for name in ("misestimation_median", "misestimation_sigma")}
    kept = [figure for figure in figures.values() if figure.source in _ORDER]
    return tuple(_assumed(kept))


def _assumed(figures: Sequence[Figure]) -> Iterator[Assumed]:
    for figure in sorted(figures, key=lambda f: (_ORDER.index(f.source), f.name)):
        value = "unknown" if figure.value is None else f"{plain(figure.value)} {figure.unit}"
        low, high = figure.low, figure.high
        spread = "" if low is None or high is None or low == high else f"{plain(low)} to {plain(high)} {figure.unit}"
        yield Assumed(figure.name, value, spread, figure.source, figure.origin)
