"""What a person wants on paper beside the answer: costs, assumptions, thresholds, what was not measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.decide.challenger import challenger
from harness.decide.evidence import Evidence
from harness.decide.looked import Looked
from harness.decide.movers import threshold_words
from harness.decide.pick import Field
from harness.decide.rules import Standing
from harness.decide.worth import NO_WRONG, Ledger
from harness.early.stopped import saved_in_words
from harness.economics.breakeven import Line, break_even, break_even_month
from harness.economics.montecarlo import break_even_interval
from harness.economics.tornado import Bar
from harness.leaderboard.rows import Leaderboard, Row
from harness.task import Task
from harness.words import usd

_THRESHOLDS = 5
"""So many thresholds are named."""
_AFTER_MONTHS = 6
"""Prices and models change: look again after so long at the latest."""


def compared(field: Field, ledger: Ledger) -> tuple[str, str] | None:
    """The trained candidate and the lighter one between which the answer lies; None without such a pair."""
    row = challenger(field, ledger)
    if row is None or row.name not in ledger.costs:
        return None
    return row.name, field.choice if field.choice and field.choice != row.name else field.gaps[row.name].theirs


def pair_words(ledger: Ledger, ours: str, theirs: str) -> Iterator[str]:
    """Break-even volume and month of two candidates, wrong answers counted."""
    lines = ledger.costs[ours].cost_line(), ledger.costs[theirs].cost_line()
    if lines[0] is None or lines[1] is None:
        yield f"No break-even of {ours} and {theirs} can be computed: a price is unknown."
        return
    found = break_even(lines[0], lines[1])
    sure = None if found.calls_per_month is None else _challenge(ledger, found.above, found.below)
    yield found.words + (f" {sure}" if sure else "")
    pays = ledger.costs[ours].payments(), ledger.costs[theirs].payments()
    if pays[0] is not None and pays[1] is not None:
        yield break_even_month(pays[0], pays[1], round(ledger.months)).words
    if ledger.threshold_usd:
        yield _asked(ledger, ours, theirs, lines[0], lines[1])


def _asked(ledger: Ledger, ours: str, theirs: str, line: Line, other: Line) -> str:
    """From which volume on the heavier candidate is worth the asked amount, not just no less."""
    least = ledger.threshold_usd / ledger.months
    found = break_even(replace(line, usd_per_month=line.usd_per_month + least), other)
    if found.calls_per_month is None:
        return f"Whatever the volume, {ours} is worth {'' if found.below == ours else 'not '}{usd(least)} a month more."
    word = "from" if found.above == ours else "under"
    volume = f"{found.calls_per_month:,} calls a month{' on' if word == 'from' else ''}"
    return f"{ours} is worth the asked {usd(least)} a month more than {theirs} {word} {volume}."


def _challenge(ledger: Ledger, above: str | None, below: str | None) -> str | None:
    if above is None or below is None:
        return None
    found = break_even_interval(ledger.total, above, below)
    if found is None:
        return None
    spread = f"from {found.low:,.0f}" + (" up" if found.high == float("inf") else f" to {found.high:,.0f}")
    never = f"; in {100 * found.never:.0f} % it never does" if found.never >= 0.005 else ""
    return f"95 % of the draws lie {spread}{never}."


def look_again(task: Task, field: Field, ledger: Ledger, pair: tuple[str, str] | None) -> Iterator[str]:
    """When the answer would change."""
    if field.choice:
        for name, bound in task.requirement.bounds.items():
            if name in field.row(field.choice).metrics:
                word = "under" if bound.at_least is not None else "over"
                yield f"{name} of {field.choice} on fresh items is {word} {bound.limit:g}"
    if field.standing is Standing.MISSED:
        yield "a prompted model, with or without RAG, meets the bar: try each stronger model that comes out"
    elif pair is not None and ledger.costs and field.standing in (Standing.MET, Standing.OPEN):
        yield from [threshold_words(bar) for bar in _turning(ledger.bars(*pair))][:_THRESHOLDS]
    yield "the test data no longer look like what comes in"
    yield f"{_AFTER_MONTHS} months have passed: prices and models change"


def _turning(bars: Sequence[Bar]) -> list[Bar]:
    """Those that the answer can turn on, nearest first: by how many times the value would have to change."""

    def times(bar: Bar) -> float:
        now, then = bar.figure.value or 0.0, bar.flips_at or 0.0
        return max(now, then) / min(now, then) if min(now, then) > 0 else float("inf")

    found = [bar for bar in bars if bar.flips_at is not None and times(bar) < 10]
    return sorted(found, key=times)


def not_measured(
    task: Task,
    board: Leaderboard,
    evidence: Evidence,
    ledger: Ledger,
    rows: Mapping[str, Row],
    looked: Looked,
) -> Iterator[str]:
    """What the answer does not rest on."""
    single = [row.name for row in rows.values() if row.seeds == 1 and row.rung.value == "trained"]
    if single:
        yield f"The luck of training: {', '.join(single)} ran with one seed."
    timed = [row.name for row in rows.values() if row.p95_ms is None]
    if timed:
        yield f"Latency of {', '.join(timed)}."
    for row in rows.values():
        if row.saved is not None and row.stopped:
            yield f"The items of {row.name} after its comparisons were decided: {saved_in_words(row.saved)}."
    unlearnt = [row.name for row in rows.values() if row.rung.value == "trained" and row.name not in looked.labels]
    if unlearnt:
        yield f"What more or fewer labels would do to {', '.join(unlearnt)}: harness curve {task.name} measures it."
    if task.use.knowledge_changes_per_year and looked.stale is None:
        how = f": harness stale {task.name} measures them" if task.update else ""
        yield f"Answers after the knowledge has changed{how}; only the cost of updating is counted, as assumed."
    if not evidence.wrong:
        unused = ", so that [use] error_cost_usd counts for nothing" if task.use.error_cost_usd is not None else ""
        yield f"How often a candidate is wrong: {NO_WRONG}{unused}."
    elif ledger.costs and not ledger.priced:
        yield "What a wrong answer costs: [use] error_cost_usd is not stated."
    if any(row.per_second is not None for row in rows.values()):
        yield "Speed on other machines than the one that the runs used, unless [hardware] states it."
    yield from (f"{row.name}: {row.skipped}" for row in board.rows if row.skipped)
