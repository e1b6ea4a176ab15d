"""Why the answer is what it is, the weightiest reason first, each with figure, interval, test and source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from harness.decide.challenger import challenger
from harness.decide.dearer import Money
from harness.decide.evidence import Evidence, Gap
from harness.decide.looked import Looked, of_loss, of_stale, of_triage
from harness.decide.pick import Field
from harness.decide.rules import Standing
from harness.decide.truth import Truth
from harness.decide.verdict import Answer, Reason
from harness.decide.worth import Ledger
from harness.economics.source import Source
from harness.errors import counted
from harness.estimate import Estimate, State
from harness.leaderboard.rows import Row
from harness.task import Task
from harness.task.file import Bound
from harness.words import figures, measured, plain, share

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
    looked: Looked

    def reasons(self) -> tuple[Reason, ...]:
        """In order of weight: the bar, then money, then quality."""
        return tuple(
            dict.fromkeys([*self._bar(), *self._comparison(), *self._broken(), *self._changes(), *self._failures()])
        )

    def _broken(self) -> Iterator[Reason]:
        """What counts against the trained candidates: what their training broke elsewhere."""
        trained = {row.name for row in self.field.trained}
        yield from (of_loss(loss) for loss in self.looked.losses if loss.candidate in trained)

    def _changes(self) -> Iterator[Reason]:
        """What became of the choice and of the best of both sides when the knowledge changed."""
        field, compared = self.field, challenger(self.field, self.ledger)
        best = [row.name for side in (field.trained, field.rivals) for row in self._best(side)[:1]]
        pair = [compared.name, field.gaps[compared.name].theirs] if compared else best
        stale, names = self.looked.stale, [*([field.choice] if field.choice else []), *pair]
        if stale and (found := of_stale(stale, names)):
            yield found

    def _failures(self) -> Iterator[Reason]:
        """Where the wrong answers of the lighter candidates live, where that was looked into."""
        for row in self.field.rivals:
            if row.name in self.looked.triages:
                yield of_triage(self.looked.triages[row.name])

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
        pays = self.field.pays(row.name)
        surer, said = pays.short.get(name), f"{measured(figure, bound.limit)}, {counted(figure.n, 'item')}"
        if surer is None:
            return Reason(claim, said, f"{figure.method}; {_bounds(figure, state, bound)}", source)
        claim = f"{row.name} meets {name} {bound.text} taken alone; of {pays.among} tried one may by luck"
        paid = f"one-sided {plain(100 * pays.level)} % {bound_of(surer, bound)}, the level paid for {pays.among}"
        return Reason(claim, said, f"{figure.method}; {paid}", source)

    def _comparison(self) -> Iterator[Reason]:
        row = challenger(self.field, self.ledger)
        if row is None:
            return
        gap, state = self.field.gaps[row.name], self.field.beyond[row.name]
        if self.field.standing in (Standing.MET, Standing.OPEN):
            yield from Money(self.task.primary.name, self.field, self.ledger).reasons(gap, state)
        yield self._gain(gap, state.gain)

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
        value, low, high = figures(gap.value, gap.low, gap.high, signed=True, against=margin)
        figure = f"{value} {self.task.primary.name}, bounds {low} and {high}, {counted(gap.n, 'item')}"
        paid = f", holding for all {gap.pairs} pairs at once" if gap.pairs > 1 else ""
        return Reason(said, figure, f"paired on the same items, one-sided 95 % bounds{paid}", "measured")


def _bounds(figure: Estimate, state: State, bound: Bound) -> str:
    """The one-sided bound that settles it, or both where neither does."""
    _, lower, upper = figures(figure.value, figure.lower, figure.upper, against=bound.limit)
    if state is State.OPEN:
        return f"{_BOUND}s {lower} and {upper}"
    return f"{_BOUND} {lower if (state is State.MET) == (bound.at_least is not None) else upper}"


def bound_of(figure: Estimate, bound: Bound) -> str:
    """E.g. `bound 0.893`: the end of a figure that has to clear a requirement."""
    _, lower, upper = figures(figure.value, figure.lower, figure.upper, against=bound.limit)
    return f"bound {lower if bound.at_least is not None else upper}"


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
    return row.usd_per_1000, row.usd_source
