"""What one candidate is worth over another, as reasons."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.decide.draws import DRAWS
from harness.decide.evidence import Gap
from harness.decide.pick import Field
from harness.decide.rules import Beyond
from harness.decide.truth import Truth
from harness.decide.verdict import Reason
from harness.decide.worth import Ledger
from harness.economics.montecarlo import interval
from harness.economics.source import weakest
from harness.words import listed, plain, share, usd

_NO_PRICE = "wrong answers have no price"


@dataclass(frozen=True)
class Money:
    """Everything that the reasons about money are read from."""

    metric: str
    """The primary one."""
    field: Field
    ledger: Ledger

    def reasons(self, gap: Gap, state: Beyond) -> Iterator[Reason]:
        """What a pair of candidates costs, and what has no price although the answer hangs on it."""
        if not self.ledger.costs:
            yield Reason("Money is not weighed", "no volume", "the task's [use] states no calls_per_month", "given")
        elif not self.ledger.known(gap.ours, gap.theirs):
            unknown = [name for name in (gap.ours, gap.theirs) if not self.ledger.known(name)]
            yield Reason(f"What {listed(unknown)} costs is not known", "unknown", "a price is missing", "looked up")
        else:
            yield self._difference(gap, state)
            if not self.ledger.priced and state.value is Truth.OPEN and state.saving is not Truth.OPEN:
                yield self._unpriced(gap, state.saving)

    def _difference(self, gap: Gap, state: Beyond) -> Reason:
        draws, gain = self.ledger.advantage(gap.ours, gap.theirs), self.ledger.gain_usd(gap.ours, gap.theirs)
        assert draws is not None
        assert gain is not None
        priced, months = self.ledger.priced, self.ledger.months
        sign = 1 if priced else -1
        low, high = interval(sign * draws / months)
        chance = float(np.mean(draws > self.ledger.threshold_usd))
        least, word = self.ledger.threshold_usd / months, "more" if priced else "less"
        asked = f"at least {usd(least)} a month {word}" if least else word
        surer = 1 - (1 - self.ledger.probability) / self.field.among
        figure = f"{usd(sign * gain)} a month [{usd(low)}, {usd(high)}]"
        return Reason(
            _claim(gap, state.value, "is worth more", "is not worth more", "wrong answers counted")
            if priced
            else _claim(gap, state.saving, "costs less", "does not cost less", _NO_PRICE),
            f"{figure}; {'worth' if priced else 'costs'} {asked} with probability {chance:.2f}",
            f"Monte Carlo, {DRAWS:,} draws over sampling and assumptions; {plain(surer)} is asked",
            weakest(self.ledger.costs[name].over_horizon().source for name in (gap.ours, gap.theirs)),
        )

    def _unpriced(self, gap: Gap, saving: Truth) -> Reason:
        """Money and quality point different ways, and nobody says what quality is worth."""
        what = "it may lose" if saving is Truth.YES else "it may gain"
        value = share(gap.value, gap.low, gap.high, signed=True)
        claim = f"What {gap.ours} is worth over {gap.theirs} is open: {what} in {self.metric}, and {_NO_PRICE}"
        return Reason(claim, f"{value} {self.metric}", self.ledger.why_unpriced, "given")


def _claim(gap: Gap, state: Truth, yes: str, no: str, counted: str) -> str:
    said = f"{gap.ours} {no if state is Truth.NO else yes} than {gap.theirs}"
    return f"{f'Whether {said} is not sure' if state is Truth.OPEN else said} ({counted})"
