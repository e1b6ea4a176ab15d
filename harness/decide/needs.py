"""What would decide an open question, what that costs, and what it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.costs.stated import Economy, label_cost_of
from harness.decide.challenger import challenger, may_be_worth_it
from harness.decide.evidence import Evidence
from harness.decide.items import Plan, for_bound, for_margin, for_worth
from harness.decide.movers import range_words
from harness.decide.pick import Field
from harness.decide.rules import Standing, answer
from harness.decide.truth import Truth
from harness.decide.verdict import Answer, Need
from harness.decide.worth import NO_WRONG, Ledger
from harness.economics.tornado import Bar
from harness.economics.value import information_about, sample_information
from harness.errors import counted
from harness.estimate import State
from harness.leaderboard.rows import Row
from harness.task import Task
from harness.types import Rung
from harness.words import plain, usd

_ASSUMPTIONS = 3
"""So many of them are named, those that move the answer most first."""


@dataclass(frozen=True)
class Open:
    """Everything that the needs of one verdict are read from."""

    task: Task
    field: Field
    evidence: Evidence
    ledger: Ledger
    economy: Economy
    labels: Mapping[str, str]
    """What the learning curve of a candidate says of more labels, where it was measured."""

    def needs(self) -> tuple[Need, ...]:
        """What would decide it, most direct first; nothing where it is decided."""
        if self.field.answer is not Answer.UNDECIDED:
            return ()
        return tuple(dict.fromkeys([*self._missing(), *self._requirements(), *self._labels(), *self._comparison()]))

    def _missing(self) -> Iterator[Need]:
        rungs = {row.rung for row in (*self.field.light, *self.field.excluded)}
        if not rungs & {Rung.PROMPTING, Rung.RAG}:
            yield Need("Run a candidate that prompts a model, with or without RAG: nothing stood for them.")
        if not self.field.trained and not any(r.rung is Rung.TRAINED for r in self.field.excluded):
            yield Need("Run a trained candidate: nothing stood beyond prompting and RAG.")
        for row in self.field.excluded:
            asked = counted(row.n * row.seeds, "item")
            yield Need(
                f"Mend {row.name} and run it again: {row.failed} of {asked} failed, too many to say anything of it."
            )

    def _unsettled(self) -> list[Row]:
        """Candidates whose standing matters and is open: of the light side all that may yet meet the bar."""
        light = [r for r in self.field.rivals if r.meets is State.OPEN] if self._light_open else []
        return [*light, *(row for row in self.field.trained if row.meets is State.OPEN and self._matters(row))]

    def _matters(self, row: Row) -> bool:
        """Whether the answer hangs on it: not where nothing light stood and another trained one meets the bar."""
        if self.field.standing is Standing.NONE and any(r.meets is State.MET for r in self.field.trained):
            return False
        return answer(self.field.standing, self.field.beyond[row.name]) is Answer.UNDECIDED

    @property
    def _light_open(self) -> bool:
        return self.field.standing is Standing.OPEN

    def _requirements(self) -> Iterator[Need]:
        for row in self._unsettled():
            for name, state in row.requirements.items():
                if state is State.OPEN:
                    yield self._requirement(row, name)

    def _requirement(self, row: Row, name: str) -> Need:
        bound = self.task.requirement.bounds[name]
        what = f"Whether {row.name} reaches {name} {bound.text}"
        if name.endswith("_latency_ms"):
            return Need(f"{what}: time more single queries; a p95 needs at least 59 of them, and more near the bound.")
        if name.startswith("usd_"):
            return Need(f"{what}: state what is unknown or assumed of its cost in harness.toml.")
        if name not in row.metrics:
            return Need(f"{what}: it was not measured; run {row.name} again.")
        figure = row.metrics[name]
        metric = next(m for m in self.task.metrics if m.name == name)
        shares = metric.is_mean and metric.higher_is_better and "Wilson" in figure.method
        counted = shares and self.evidence.groups is None
        # A recall rests on the items of one class: more of those are had with more of all.
        whole = figure if counted else msgspec.structs.replace(figure, n=row.n)
        plan = for_bound(whole, bound.limit, counted=counted, level=self.field.pays(row.name).level)
        return self._more_items(what, plan, whole.n)

    def _more_items(self, what: str, plan: Plan, n: int, worth: float | None = None) -> Need:
        if plan.items is None:
            return Need(f"{what}: {plan.words}.")
        more, like = plan.items - n, "" if self.evidence.groups is None else ", in groups like those here"
        return Need(f"{what}: {plan.words}{like} ({n:,} now).", more, self._price(more), worth)

    def _labels(self) -> Iterator[Need]:
        """Whether a trained candidate that may yet meet the bar would with more labels."""
        for row in self._unsettled():
            if row.rung is Rung.TRAINED and row.labels:
                known = self.labels.get(row.name)
                ask = f"run harness curve {self.task.name} -c {row.name} to see whether more than {row.labels:,} help"
                yield Need(f"More labels for {row.name}: {known or ask}.")

    def _price(self, items: int) -> float | None:
        """Labels for the items, and every candidate's calls on them."""
        each = (label_cost_of(self.task) or self.economy.table["label_cost_usd"]).value
        calls = [row.usd_per_1000 for row in (*self.field.light, *self.field.trained)]
        return None if each is None else items * (each + sum(usd_.value for usd_ in calls if usd_) / 1000)

    def _comparison(self) -> Iterator[Need]:
        """What is open between the strongest trained candidate and the lighter ones."""
        row = challenger(self.field, self.ledger)
        barred = self.field.standing not in (Standing.MET, Standing.OPEN)
        if row is None or barred or not may_be_worth_it(self.field, row):
            return
        state, gap = self.field.beyond[row.name], self.field.gaps[row.name]
        if not self.ledger.costs:
            price = " and what a wrong answer costs (error_cost_usd)" if self.evidence.wrong else ""
            yield Need(f"State the volume ([use] calls_per_month){price}.")
        if state.gain is Truth.OPEN and state.saving is not Truth.YES and state.value is not Truth.NO:
            if not np.isfinite(gap.high - gap.low):
                yield Need(
                    f"Run {row.name} and {gap.theirs} to the end, without --until-decided: they were not compared."
                )
                return
            margin = self.task.requirement.margin
            plan = for_margin(gap.value, gap.low, gap.high, margin, self.evidence.n)
            what = f"Whether {row.name} is better than {gap.theirs} by more than the margin of {margin:g}"
            yield self._more_items(what, plan, self.evidence.n, self._worth_of_items(row, gap.theirs, plan))
        if state.value is Truth.OPEN and self.ledger.costs:
            yield from self._money(row, gap.theirs)
        elif state.saving is Truth.OPEN and state.gain is not Truth.YES:
            yield from self._assumptions(row, gap.theirs, wrong=False)

    def _money(self, row: Row, rival: str) -> Iterator[Need]:
        for name in (row.name, rival):
            unknown = self.ledger.costs[name].over_horizon().unknown
            if unknown:
                yield Need(f"State the price behind {', '.join(unknown)} of {name} in harness.toml: it is unknown.")
        state = self.field.beyond[row.name]
        if not self.ledger.priced and (state.gain is not Truth.NO or state.saving is Truth.YES):
            yield Need(self._error_price(row, rival))
        yield from self._assumptions(row, rival)

    def _error_price(self, row: Row, rival: str) -> str:
        ours, theirs = self.evidence.wrong.get(row.name), self.evidence.wrong.get(rival)
        if not self.evidence.wrong:
            return f"State a bar on {self.task.primary.name}: without it quality has no price, since {NO_WRONG}."
        text = "State what a wrong answer costs ([use] error_cost_usd), or a bar"
        if ours is None or theirs is None or ours.value is None or theirs.value is None or ours.value >= theirs.value:
            return f"{text}: without them quality has no price."
        extra = self.ledger.stated(row.name) - self.ledger.stated(rival) + self.ledger.threshold_usd
        calls = float(self.ledger.costs[row.name].use.times("call", {}))
        turn = extra / (calls * (theirs.value - ours.value))
        if not 0 < turn < float("inf"):
            return f"{text}: without them quality has no price."
        return f"{text}: {row.name} is worth more than {rival} from about {usd(turn)} on."

    def _assumptions(self, row: Row, rival: str, *, wrong: bool = True) -> Iterator[Need]:
        """Those whose plausible values include one at which the answer turns; else those that move it most."""
        bars = [bar for bar in self.ledger.bars(row.name, rival, wrong=wrong) if bar.width_usd > 0]
        turning = [bar for bar in bars if bar.flips_in_range and bar.figure.source == "assumed"]
        told = [need for bar in turning if (need := self._turning(bar, row.name, rival)) is not None]
        yield from (told or self._movers(bars, row, rival, wrong=wrong))[:_ASSUMPTIONS]

    def _turning(self, bar: Bar, ours: str, theirs: str) -> Need | None:
        advantage, drawn = self.ledger.advantage(ours, theirs), self.ledger.total.figures.get(bar.figure.name)
        worth = None
        if drawn is not None and advantage is not None:
            worth = information_about(drawn, advantage - self.ledger.threshold_usd)
        assert bar.flips_at is not None
        text = f"Pin down {bar.figure.name}: {range_words(bar.figure)}; between {ours} and {theirs} the order turns at"
        return Need(f"{text} {plain(bar.flips_at)}.", worth_usd=worth) if worth is None or worth >= 1 else None

    def _movers(self, bars: Sequence[Bar], row: Row, rival: str, *, wrong: bool) -> list[Need]:
        items = self._items_for_money(row, rival) if wrong else None
        left = [bar for bar in bars if items is None or bar.figure.source != "measured"]
        return [*([items] if items else []), *(self._moving(bar, row.name, rival) for bar in left)]

    def _items_for_money(self, row: Row, rival: str) -> Need | None:
        """Test items, where the luck of those here is what leaves the worth open."""
        advantage, luck = self.ledger.advantage(row.name, rival), self._luck(row, rival)
        if advantage is None or luck is None:
            return None
        plan = for_worth(advantage - self.ledger.threshold_usd, luck, self.ledger.probability, self.evidence.n)
        what = f"Measure on more test items how often {row.name} and {rival} are wrong"
        return None if plan.items is None else self._more_items(what, plan, self.evidence.n)

    def _moving(self, bar: Bar, ours: str, theirs: str) -> Need:
        """No value of any one number turns the order: it takes several of them, of which this is one."""
        what = "Measure on more test items" if bar.figure.source == "measured" else "Pin down"
        moved = usd(bar.width_usd / self.ledger.months)
        return Need(
            f"{what}: {bar.figure.name}, {range_words(bar.figure)}. With it what {ours} is worth over {theirs} moves "
            f"by {moved} a month, and no value within its range turns the order alone."
        )

    def _luck(self, row: Row, rival: str) -> float | None:
        """Variance that the luck of the items puts into the worth of one over the other, USD squared."""
        names = [self.evidence.wrong[n].name for n in (row.name, rival) if n in self.evidence.wrong]
        draws = [self.evidence.wrong_draws.get(name) for name in names]
        cost = self.ledger.costs.get(row.name)
        if cost is None or cost.use.error_cost_usd is None:
            return None
        if len(draws) < 2 or draws[0] is None or draws[1] is None:
            return None
        each = float(cost.use.times("call", {})) * float(cost.use.error_cost_usd.value or 0)
        return float(np.var(each * (draws[1] - draws[0])))

    def _worth_of_items(self, row: Row, rival: str, plan: Plan) -> float | None:
        """What further items are worth in money, where wrong answers have a price."""
        advantage, luck = self.ledger.advantage(row.name, rival), self._luck(row, rival)
        if advantage is None or luck is None or plan.items is None:
            return None
        now = float(advantage.std())
        after = max(0.0, now**2 - luck * (1 - self.evidence.n / plan.items)) ** 0.5
        return sample_information(float(advantage.mean()) - self.ledger.threshold_usd, now, min(now, after))
