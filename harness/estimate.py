"""Figures with their uncertainty, and the one function that holds a figure against a bound."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How a figure stands to a requirement."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


class Estimate(msgspec.Struct, frozen=True):
    """A figure, its interval, and what they rest on."""

    value: float
    low: float
    """Lower end of the two-sided interval."""
    high: float
    """Upper end of the two-sided interval."""
    lower: float
    """One-sided 95 % lower bound."""
    upper: float
    """One-sided 95 % upper bound."""
    level: float
    """Of the two-sided interval."""
    n: int
    """Items that the figure is computed over."""
    failed: int
    """Items that failed or could not be parsed; they are among the n unless the metric has no worst value."""
    method: str
    """How the interval was made."""
    warning: str | None = None
    """Why the interval may not cover as it says."""
    blind: bool = False
    """Whether failed items are left out of the figure, so that it cannot meet a requirement while there are any."""


class Comparison(msgspec.Struct, frozen=True):
    """How much better one candidate is than another on the same items."""

    against: str
    """The other candidate."""
    difference: float
    low: float
    high: float
    p_value: float
    n: int
    """Items of both."""
    method: str


def hold(estimate: Estimate, at_least: float | None = None, at_most: float | None = None) -> State:
    """Whether a requirement is met, missed or open: by one-sided 95 % bounds, never by the point estimate.

    *Met* means that the bound on the bad side clears the requirement, *missed* that the bound on the good side does
    not reach it, and *open* that the evidence settles neither.

    Args:
        estimate: the figure.
        at_least: it must be at least so much, or
        at_most: it must be at most so much.
    """
    if at_least is not None:
        met, missed = estimate.lower >= at_least, estimate.upper < at_least
    elif at_most is not None:
        met, missed = estimate.upper <= at_most, estimate.lower > at_most
    else:
        raise ValueError("one of at_least and at_most is needed")
    if met and estimate.blind and estimate.failed:
        return State.OPEN
    return State.MET if met else State.MISSED if missed else State.OPEN


def together(states: list[State]) -> State:
    """Several requirements at once: missed if one is, met only if all are."""
    if State.MISSED in states:
        return State.MISSED
    return State.OPEN if State.OPEN in states else State.MET
