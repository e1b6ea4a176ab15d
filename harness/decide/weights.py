"""Weighted scores of buy, rent and build, for those who want them: a view beside the verdict, and no part of it."""

from collections.abc import Mapping, Sequence

from harness.costs.weights import CRITERIA
from harness.decide.verdict import Costs, Weighted
from harness.leaderboard.rows import Row
from harness.types import Rung


def weighted(
    weights: Mapping[str, float], costs: Sequence[Costs], rows: Mapping[str, Row], strategic: Mapping[str, float | None]
) -> tuple[Weighted, ...]:
    """The candidates by their weighted score, the best first; those with an unknown part are left out.

    Cost (over the horizon, wrong answers counted), weeks to a first result and monthly cost are each scored by the
    least of all candidates over the candidate's own: 1 for the best, one half for twice as much. Where the least is 0,
    as the weeks of what is in use are, the next least is added to every one, which then has one half.

    Args:
        weights: of the criteria, with a sum of 1.
        costs: of the candidates.
        rows: their rows.
        strategic: from 0 to 1 as stated, by candidate.
    """
    known = {cost.candidate: _raw(cost) for cost in costs}
    full = {name: raw for name, raw in known.items() if raw is not None}
    scored = {criterion: _ratios({n: raw[criterion] for n, raw in full.items()}) for criterion in CRITERIA[:-1]}
    scores = []
    for name in full:
        parts = {criterion: scored[criterion][name] for criterion in CRITERIA[:-1]}
        parts["strategic_value"] = strategic.get(name) or 0.0
        scores.append(Weighted(name, way_of(rows[name]), sum(weights.get(c, 0.0) * parts[c] for c in CRITERIA), parts))
    return tuple(sorted(scores, key=lambda one: -one.score))


def way_of(row: Row) -> str:
    """Build what was trained, rent what a provider serves, buy what runs here as it came."""
    if row.rung is Rung.TRAINED:
        return "build"
    return "rent" if row.leaves_machine else "buy"


def _raw(cost: Costs) -> dict[str, float] | None:
    if cost.horizon is None or cost.per_month is None or cost.weeks is None:
        return None
    return {"cost": cost.horizon, "time_to_deploy": cost.weeks, "maintenance": cost.per_month}


def _ratios(amounts: Mapping[str, float]) -> dict[str, float]:
    """The least over each, from a start that tells those apart that are not 0."""
    least, positive = min(amounts.values(), default=0.0), [amount for amount in amounts.values() if amount > 0]
    start = 0.0 if least > 0 else min(positive, default=1.0)
    return {name: (least + start) / (amount + start) for name, amount in amounts.items()}
