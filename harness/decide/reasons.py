"""Why the answer is what it is, the weightiest reason first, each with figure, interval, test and source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.decide.draws import DRAWS
from harness.decide.evidence import Evidence, Gap
from harness.decide.guard import Guarded
from harness.decide.pick import Field
from harness.decide.rules import Standing
from harness.decide.stale import Stale
from harness.decide.triage import Triage
from harness.decide.truth import Truth
from harness.decide.verdict import Answer, Reason
from harness.decide.words import listed, measured, share, usd
from harness.decide.worth import Ledger
from harness.economics.montecarlo import interval
from harness.economics.source import Source, weakest
from harness.estimate import Estimate, State
from harness.leaderboard.rows import Row
from harness.task import Task

_SHOWN = 3
"""Candidates of a side whose standing is told one by one."""
_BOUND = "one-sided 95 % bound"
_SAID = {State.MET: "meets", State.MISSED: "misses", State.OPEN: "may or may not meet"}


@dataclass(frozen=True)
class Why:
    """Everything that the reasons of one verdict are read from."""

    task: Task
    field: Field
    evidence: Evidence
    ledger: Ledger
    triages: Mapping[str, Triage]
    """Where the wrong answers of a candidate live, where that was looked into."""
    losses: Sequence[Guarded] = ()
    """What training broke on other tasks, where that was looked into."""
    stale: Stale | None = None
    """What a change of the knowledge does to candidates, where that was looked into."""

    def reasons(self) -> tuple[Reason, ...]:
        """In order of weight: the bar, then money, then quality."""
        return tuple(
            dict.fromkeys([*self._bar(), *self._comparison(), *self._broken(), *self._changes(), *self._failures()])
        )

    def _broken(self) -> Iterator[Reason]:
        """What counts against the trained candidates: what their training broke elsewhere."""
        trained = {row.name for row in self.field.trained}
        yield from (loss.reason() for loss in self.losses if loss.candidate in trained)

    def _changes(self) -> Iterator[Reason]:
        """What became of the candidates in question when the knowledge changed."""
        compared = self._compared()
        pair = [compared.name, self.field.gaps[compared.name].theirs] if compared else []
        names = {self.field.choice, *(pair or [row.name for row in self._best(self.field.rivals)[:1]])}
        found = self.stale.reason(names) if self.stale else None
        if found:
            yield found

    def _failures(self) -> Iterator[Reason]:
        """Where the wrong answers of the lighter candidates live, where that was looked into."""
        for row in self.field.rivals:
            if row.name in self.triages:
                yield self.triages[row.name].reason()

    def _bar(self) -> Iterator[Reason]:
        """How the two sides stand to the bar; what is missed or open before what is met."""
        field = self.field
        chosen = [field.row(field.choice)] if field.choice else []
        others = [row for row in (*self._best(field.rivals), *self._best(field.trained)) if row not in chosen]
        if field.answer is Answer.NOT_WORTH_IT:
            yield from (r for row in chosen for r in self.states(row, State.MET))
            yield from (r for row in field.trained for r in self.states(row, State.MISSED))
            return
        if field.answer is Answer.WORTH_IT:
            # A lighter candidate that may meet the bar too matters more than one that misses it.
            others.sort(key=lambda row: row.meets is not State.OPEN)
        for row in chosen if field.answer is Answer.WORTH_IT else []:
            yield from self.states(row, State.MET)
        for row in others:
            yield from self.states(row, State.OPEN if row.meets is State.OPEN else State.MISSED)
        for row in chosen if field.answer is Answer.UNDECIDED else []:
            yield from self.states(row, State.MET)

    def _best(self, rows: Sequence[Row]) -> list[Row]:
        """The few that are best in the primary metric: nobody reads how each of twenty candidates misses the bar."""
        sign = 1 if self.task.primary.higher_is_better else -1
        return sorted(rows, key=lambda row: -sign * row.metrics[self.task.primary.name].value)[:_SHOWN]

    def states(self, row: Row, which: State) -> Iterator[Reason]:
        """The requirements that a candidate meets, misses, or neither, as reasons."""
        for name, state in row.requirements.items():
            if state is which:
                yield self._requirement(row, name, state)

    def _requirement(self, row: Row, name: str, state: State) -> Reason:
        if name == "on_premise":
            says = "nothing leaves the machine" if state is State.MET else "inputs go to a third party"
            return Reason(f"{row.name} {_SAID[state]} on premise", says, "by its settings", "given")
        bound = self.task.requirement.bounds[name]
        figure, source = figure_of(row, name)
        claim = f"{row.name} {_SAID[state]} {name} {bound.text}"
        if figure is None:
            return Reason(claim, "not known", "not measured", "assumed")
        test = f"{figure.method}; {_bounds(figure, state, lower=bound.at_least is not None)}"
        what = "draws" if name == "usd_per_month" else "items"
        return Reason(claim, f"{measured(figure)}, {figure.n:,} {what}", test, source)

    def _comparison(self) -> Iterator[Reason]:
        row = self._compared()
        if row is None:
            return
        gap, state = self.field.gaps[row.name], self.field.beyond[row.name]
        rival = gap.theirs
        if self.field.standing in (Standing.MET, Standing.OPEN):
            yield from self._money(row.name, rival, state.value)
        yield self._gain(gap, state.gain)

    def _compared(self) -> Row | None:
        """The trained candidate that is chosen, or that comes nearest to being worth it."""
        known = [row for row in self.field.trained if row.name in self.field.gaps]
        if not known:
            return None
        if self.field.choice in {row.name for row in known}:
            return self.field.row(str(self.field.choice))
        able = [row for row in known if row.meets is not State.MISSED] or known
        return min(able, key=lambda row: (self.ledger.expected(row.name), -self.field.gaps[row.name].value))

    def _gain(self, gap: Gap, state: Truth) -> Reason:
        if not np.isfinite(gap.high - gap.low):
            said = f"{gap.ours} and {gap.theirs} were not compared: a run was ended early"
            return Reason(said, f"{share(gap.value, signed=True)} {self.task.primary.name}", "none", "measured")
        margin = self.task.requirement.margin
        by = f" by more than the margin of {margin:g}" if margin else ""
        said = {
            Truth.YES: f"{gap.ours} is better than {gap.theirs}{by}",
            Truth.NO: f"{gap.ours} is not better than {gap.theirs}{by}",
            Truth.OPEN: f"{gap.ours} may or may not be better than {gap.theirs}{by}",
        }[state]
        figure = (
            f"{share(gap.value, signed=True)} {self.task.primary.name}, bounds {share(gap.low, signed=True)} and "
            f"{share(gap.high, signed=True)}, {self.evidence.n:,} items"
        )
        pairs = len(self.field.trained) * len(self.field.rivals)
        paid = f", holding for all {pairs} pairs at once" if pairs > 1 else ""
        return Reason(said, figure, f"paired on the same items, one-sided 95 % bounds{paid}", "measured")

    def _money(self, ours: str, theirs: str, state: Truth) -> Iterator[Reason]:
        draws = self.ledger.advantage(ours, theirs)
        if not self.ledger.costs:
            yield Reason("Money is not weighed", "no volume", "the task's [use] states no calls_per_month", "given")
            return
        if draws is None:
            unknown = [n for n in (ours, theirs) if self.ledger.costs[n].over_horizon().unknown]
            yield Reason(f"What {listed(unknown)} costs is not known", "unknown", "a price is missing", "looked up")
            return
        months = self.ledger.months
        value, (low, high) = float(draws.mean()) / months, interval(draws / months)
        chance = float(np.mean(draws > self.ledger.threshold_usd))
        least = self.ledger.threshold_usd / months
        asked = f"by at least {usd(least)} a month" if least else "more"
        counted = "wrong answers counted" if self.ledger.priced else "wrong answers have no price"
        said = {
            Truth.YES: f"{ours} is worth more than {theirs} ({counted})",
            Truth.NO: f"{ours} is not worth more than {theirs} ({counted})",
            Truth.OPEN: f"Whether {ours} is worth more than {theirs} is not sure ({counted})",
        }[state]
        figure = f"{usd(value)} a month [{usd(low)}, {usd(high)}]; worth {asked} with probability {chance:.2f}"
        test = f"Monte Carlo, {DRAWS:,} draws over sampling and assumptions"
        yield Reason(said, figure, test, self._source(ours, theirs))

    def _source(self, *names: str) -> Source:
        return weakest(self.ledger.costs[name].over_horizon().source for name in names)


def _bounds(figure: Estimate, state: State, *, lower: bool) -> str:
    """The one-sided bound that settles it, or both where neither does."""
    shown = [share(end) if abs(figure.value) <= 2 else f"{end:,.0f}" for end in (figure.lower, figure.upper)]
    if state is State.OPEN:
        return f"{_BOUND}s {shown[0]} and {shown[1]}"
    return f"{_BOUND} {shown[0] if (state is State.MET) == lower else shown[1]}"


def figure_of(row: Row, name: str) -> tuple[Estimate | None, Source]:
    """The figure that a requirement bounds, and where it came from."""
    if name in row.metrics:
        return row.metrics[name], "measured"
    if name in ("p50_latency_ms", "p95_latency_ms"):
        return (row.p50_ms if name.startswith("p50") else row.p95_ms), "measured"
    if name == "usd_per_month":
        return row.usd_per_month, "assumed"
    if name != "usd_per_1000_calls":
        return None, "measured"
    if row.usd_per_1000 is None:
        return None, "looked up"
    usd_ = row.usd_per_1000
    return Estimate(usd_, usd_, usd_, usd_, usd_, 0.95, row.n, 0, "price list"), "looked up"
