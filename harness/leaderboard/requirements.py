"""Rows held against the requirement."""

from collections.abc import Mapping

from harness.estimate import Estimate, State, hold
from harness.leaderboard.rows import Row
from harness.task import Requirement


def requirement_text(requirement: Requirement) -> dict[str, str]:
    """The requirement in words, by figure."""
    texts = {name: bound.text for name, bound in requirement.bounds.items()}
    return texts | ({"on_premise": "required"} if requirement.on_premise else {})


def figures_of(row: Row) -> Mapping[str, Estimate | None]:
    """The figures of a row that a requirement may bound, by name; None where one was not measured."""
    return {
        **row.metrics,
        "p50_latency_ms": row.p50_ms,
        "p95_latency_ms": row.p95_ms,
        "usd_per_1000_calls": row.usd_per_1000,
        "usd_per_month": row.usd_per_month,
    }


def requirement_states(requirement: Requirement, row: Row) -> dict[str, State]:
    """Each requirement: met, missed or open."""
    figures = figures_of(row)
    states = {}
    for name, bound in requirement.bounds.items():
        figure = figures.get(name)
        states[name] = State.OPEN if figure is None else hold(figure, bound.at_least, bound.at_most)
    if requirement.on_premise:
        states["on_premise"] = State.MISSED if row.leaves_machine else State.MET
    return states
