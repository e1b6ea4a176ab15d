"""The answer in a sentence or two."""

from dataclasses import dataclass

from harness.decide.challenger import challenger
from harness.decide.evidence import Gap
from harness.decide.pick import Field
from harness.decide.reasons import bound_of, figure_of
from harness.decide.rules import Beyond, Standing, answer
from harness.decide.truth import Truth
from harness.decide.verdict import Answer
from harness.decide.worth import Ledger
from harness.economics.montecarlo import interval
from harness.estimate import State
from harness.leaderboard.rows import Row
from harness.task import Task
from harness.words import listed, measured, more_or_less, share, usd, verb

_NAMED = 3
"""So many candidates of a side are named."""


@dataclass(frozen=True)
class Headline:
    """Everything that the headline is read from."""

    task: Task
    field: Field
    ledger: Ledger

    def text(self) -> str:
        """One or two sentences, figures included."""
        match self.field.answer:
            case Answer.WORTH_IT:
                return self._worth_it()
            case Answer.NOT_WORTH_IT:
                return self._not_worth_it()
            case Answer.NOTHING:
                return self._nothing()
            case Answer.UNDECIDED:
                return self._undecided()

    def _worth_it(self) -> str:
        choice = self.field.row(str(self.field.choice))
        names = [row.name for row in self.field.rivals]
        if self.field.standing is Standing.MISSED:
            missed = sorted({n for row in self.field.rivals for n in _which(row, State.MISSED)})
            bar = listed([self._bar(name) for name in missed])
            figures = listed([self._figure(row, n) for row in self.field.rivals for n in _which(row, State.MISSED)][:3])
            others = f"{listed(names)} {verb(names, 'misses', 'miss')} {bar}"
            return f"Use {choice.name}: it meets the bar. {others} ({figures})."
        rival = self.field.gaps[choice.name].theirs
        meets = "meets the bar and " if self._barred else ""
        return f"Use {choice.name}: it {meets}{self._money(choice.name, rival)} than {rival}."

    def _not_worth_it(self) -> str:
        field, choice = self.field, str(self.field.choice)
        missing = [row.name for row in field.trained if row.meets is State.MISSED]
        text = f"Use {choice}: it meets the bar without training." if self._barred else f"Use {choice}."
        if len(missing) == len(field.trained):
            return f"{text} {listed(missing)} {verb(missing, 'misses', 'miss')} it."
        best = challenger(field, self.ledger)
        assert best is not None, "it was compared, or nothing would be known of it"
        gap = field.gaps[best.name]
        gain = f"{share(gap.value, signed=True)} {self.task.primary.name}"
        if not self.ledger.costs:
            return f"{text} {best.name} does not gain enough over {gap.theirs}: {gain}."
        return f"{text} {best.name} ({gain}) {self._money(best.name, gap.theirs)} than {gap.theirs}."

    def _nothing(self) -> str:
        ran = [*self.field.light, *self.field.trained]
        if not ran:
            return "No candidate ran well enough to be held against the bar."
        near = min(ran, key=self._shortfall)
        gaps = [self._figure(near, name) for name in _which(near, State.MISSED)]
        trained = "" if self.field.trained else " No trained candidate was run."
        return f"Every candidate misses it. {near.name} comes nearest: {listed(gaps)}.{trained}"

    def _undecided(self) -> str:
        field, use = self.field, self.field.choice
        until = f" Until then use {use}{': it meets the bar' if self._barred else ''}." if use else ""
        if field.standing is Standing.NONE:
            return f"Nothing stood for prompting or RAG, so nothing can be said of going beyond them.{until}"
        if not field.trained and field.standing is not Standing.OPEN:
            return f"No trained candidate can be judged, so whether one would be worth more is not known.{until}"
        doubts = [row for row in (*field.rivals, *field.trained) if row.meets is State.OPEN and self._matters(row)]
        if doubts:
            sign = 1 if self.task.primary.higher_is_better else -1
            doubts.sort(key=lambda row: -sign * row.metrics[self.task.primary.name].value)
            first = [self._figure(row, name) for row in doubts[:2] for name in _which(row, State.OPEN)[:1]]
            names, more = [row.name for row in doubts[:_NAMED]], len(doubts) - _NAMED
            names += [f"one of {more} more"] if more > 0 else []
            meets = verb(names, "meets", "meet")
            others = [row.name for row in field.light] if field.standing is Standing.MISSED else []
            missed = f"{listed(others)} {verb(others, 'misses', 'miss')} the bar. " if others else ""
            return f"{missed}Whether {listed(names, 'or')} {meets} the bar is open: {listed(first)}.{until}"
        return f"{self._open_comparison()}{until}"

    @property
    def _barred(self) -> bool:
        return bool(self.task.requirement.bounds) or self.task.requirement.on_premise

    def _matters(self, row: Row) -> bool:
        if row.name not in self.field.beyond:
            return self.field.standing is Standing.OPEN
        return answer(self.field.standing, self.field.beyond[row.name]) is Answer.UNDECIDED

    def _open_comparison(self) -> str:
        row = challenger(self.field, self.ledger)
        if row is None:
            return "What ran says too little of the candidates that failed too often."
        gap, state = self.field.gaps[row.name], self.field.beyond[row.name]
        margin = self.task.requirement.margin
        if self.ledger.costs and state.value is Truth.OPEN:
            return self._open_value(gap, state)
        if state.gain is not Truth.OPEN:
            money = self._money(row.name, gap.theirs, wrong=False)
            return f"Whether {row.name} costs less than {gap.theirs} is not sure: it {money}."
        return (
            f"Whether {row.name} gains more than the margin of {margin:g} over {gap.theirs} is open: "
            f"{share(gap.value, gap.low, gap.high, signed=True, against=margin)} {self.task.primary.name}."
        )

    def _open_value(self, gap: Gap, state: Beyond) -> str:
        """Why it is open whether a candidate is worth more; without a price for errors, what has none."""
        money = self._money(gap.ours, gap.theirs)
        if self.ledger.priced or state.saving is Truth.OPEN or not self.ledger.known(gap.ours, gap.theirs):
            what = "is worth more" if self.ledger.priced else "costs less"
            return f"Whether {gap.ours} {what} than {gap.theirs} is not sure: it {money}."
        figure = f"{share(gap.value, gap.low, gap.high, signed=True)} {self.task.primary.name}"
        return f"{gap.ours} {money} than {gap.theirs}; what {figure} is worth is open: wrong answers have no price."

    def _money(self, ours: str, theirs: str, *, wrong: bool = True) -> str:
        """E.g. `is worth $1,200 more a month [$800, $1,600]`, or `costs` where no price of errors is counted."""
        draws = self.ledger.advantage(ours, theirs, wrong=wrong)
        if draws is None or (gain := self.ledger.gain_usd(ours, theirs, wrong=wrong)) is None:
            return "costs an unknown amount more or less"
        sign = 1 if wrong and self.ledger.priced else -1
        low, high = interval(sign * draws / self.ledger.months)
        verb_ = "is worth" if sign > 0 else "costs"
        return f"{verb_} {more_or_less(sign * gain)} a month [{usd(low)}, {usd(high)}]"

    def _figure(self, row: Row, name: str) -> str:
        if name == "on_premise":
            return f"{row.name} sends data away"
        bound, pays = self.task.requirement.bounds[name], self.field.pays(row.name)
        figure, _ = figure_of(row, name)
        said = "not known" if figure is None else measured(figure, bound.limit)
        surer = pays.short.get(name)
        paid = f", {bound_of(surer, bound)} at the level paid for {pays.among} tried" if surer else ""
        return f"{row.name} has {name} {said} against {bound.text}{paid}"

    def _bar(self, name: str) -> str:
        return "on premise" if name == "on_premise" else f"{name} {self.task.requirement.bounds[name].text}"

    def _shortfall(self, row: Row) -> tuple[float, float]:
        """The largest share of a bound by which it is missed, and all of them; what has no figure is missed wholly."""
        missed = []
        for name in _which(row, State.MISSED):
            figure = None if name == "on_premise" else figure_of(row, name)[0]
            if figure is None:
                missed.append(1.0)
                continue
            limit = self.task.requirement.bounds[name].limit
            missed.append(abs(figure.value - limit) / max(abs(limit), 1e-9))
        return max(missed, default=0.0), sum(missed)


def _which(row: Row, state: State) -> list[str]:
    return [name for name, found in row.requirements.items() if found is state]
