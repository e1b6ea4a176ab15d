"""The rule: from states to the answer. docs/verdict.md lists every combination, and a test walks that list."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.decide.truth import Truth, all_of, any_of
from harness.decide.verdict import Answer


class Standing(StrEnum):
    """How a candidate, or the best of several, stands to the whole bar."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    NONE = "none"
    """Nothing ran."""


@dataclass(frozen=True)
class Beyond:
    """A trained candidate, held against a light one that meets the bar or may."""

    standing: Standing
    value: Truth
    """Its net value over the horizon, wrong answers counted, is higher by the asked amount."""
    gain: Truth
    """It is better in the primary metric by more than the margin."""
    saving: Truth
    """What is spent on it is lower by the asked amount, wrong answers not counted."""


ABSENT = Beyond(Standing.NONE, Truth.OPEN, Truth.OPEN, Truth.OPEN)
"""Stands for a side on which nothing ran."""


_WEAKEST_FIRST = (Answer.NOTHING, Answer.NOT_WORTH_IT, Answer.UNDECIDED, Answer.WORTH_IT)


def side(standings: Sequence[Standing]) -> Standing:
    """How the best of several candidates stands: one that meets the bar is enough."""
    for best in (Standing.MET, Standing.OPEN, Standing.MISSED):
        if best in standings:
            return best
    return Standing.NONE


def answer(light: Standing, trained: Beyond) -> Answer:
    """The answer for one trained candidate, or for none (`ABSENT`).

    A heavier candidate is worth it where the lighter ones miss a requirement that it meets, or where it meets
    the bar too and is worth more: a higher net value that rests on a gain above the margin or on a saving.

    Args:
        light: the best of what ran without training.
        trained: the candidate in question.
    """
    if light in (Standing.MISSED, Standing.NONE):
        return _without_light(light, trained.standing)
    if trained.standing is Standing.NONE:
        return Answer.UNDECIDED
    meets = {Standing.MET: Truth.YES, Standing.OPEN: Truth.OPEN, Standing.MISSED: Truth.NO}[trained.standing]
    worth_more = all_of([meets, trained.value, any_of([trained.gain, trained.saving])])
    if worth_more is Truth.YES:
        return Answer.WORTH_IT
    if worth_more is Truth.NO and light is Standing.MET:
        return Answer.NOT_WORTH_IT
    return Answer.UNDECIDED


def _without_light(light: Standing, trained: Standing) -> Answer:
    """Where no lighter candidate can meet the bar, or none stood for prompting and RAG."""
    if trained is Standing.MISSED or (light is Standing.MISSED and trained is Standing.NONE):
        return Answer.NOTHING
    sure = light is Standing.MISSED and trained is Standing.MET
    return Answer.WORTH_IT if sure else Answer.UNDECIDED


def strength(light: Standing, trained: Beyond) -> int:
    """The place of an answer in the order in which rivals lower it: a trained candidate has to beat every one."""
    return _WEAKEST_FIRST.index(answer(light, trained))


def overall(light: Standing, trained: Sequence[Beyond]) -> Answer:
    """The answer over all trained candidates: one that is worth it is enough, and one that may be leaves it open."""
    found = [answer(light, one) for one in trained or [ABSENT]]
    for strongest in (Answer.WORTH_IT, Answer.UNDECIDED, Answer.NOT_WORTH_IT):
        if strongest in found:
            return strongest
    return Answer.NOTHING
