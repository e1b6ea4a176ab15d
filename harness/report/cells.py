"""Cells of a leaderboard as short texts, the same for Markdown and the terminal."""

import math
from collections.abc import Sequence

from harness.errors import counted
from harness.estimate import Comparison, Estimate, State
from harness.leaderboard.rows import JudgeNote, Leaderboard, Row
from harness.words import listed, verb

_MONTH = "usd_per_month"
_THOUSAND, _MILLION, _TOO_LONG = 1e3, 1e6, 1e12
STATES = {State.MET: "yes", State.MISSED: "no", State.OPEN: "cannot tell"}


def headings(board: Leaderboard) -> list[str]:
    """Column titles."""
    return [
        "candidate",
        "rung",
        f"{board.primary} [95 %]",
        *(["rank"] if ranked(board) else []),
        *(f"vs {name}" for name in _against(board)),
        "failed / unparsed",
        "p50 ms",
        "p95 ms",
        "per 1,000 calls",
        *(["per month [95 %]"] if _MONTH in board.requirement else []),
        "prepare",
        "meets the bar",
    ]


def cells(board: Leaderboard, row: Row, digits: int = 3) -> list[str]:
    """One text per column of `headings`, figures with so many digits after the point."""
    name = row.name + (" (in use)" if row.incumbent else "")
    return [
        name,
        row.rung.value,
        figure(row.metrics[board.primary], digits),
        *([rank(row)] if ranked(board) else []),
        *(
            "-" if row.name == name else difference(found.get(row.name), digits)
            for name, found in _against(board).items()
        ),
        f"{row.failed} / {row.unparsed}",
        milliseconds(row.p50_ms),
        milliseconds(row.p95_ms),
        per_thousand(row),
        *([per_month(row)] if _MONTH in board.requirement else []),
        duration(row.prepare_s),
        meets(row),
    ]


def _against(board: Leaderboard) -> dict[str, dict[str, Comparison]]:
    """The differences by whom they are to: the best of prompting and RAG, and what is in use now, where any stands."""
    incumbent = next((row.name for row in board.rows if row.incumbent), None)
    to_best = {row.name: row.vs_best for row in board.rows if row.vs_best}
    to_incumbent = {row.name: row.vs_incumbent for row in board.rows if row.vs_incumbent}
    return {name: found for name, found in ((board.best, to_best), (incumbent, to_incumbent)) if name and found}


def judged(board: Leaderboard) -> list[str]:
    """Metrics that a judge gave, beside the primary one."""
    return [name for name in board.judge.metrics if name != board.primary] if board.judge else []


def others(board: Leaderboard) -> list[str]:
    """Metrics beside the primary one that no judge gave."""
    return [name for name in board.metrics[1:] if name not in judged(board)]


def ranked(board: Leaderboard) -> bool:
    """Whether there are ranks to show."""
    return any(row.ranks for row in board.rows)


def rank(row: Row) -> str:
    """E.g. `1-3`: the ranks that the candidate may truly have."""
    if row.ranks is None:
        return ""
    best, worst = row.ranks
    return str(best) if best == worst else f"{best}-{worst}"


def figure(estimate: Estimate, digits: int = 3) -> str:
    """E.g. `0.912 [0.883, 0.934]`, with `?` for an infinite end."""
    mark = "*" if estimate.warning else ""
    value, low, high = alike((estimate.value, estimate.low, estimate.high), digits)
    return f"{value} [{low}, {high}]{mark}"


def difference(comparison: Comparison | None, digits: int = 3) -> str:
    """E.g. `+0.031 [+0.004, +0.058]`."""
    if comparison is None:
        return ""
    d, low, high = alike((comparison.difference, comparison.low, comparison.high), digits, signed=True)
    return f"{d} [{low}, {high}]"


def alike(values: Sequence[float], digits: int = 3, *, signed: bool = False) -> list[str]:
    """Numbers with the same number of places, and a `?` for an infinite one.

    Where one of them reaches 1,000 they have none, and where one reaches a million they are in millions: `1.23M`.

    Args:
        values: figures in one unit.
        digits: after the point, of numbers below 1,000.
        signed: differences, with a plus.
    """
    sign = "+" if signed else ""
    most = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if most >= _TOO_LONG:
        texts = [f"{value:{sign}.2e}" for value in values]
    elif most >= _MILLION:
        texts = [f"{value / _MILLION:{sign},.2f}M" for value in values]
    else:
        texts = [f"{value:{sign},.{0 if most >= _THOUSAND else digits}f}" for value in values]
    return [text if math.isfinite(value) else "?" for value, text in zip(values, texts, strict=True)]


def milliseconds(estimate: Estimate | None) -> str:
    """Three significant digits."""
    return "" if estimate is None else significant(estimate.value)


def significant(value: float, digits: int = 3) -> str:
    """`value` with that many significant digits and no exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def per_thousand(row: Row) -> str:
    """Dollars for tokens where calls are paid, seconds of this machine where it computes."""
    parts = []
    if row.usd_per_1000 is None:
        parts.append("price unknown")
    elif row.usd_per_1000.value > 0:
        parts.append(f"${significant(row.usd_per_1000.value)}")
    if row.compute_s_per_1000 is not None:
        parts.append(f"{significant(row.compute_s_per_1000)} s")
    return " + ".join(parts) or "0"


def per_month(row: Row) -> str:
    """What is spent in a month at the task's volume, with its interval."""
    found = row.usd_per_month
    if found is None:
        return "unknown"
    return f"${significant(found.value)} [${significant(found.low)}, ${significant(found.high)}]"


def duration(seconds: float | None) -> str:
    """E.g. `0.4 s`, `3 min 12 s`."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def meets(row: Row) -> str:
    """Yes, no or cannot tell, and by which requirement; a dash where there is no bar."""
    text = stands(row)
    wrong = [name for name, state in row.requirements.items() if state is row.meets and state is not State.MET]
    return f"{text}: {', '.join(wrong)}" if wrong else text


def stands(row: Row) -> str:
    """Whether the row meets the bar, without the reason."""
    return STATES[row.meets] if row.requirements else "-"


def _items(board: Leaderboard) -> str:
    """The test items, and on how many of them figures stand where they do not stand on all."""
    asked = [row.n for row in board.rows if not row.skipped]
    if not asked or min(asked) >= board.items:
        return counted(board.items, "test item")
    span = f"{min(asked)}" if min(asked) == max(asked) else f"{min(asked)} to {max(asked)}"
    return f"Figures stand on {span} of {counted(board.items, 'test item')}"


def notes(board: Leaderboard) -> list[str]:
    """What the table's figures mean."""
    groups = f" in {counted(board.groups, 'group')}" if board.groups else ""
    bar = "; ".join(f"{name} {text}" for name, text in board.requirement.items()) or "none"
    lines = [
        f"{_items(board)}{groups}. The bar: {bar}. Margin: {board.margin:g}.",
        "Intervals are 95 %. Failed and unparseable items are in every denominator.",
        'A requirement is met or missed only where its one-sided 95 % bound clears it; otherwise "cannot tell".',
    ]
    if board.best in _against(board):
        lines.append(
            f"Differences to {board.best}, the best of prompting and RAG here, are paired on the same items and hold "
            "for all rows at once."
        )
    lines += statistics_notes(board)
    lines += judge_notes(board)
    lines.append(
        "Latency is that of one query at a time. Seconds per 1,000 calls are this machine's, in batches; prices are "
        "those of the day of the run."
    )
    return lines


def statistics_notes(board: Leaderboard) -> list[str]:
    """What the items could show, whose luck is in the intervals, and which intervals to doubt."""
    lines = []
    if ranked(board):
        lines.append("Rank: the ranks that a candidate may truly have, for all rows at once at 95 %.")
    power = sorted((row.detectable, row.name) for row in board.rows if row.detectable is not None)
    if power and board.best:
        (least, name), (most, other) = power[0], power[-1]
        shown, largest = alike((least, most))
        upto = f" ({name}) to {largest} ({other})" if least != most else f" ({name})"
        lines.append(f"Power: with 80 % these items show a true difference to {board.best} of {shown}{upto}.")
    shares = [f"{row.name} {row.seed_share:.0%} of {row.seeds}" for row in board.rows if row.seed_share is not None]
    if shares:
        lines.append(f"Seeds: the share of their luck in the variance of {board.primary}: {', '.join(shares)} seeds.")
    if any(row.metrics[board.primary].warning for row in board.rows if row.metrics):
        lines.append("* The interval may not cover as it says; the reason is given below.")
    return lines


def judge_notes(board: Leaderboard) -> list[str]:
    """Who judged, at what cost, and what a figure of a judge is."""
    judge = board.judge
    if judge is None:
        return []
    cost = "at a price that is unknown" if judge.cold_usd is None else f"for ${significant(judge.cold_usd)}"
    answered = max(judge.calls, judge.answered)
    billed = "" if judge.billed_usd in (None, judge.cold_usd) else f" for ${significant(judge.billed_usd)}"
    made = f" ({judge.calls:,} made{billed}, the others kept from before)" if answered > judge.calls else ""
    by = f"{', '.join(judge.metrics)} {verb(judge.metrics, 'is', 'are')} by the judge {judge.model}"
    lines = [f"{by}: {counted(answered, 'call')} {cost}{made}, in no candidate's cost."]
    return [*lines, *_corrected(board, judge), *_left_out(judge)]


def _corrected(board: Leaderboard, judge: JudgeNote) -> list[str]:
    """Whose figures are corrected for the judge's errors, and how."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in judge.metrics:
        for row in board.rows:
            method = row.metrics[name].method if name in row.metrics else ""
            if method.startswith(("PPI++", "Rogan", "human")):
                found.setdefault((name, method.partition(",")[0]), []).append(row.name)
    if not found:
        return []
    said = [f"{name} of {listed(of)} by {method}" for (name, method), of in found.items()]
    return [f"Corrected for the judge's errors: {'; '.join(said)}. All others are the judge's opinion."]


def _left_out(judge: JudgeNote) -> list[str]:
    """Of how many answers a metric says nothing since there was nothing to find."""
    metrics: dict[str, list[str]] = {}
    for name, left in judge.left_out.items():
        metrics.setdefault(", ".join(f"{n} of {who}" for who, n in left.items()), []).append(name)
    return [
        f"{listed(names)} {verb(names, 'leaves', 'leave')} out answers where the task's no_answer is given or expected "
        f"and {verb(names, 'it says', 'they say')} nothing: {left}."
        for left, names in metrics.items()
    ]


def judged_metrics(board: Leaderboard, row: Row, digits: int = 3) -> Sequence[str]:
    """Figures of the metrics that a judge gave."""
    return [figure(row.metrics[name], digits) if name in row.metrics else "" for name in judged(board)]


def other_metrics(board: Leaderboard, row: Row) -> Sequence[str]:
    """Figures of the metrics beside the primary one."""
    return [figure(row.metrics[name]) if name in row.metrics else "" for name in others(board)]
