"""Two candidates side by side, as text for people and as JSON."""

from typing import TypeGuard

from harness.compare.result import Claimed, Flip, PairedComparison, Power
from harness.errors import counted
from harness.estimate import Comparison
from harness.report.cells import alike, difference, figure, significant
from harness.run.files import indented
from harness.words import plain
from harness.wrong import short

_MOST_FLIPS = 20
_WIDTH = 60
"""Of an answer among the flips."""


def comparison_json(found: PairedComparison) -> bytes:
    """Indented JSON; every flip is in it."""
    return indented(found)


def comparison_text(found: PairedComparison) -> str:
    """What is claimed, the table of agreement, the figures behind it, and the items that were scored differently."""
    parts = [_heading(found), answer(found), _table(found), _figures(found), _tests(found), _claims(found)]
    parts += [_power(found), _without_failed(found), _flips(found), _notes(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def answer(found: PairedComparison) -> str:
    """The finding in one sentence."""
    a, b, claimed = found.a, found.b, found.claimed
    margin = f"the margin of {found.margin:g}"
    if claimed.a_better_by_margin or claimed.b_better_by_margin:
        first, second = (a, b) if claimed.a_better_by_margin else (b, a)
        by = f", by more than {margin}" if found.margin else ""
        return f"{first} is better than {second}{by}."
    if claimed.equivalent:
        better = f" ({a if claimed.a_better else b} is better by less)" if claimed.a_better or claimed.b_better else ""
        return f"{a} and {b} are equivalent: they differ by less than {margin}{better}."
    if claimed.a_better or claimed.b_better:
        first, second = (a, b) if claimed.a_better else (b, a)
        return f"{first} is better than {second}; whether by more than {margin} is open."
    good = [name for name, shown in ((a, claimed.a_not_worse), (b, claimed.b_not_worse)) if shown and found.margin]
    if good:
        return f"Which is better is open; {good[0]} is not worse than the other by {margin} or more."
    return "Open: these items show neither which is better nor that it makes no difference."


def _heading(found: PairedComparison) -> str:
    return f"{found.a} and {found.b}: {found.metric} on {_items(found)}"


def _table(found: PairedComparison) -> str:
    table = found.table
    if table is None:
        return ""
    left = max(len(found.a), 1) + len(" right")
    columns = [f"{found.b} right", f"{found.b} wrong"]
    rows = [("right", table.both_right, table.only_a), ("wrong", table.only_b, table.both_wrong)]
    lines = [" " * left + "".join(f"   {title}" for title in columns)]
    for word, *counts in rows:
        cells = "".join(f"   {count:>{len(title)},}" for count, title in zip(counts, columns, strict=True))
        lines.append(f"{found.a} {word}".ljust(left) + cells)
    return "\n".join(lines)


def _figures(found: PairedComparison) -> str:
    width = max(len(found.a), len(found.b), len("difference"))
    lines = []
    for name, estimate in zip((found.a, found.b), found.estimates or (), strict=False):
        lines.append(f"{name.ljust(width)}  {figure(estimate)}")
    low = f"{difference(found.difference)}  ({found.difference.method})"
    return "\n".join([*lines, f"{'difference'.ljust(width)}  {low}"])


def _tests(found: PairedComparison) -> str:
    return "\n".join(f"{test.name}: p = {p_value(test.p_value)}" for test in found.tests)


def p_value(p: float) -> str:
    """Two significant digits, and no 0."""
    return f"{significant(p, 2)}" if p >= 1e-4 else f"{p:.1e}"


def _claims(found: PairedComparison) -> str:
    claimed: Claimed = found.claimed
    rows = [
        (f"{found.a} is better", claimed.a_better),
        (f"{found.b} is better", claimed.b_better),
    ]
    if found.margin:
        rows += [
            (f"{found.a} is better by more than {found.margin:g}", claimed.a_better_by_margin),
            (f"{found.b} is better by more than {found.margin:g}", claimed.b_better_by_margin),
            (f"{found.a} is not worse by {found.margin:g} (non-inferior)", claimed.a_not_worse),
            (f"{found.b} is not worse by {found.margin:g} (non-inferior)", claimed.b_not_worse),
            (f"they differ by less than {found.margin:g} (equivalent)", claimed.equivalent),
        ]
    sure = "at all looks together, 95 %" if found.kind == "sequential" else "by the 95 % interval"
    if found.margin and found.kind != "sequential":
        sure += "; not worse and equivalent by one-sided 95 % bounds"
    return "\n".join([f"Shown, {sure}:", *(f"  {'yes' if shown else 'no ':<3}  {text}" for text, shown in rows)])


def _power(found: PairedComparison) -> str:
    if found.power is None:
        return ""
    detectable = found.power.detectable
    shown = (
        f"no difference that {found.metric} can have"
        if detectable is None
        else f"a difference of {alike([detectable])[0]}"
    )
    lines = [f"With a power of 80 % these {_items(found)} could have shown {shown}."]
    if more := _more(found, found.power):
        about = f" at the margin of {found.margin:g}" if found.margin else ""
        lines.append(f"If the difference is what it seems, {more} would settle it{about}.")
    elif not found.claimed.settled:
        lines.append("The difference is too near the margin: neither more items nor more seeds would settle it.")
    return "\n".join(lines)


def _more(found: PairedComparison, power: Power) -> str:
    """E.g. `1,204 items`, `about 8 seeds`."""
    unit = "group" if found.groups else "item"
    parts = [counted(power.units, unit)] if power.units is not None else []
    if power.seeds is not None:
        parts.append(f"about {counted(power.seeds, 'seed')}" + ("" if parts else f" on these {unit}s"))
    return " and ".join(parts)


def _items(found: PairedComparison) -> str:
    """E.g. `200 items in 40 groups`."""
    groups = f" in {counted(found.groups, 'group')}" if found.groups else ""
    return f"{counted(found.n, 'item')}{groups}"


def _without_failed(found: PairedComparison) -> str:
    other: Comparison | None = found.without_failed
    counts = f"{found.failed[0]} of {found.a}, {found.failed[1]} of {found.b}"
    if other is not None:
        return (
            f"Without failed and unparseable answers ({counts}) the claims would be others: {difference(other)} on "
            f"{counted(other.n, 'item')}."
        )
    if not any(found.failed) or found.unscored:
        return ""
    return f"Failed and unparseable answers: {counts}. They are in the figures, scored as {found.metric} scores them."


def _flips(found: PairedComparison) -> str:
    if not found.flips:
        return "No item flipped."
    n = counted(len(found.flips), "item")
    if all(score in (0, 1) for flip in found.flips for score in (flip.a, flip.b)):
        lines = [f"{n} flipped ({found.a}, {found.b}):"]
    else:
        most = ", those that differ most" if any(_measured(flip.a) for flip in found.flips) else ""
        lines = [f"{n} {'differs' if len(found.flips) == 1 else 'differ'}{most}:"]
    lines += [f"  {flip.item}: {_flip(flip, found.a, found.b)}" for flip in found.flips[:_MOST_FLIPS]]
    if len(found.flips) > _MOST_FLIPS:
        lines.append(f"  and {len(found.flips) - _MOST_FLIPS} more; --json lists all")
    return "\n".join(lines)


def _flip(flip: Flip, a: str, b: str) -> str:
    """E.g. `expected yes; a: yes (1); b: no (0)`; the scores alone where the answers are not known."""
    scores = _score(flip.a, flip.b), _score(flip.b, flip.a)
    if flip.said is None:
        return f"{a} {scores[0]}; {b} {scores[1]}"
    parts = [f"expected {short(flip.expected, _WIDTH)}"] if flip.expected is not None else []
    same = flip.said[0] == flip.said[1]
    for name, said, mine, score in zip((a, b), flip.said, (flip.a, flip.b), scores, strict=True):
        told = same or (_measured(mine) and said != score)
        parts.append(f"{name}: {short(said, _WIDTH)}" + (f" ({score})" if told else ""))
    return "; ".join(parts)


def _score(mine: object, other: object) -> str:
    """A score; of one with several parts those in which the two differ."""
    if isinstance(mine, tuple) and isinstance(other, tuple) and len(mine) == len(other):
        return ", ".join(_score(one, two) for one, two in zip(mine, other, strict=True) if one != two)
    return plain(float(mine)) if _is_number(mine) else short(str(mine), _WIDTH)


def _measured(score: object) -> bool:
    return _is_number(score[0] if isinstance(score, tuple) and score else score)


def _is_number(score: object) -> TypeGuard[int | float]:
    return isinstance(score, (int, float))


def _notes(found: PairedComparison) -> str:
    lines = list(found.warnings)
    doubts = dict.fromkeys(e.warning for e in found.estimates or () if e.warning)
    lines += [f"* {doubt}" for doubt in doubts]
    if found.kind == "sequential":
        pairs = f", and for all {found.pairs} pairs at once" if found.pairs > 1 else ""
        lines.append(
            f"The runs were ended once their comparisons were decided: the interval is valid at all times{pairs}. All "
            f"figures are of the {counted(found.n, 'item')} looked at until then."
        )
    if found.kind == "judged":
        lines.append("The difference is that of the human labels, which must be on a random part of the items.")
    if found.others:
        lines.append(f"Left out: {counted(found.others, 'item')} that only one of the two has.")
    if found.unscored:
        lines.append(
            f"Left out: {counted(found.unscored, 'item')} that one of the two did not answer, as {found.metric} has no "
            "worst value."
        )
    if not found.higher_is_better:
        lines.append(f"Of {found.metric} less is better: a difference below 0 speaks for {found.a}.")
    return "\n".join(lines)
