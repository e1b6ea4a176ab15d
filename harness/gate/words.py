"""A gate's outcome in words."""

from collections.abc import Sequence

from harness.errors import counted
from harness.estimate import State
from harness.gate.outcome import CeilingState, Change, Outcome, Word
from harness.gate.policy import Tier
from harness.report import cells

_NAMED = 3
"""Candidates in a headline."""
_ORDER = (Word.WORSE, Word.NOT_COMPARED, Word.CANNOT_TELL, Word.BETTER, Word.SAME)
"""What needs looking at first."""


def title(outcome: Outcome) -> str:
    """The result in a word or two."""
    if outcome.result == "inconclusive":
        return "Not compared" if _refused(outcome) or not outcome.changes else "Cannot tell"
    return outcome.result.capitalize()


def headline(outcome: Outcome) -> str:
    """What the result rests on, in a few sentences."""
    if outcome.result == "pass" and not outcome.changes and outcome.baseline_ended is None:
        return f"There is no baseline in {outcome.baseline} yet. Commit results/ to have one."
    said = []
    if any(c.beyond for c in outcome.changes if c.tier is Tier.BLOCK):
        said.append("Something got worse by more than is allowed.")
    refused = _refused(outcome)
    said += [f"{c.candidate} on {c.task} was not compared: {c.reason}." for c in refused[:_NAMED]]
    if len(refused) > _NAMED:
        said.append(f"Nor were {len(refused) - _NAMED} more.")
    if any(c.open and c.word is not Word.NOT_COMPARED for c in outcome.changes if c.tier is Tier.BLOCK):
        said.append("A drop that is not allowed is neither shown nor excluded.")
    said += _about_ceilings(outcome)
    if not outcome.changes and outcome.baseline_ended is not None:
        said.append("Nothing that is here could be held against the baseline.")
    if outcome.result == "pass":
        said.append("Nothing got worse by more than is allowed.")
    if outcome.gone:
        said.append(f"No longer there, and not compared: {_listed(outcome.gone)}.")
    return " ".join(said)


def _refused(outcome: Outcome) -> list[Change]:
    return [c for c in outcome.changes if c.word is Word.NOT_COMPARED and c.tier is Tier.BLOCK]


def _about_ceilings(outcome: Outcome) -> list[str]:
    said = []
    for state, text in ((State.MISSED, "Above the ceiling"), (State.OPEN, "Perhaps above the ceiling")):
        names = [
            f"{c.figure} of {c.candidate} on {c.task}"
            for c in outcome.ceilings
            if c.state == state and c.tier is Tier.BLOCK
        ]
        if names:
            said.append(f"{text}: {_listed(names)}.")
    return said


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def about_baseline(outcome: Outcome) -> str:
    """Which baseline, and how old."""
    if outcome.age_days is None:
        return f"Baseline: {outcome.baseline}, without scores."
    return f"Baseline: {outcome.baseline}, run {age(outcome.age_days)} ago."


def age(days: float) -> str:
    """E.g. `3 days`, `2 hours`."""
    for size, unit in ((1.0, "day"), (1 / 24, "hour"), (1 / 1440, "minute")):
        if days >= size:
            return counted(int(days / size), unit)
    return "less than a minute"


def change_text(change: Change) -> str:
    """E.g. `worse by 0.050 (0.021 to 0.079), beyond what is allowed`."""
    if change.difference is None or change.low is None or change.high is None:
        return f"{change.word}: {change.reason}"
    if change.identical:
        return "same: no item changed"
    if change.word in (Word.BETTER, Word.WORSE):
        low, high = sorted((abs(change.low), abs(change.high)))
        low = 0.0 if change.low < 0 < change.high else low
        text = f"{change.word} by {abs(change.difference):.3f} ({low:.3f} to {high:.3f})"
    else:
        text = f"{change.word}: {change.difference:+.3f} ({change.low:+.3f} to {change.high:+.3f})"
    return text + allowance(change)


def allowance(change: Change) -> str:
    """What the policy makes of a drop; nothing where there is nothing to add."""
    if change.word is not Word.WORSE or not (change.max_drop or change.open):
        return ""
    if change.beyond:
        return f", beyond the allowed {change.max_drop:g}"
    return (
        f", allowed are {change.max_drop:g}"
        if not change.open
        else f"; whether by more than {change.max_drop:g} is open"
    )


def items_text(change: Change) -> str:
    """How many items the comparison rests on; nothing where it was not come so far."""
    if not (change.shared or change.only_base or change.only_head):
        return ""
    parts = [
        counted(change.shared, "item") if change.difference is not None else f"{counted(change.shared, 'item')} in both"
    ]
    if change.only_base:
        parts.append(f"{change.only_base} only in the baseline")
    if change.only_head:
        parts.append(f"{change.only_head} only here")
    return ", ".join(parts)


def ceiling_text(ceiling: CeilingState) -> str:
    """E.g. `p95_latency_ms 612, at most 500 is asked: missed`."""
    value = "was not measured" if ceiling.value is None else cells.significant(ceiling.value)
    word = {"open": "cannot tell"}.get(ceiling.state, ceiling.state)
    warns = " (only warns)" if ceiling.tier is Tier.WARN else ""
    return f"{ceiling.figure} {value}, at most {ceiling.at_most:g} is asked: {word}{warns}"


def tally(changes: Sequence[Change]) -> str:
    """E.g. `1 worse, 3 same, 2 cannot tell`."""
    counts = {word: sum(c.word is word for c in changes) for word in _ORDER}
    return ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing compared"


def by_tier(outcome: Outcome) -> tuple[list[Change], list[Change]]:
    """The comparisons that may block and those that only warn, each with what needs looking at first."""
    ordered = sorted(outcome.changes, key=lambda c: (_ORDER.index(c.word), c.identical))
    return [c for c in ordered if c.tier is Tier.BLOCK], [c for c in ordered if c.tier is not Tier.BLOCK]


def about_tests(outcome: Outcome) -> str:
    """Over how many comparisons the words hold, where there is one."""
    number = sum(c.p_holm is not None for c in by_tier(outcome)[0])
    if not number:
        return ""
    over = f", over all {number} comparisons (Holm)" if number > 1 else ""
    return f"Paired on the same items, at {100 * (1 - outcome.alpha):g} %{over}."
