"""The verdict as a few lines: what a terminal and the head of a leaderboard show."""

from harness.decide.verdict import Costs, Need, Reason, Verdict
from harness.decide.words import usd

_REASONS, _NEEDS = 4, 3
"""So many are shown; the rest stands in decision.md."""


def short(verdict: Verdict) -> list[str]:
    """The answer in its first line, then reasons, what would decide it, and what to keep in mind."""
    lines = [f"Is it worth going beyond prompting and RAG? {verdict.answer.capitalize()}: {first_line(verdict)}"]
    lines += [reason(one) for one in verdict.reasons[:_REASONS]]
    lines += [f"To decide it: {need(one)}" for one in verdict.needs[:_NEEDS]]
    return [*lines, *(f"Keep in mind: {caveat}" for caveat in verdict.caveats)]


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


def cost_rows(verdict: Verdict) -> list[list[str]]:
    """Per candidate: once, per month, wrong answers per month, over the horizon, per correct answer, weeks."""
    return [
        [
            cost.candidate,
            known(cost.once),
            known(cost.per_month),
            "no price" if cost.wrong_per_month is None else usd(cost.wrong_per_month),
            _horizon(cost),
            known(cost.per_correct),
            "" if cost.weeks is None else f"{cost.weeks:g}",
        ]
        for cost in verdict.costs
    ]


def known(value: float | None) -> str:
    """Dollars, or that they are not known."""
    return "unknown" if value is None else usd(value)


def _horizon(cost: Costs) -> str:
    if cost.horizon is None or cost.low is None or cost.high is None:
        return f"unknown: {', '.join(cost.unknown)}"
    return f"{usd(cost.horizon)} [{usd(cost.low)}, {usd(cost.high)}]"
