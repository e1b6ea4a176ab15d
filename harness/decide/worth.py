"""What candidates cost in the same draws, and whether one is worth more than another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from harness.decide.draws import DRAWS
from harness.decide.evidence import Evidence
from harness.decide.truth import Truth
from harness.economics.cost import CandidateCost
from harness.economics.montecarlo import Misestimation, Simulation, interval, simulate
from harness.economics.use import Draws
from harness.estimate import Estimate


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

    @property
    def priced(self) -> bool:
        """Whether the task says what a wrong answer costs."""
        return any(cost.wrong is not None for cost in self.costs.values())

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

    def expected(self, name: str, *, wrong: bool = True) -> float:
        """Expected cost over the horizon; infinite where it is unknown."""
        draws = (self.total if wrong else self.spent).horizon.get(name)
        return float("inf") if draws is None else float(draws.mean())

    def per_month(self, name: str) -> Estimate | None:
        """What is spent in a month once it runs, as a figure that a requirement can be held against."""
        cost, draws = self.costs.get(name), self.running.horizon.get(name)
        if cost is None or draws is None or (usd := cost.per_month().usd) is None:
            return None
        found = draws / self.months
        low, high = interval(found)
        lower, upper = interval(found, 0.90)
        return Estimate(usd, low, high, lower, upper, 0.95, DRAWS, 0, "Monte Carlo over assumptions and measurement")


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
    spent = simulate(bare, DRAWS, np.random.default_rng(seed), prior)
    later = [replace(cost, parts=tuple(part for part in cost.parts if part.per != "once")) for cost in bare]
    running = simulate(later, DRAWS, np.random.default_rng(seed), prior)
    ledger = Ledger(costs, total, spent, running, 0.0, probability)
    return replace(ledger, threshold_usd=worth_usd_per_month * ledger.months) if costs else ledger
