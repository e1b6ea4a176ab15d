"""What candidates cost in the same draws, and whether one is worth more than another."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.decide.draws import DRAWS
from harness.decide.evidence import ONE_SIDED, Evidence
from harness.decide.truth import Truth
from harness.economics.cost import CandidateCost
from harness.economics.montecarlo import Misestimation, Simulation, interval, simulate
from harness.economics.tornado import Bar, tornado
from harness.economics.use import Draws
from harness.estimate import Estimate

NO_WRONG = "no metric of the task tells right from wrong"
"""Why wrong answers can be neither counted nor priced, e.g. those of a number, which is only more or less off."""
_MONTE_CARLO = f"Monte Carlo, {DRAWS:,} draws over assumptions and measurement"


@dataclass(frozen=True)
class Ledger:
    """The costs of all candidates, with and without their wrong answers. Empty where no volume is stated."""

    costs: Mapping[str, CandidateCost]
    total: Simulation
    """Wrong answers counted."""
    spent: Simulation
    """Wrong answers not counted."""
    running: Simulation
    """Nor what is paid once."""
    threshold_usd: float
    """Over the horizon: what a heavier candidate must be worth more."""
    probability: float
    """How sure that must be."""
    prior: Misestimation
    """How far assumed costs may be off."""
    items: int = 0
    """Test items behind what was measured."""

    @property
    def priced(self) -> bool:
        """Whether the task says what a wrong answer costs."""
        return any(cost.wrong is not None for cost in self.costs.values())

    @property
    def why_unpriced(self) -> str:
        """Why a wrong answer has no price, where it has none."""
        if all(cost.error_rate is None for cost in self.costs.values()):
            return NO_WRONG
        return "the task's [use] states no error_cost_usd"

    @property
    def months(self) -> float:
        """The horizon."""
        return float(next(iter(self.costs.values())).use.times("month", {}))

    def advantage(self, ours: str, theirs: str, *, wrong: bool = True) -> Draws | None:
        """Draws of what `ours` is worth more over the horizon, USD; None where a cost is unknown."""
        return (self.total if wrong else self.spent).difference(theirs, ours) if self.costs else None

    def worth_more(self, ours: str, theirs: str, *, wrong: bool = True, among: int = 1) -> Truth:
        """Whether `ours` is worth more than `theirs` by the asked amount with the asked probability.

        Args:
            ours: the heavier candidate.
            theirs: the lighter one.
            wrong: whether wrong answers are counted.
            among: of so many heavier candidates, one that is worth more is enough: each must be surer (Bonferroni).
        """
        found = self.advantage(ours, theirs, wrong=wrong)
        if found is None:
            return Truth.OPEN
        share = float(np.mean(found > self.threshold_usd))
        if share >= 1 - (1 - self.probability) / among:
            return Truth.YES
        return Truth.NO if share <= 1 - self.probability else Truth.OPEN

    def known(self, *names: str) -> bool:
        """Whether no part of what these candidates cost is unknown."""
        return all(math.isfinite(self.stated(name)) for name in names)

    def gain_usd(self, ours: str, theirs: str, *, wrong: bool = True) -> float | None:
        """What `ours` is worth more a month, USD, every figure at its value; None where a cost is unknown."""
        if not self.known(ours, theirs):
            return None
        return (self.stated(theirs, wrong=wrong) - self.stated(ours, wrong=wrong)) / self.months

    def bars(self, ours: str, theirs: str, *, wrong: bool = True) -> Sequence[Bar]:
        """What moves the difference of two costs, widest first, and where it meets the asked amount.

        Empty where a cost is unknown.
        """
        a, b = (self.costs[name] if wrong else replace(self.costs[name], wrong=None) for name in (ours, theirs))
        return tornado(a, b, -self.threshold_usd, self.prior) or ()

    def stated(self, name: str, *, wrong: bool = True) -> float:
        """Cost over the horizon with every figure at its value; infinite where it is unknown.

        Point values everywhere: the mean of the draws lies above them, since a lognormal factor with median 1 has
        a mean above 1. Intervals and probabilities are of the draws.
        """
        cost = self.costs.get(name)
        usd = None if cost is None else cost.over_horizon(wrong=wrong).usd
        return float("inf") if usd is None else usd

    def per_month(self, name: str, narrow: float = ONE_SIDED) -> Estimate | None:
        """What is spent in a month once it runs, as a figure that a requirement can be held against.

        Args:
            name: the candidate.
            narrow: level of the two-sided interval whose ends are the one-sided bounds.
        """
        cost, draws = self.costs.get(name), self.running.horizon.get(name)
        if cost is None or draws is None or (usd := cost.per_month().usd) is None:
            return None
        found = draws / self.months
        low, high = interval(found)
        lower, upper = interval(found, narrow)
        return Estimate(usd, low, high, lower, upper, 0.95, self.items, 0, _MONTE_CARLO)


def ledger_of(
    costs: Mapping[str, CandidateCost],
    evidence: Evidence,
    prior: Misestimation,
    worth_usd_per_month: float,
    probability: float,
    rng: np.random.Generator,
) -> Ledger:
    """Draws of what every candidate costs.

    Args:
        costs: by candidate.
        evidence: with the draws of how often each is wrong.
        prior: how far assumed costs may be off.
        worth_usd_per_month: what a heavier candidate must be worth more.
        probability: how sure that must be.
        rng: for the draws.
    """
    seed = int(rng.integers(2**63))
    bare = [replace(cost, wrong=None) for cost in costs.values()]
    total = simulate(list(costs.values()), DRAWS, np.random.default_rng(seed), prior, evidence.wrong_draws)
    spent = simulate(bare, DRAWS, np.random.default_rng(seed), prior, total.figures)
    later = [replace(cost, parts=tuple(part for part in cost.parts if part.per != "once")) for cost in bare]
    running = simulate(later, DRAWS, np.random.default_rng(seed), prior, total.figures)
    ledger = Ledger(costs, total, spent, running, 0.0, probability, prior, evidence.n)
    return replace(ledger, threshold_usd=worth_usd_per_month * ledger.months) if costs else ledger
