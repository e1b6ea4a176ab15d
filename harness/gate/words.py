"""A gate's outcome in words."""

from collections.abc import Sequence

from harness.gate.outcome import CeilingState, Change, Outcome, Word
from harness.gate.policy import Tier
from harness.report.cells import significant

TITLES = {"pass": "Pass", "blocked": "Blocked", "inconclusive": "Cannot tell"}
_SENTENCES = {
    "pass": "Nothing got worse by more than is allowed.",
    "blocked": "Something got worse by more than is allowed.",
    "inconclusive": "A drop that is not allowed is neither shown nor excluded.",
}


def headline(outcome: Outcome) -> str:
    """The result in a sentence."""
    if outcome.result == "pass" and outcome.baseline_ended is None:
        return f"There is no baseline in {outcome.baseline} yet. Commit results/ to have one."
    return _SENTENCES[outcome.result]


def about_baseline(outcome: Outcome) -> str:
    """Which baseline, and how old."""
    if outcome.age_days is None:
        return f"Baseline: {outcome.baseline}, without scores."
    return f"Baseline: {outcome.baseline}, run {age(outcome.age_days)} ago."


def age(days: float) -> str:
    """E.g. `3 days`, `2 hours`."""
    for size, unit in ((1.0, "day"), (1 / 24, "hour"), (1 / 1440, "minute")):
        if days >= size:
            number = int(days / size)
            return f"{number} {unit}{'s' if number != 1 else ''}"
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
    if change.word is not Word.WORSE or not change.max_drop:
        return ""
    if change.beyond:
        return f", beyond the allowed {change.max_drop:g}"
    return (
        f", allowed are {change.max_drop:g}"
        if not change.open
        else f"; whether by more than {change.max_drop:g} is open"
    )


def items_text(change: Change) -> str:
    """How many items the comparison rests on."""
    parts = [f"{change.shared} items"]
    if change.only_base:
        parts.append(f"{change.only_base} only in the baseline")
    if change.only_head:
        parts.append(f"{change.only_head} only here")
    return ", ".join(parts)


def ceiling_text(ceiling: CeilingState) -> str:
    """E.g. `p95_latency_ms 612, at most 500 is asked: missed`."""
    value = "was not measured" if ceiling.value is None else significant(ceiling.value)
    word = {"open": "cannot tell"}.get(ceiling.state, ceiling.state)
    warns = " (only warns)" if ceiling.tier is Tier.WARN else ""
    return f"{ceiling.figure} {value}, at most {ceiling.at_most:g} is asked: {word}{warns}"


def counted(changes: Sequence[Change]) -> str:
    """E.g. `1 worse, 3 same, 2 cannot tell`."""
    counts = {word: sum(c.word is word for c in changes) for word in _ORDER}
    return ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing compared"


_ORDER = (Word.WORSE, Word.CANNOT_TELL, Word.BETTER, Word.SAME)


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
