"""The leaderboard as a table for the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from harness.decide.verdict import Answer, Verdict
from harness.estimate import State
from harness.leaderboard.rows import Leaderboard
from harness.report import cells
from harness.report.verdict import COST_TITLES, cost_rows, known, short

_COLOURS = {State.MET: "green", State.MISSED: "red", State.OPEN: "yellow"}
_ANSWERS = {
    Answer.WORTH_IT: "green",
    Answer.NOT_WORTH_IT: "green",
    Answer.UNDECIDED: "yellow",
    Answer.NOTHING: "red",
}
_NARROW = 130
_ONLY_WIDE = ("rung", "failed / unparsed", "p50 ms", "per 1,000 calls", "prepare", "rank")
_GAP = 3
"""Blanks and line between two columns."""
_COSTS = 5
"""So many columns of costs find room."""


def print_leaderboard(board: Leaderboard, console: Console, verdict: Verdict | None = None) -> None:
    """A table, notes and warnings; on a narrow terminal without the less important columns."""
    narrow = console.width < _NARROW
    titles = cells.headings(board)
    rows = [(row, cells.cells(board, row, 2 if narrow else 3)) for row in board.rows if not row.skipped]
    hidden = set(_ONLY_WIDE) if narrow else set()
    if any(row.failed or row.unparsed for row, _ in rows):
        hidden.discard("failed / unparsed")
    shown = [i for i, title in enumerate(titles) if title not in hidden]
    table = Table(title=board.task, title_style="bold", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    whole = {i: _longest(" ".join([titles[i], *(texts[i] for _, texts in rows)])) for i in shown}
    whole[0] = max((len(texts[0]) for _, texts in rows), default=0)  # names are not broken
    fit = sum(whole.values()) + _GAP * len(whole) <= console.width
    for i in shown:
        side: JustifyMethod = "right" if titles[i].startswith("p") else "left"
        least = whole[i] if fit else None
        table.add_column(titles[i], justify=side, no_wrap=not i, min_width=least, overflow="fold" if i else "ellipsis")
    for row, texts in rows:
        coloured = [escape(text) for text in texts]
        verdict_text = cells.stands(row) if narrow else coloured[-1]
        coloured[-1] = f"[{_COLOURS[row.meets]}]{verdict_text}[/]" if row.requirements else verdict_text
        table.add_row(*(coloured[i] for i in shown))
    console.print(table)
    _print_judged(board, console, 2 if narrow else 3)
    for note in (*cells.notes(board)[:1], *cells.judge_notes(board)):
        console.print(escape(note), style="dim")
    for warning in board.warnings:
        console.print(escape(warning), style="yellow")
    for row in board.rows:
        if row.skipped:
            console.print(f"[yellow]not run:[/] {escape(row.name)}: {escape(row.skipped)}")
    if verdict is not None:
        console.print()
        print_verdict(verdict, console)


def _longest(text: str) -> int:
    """Letters of its longest word, which no line break should cut."""
    return max(map(len, text.split()), default=0)


def _print_judged(board: Leaderboard, console: Console, digits: int) -> None:
    """The figures of the judge, in as many tables below one another as it takes to read them."""
    names, rows = cells.judged(board), [row for row in board.rows if not row.skipped]
    figures = {row.name: cells.judged_metrics(board, row, digits) for row in rows}
    width = max((len(text) for texts in ([*names], *figures.values()) for text in texts), default=0) + _GAP
    room = console.width - max((len(row.name) for row in rows), default=0) - _GAP
    at_once = max(1, room // width) if width else 1
    for first in range(0, len(names), at_once):
        table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for title in ("judged", *names[first : first + at_once]):
            table.add_column(escape(title), no_wrap=True)
        for name, texts in figures.items():
            table.add_row(escape(name), *map(escape, texts[first : first + at_once]))
        console.print(table)


def print_verdict(verdict: Verdict, console: Console) -> None:
    """The answer and what it rests on, in a few lines."""
    first, *rest = short(verdict)
    title, _, text = first.partition(": ")
    console.print(f"[bold {_ANSWERS[verdict.answer]}]{escape(title)}:[/] {escape(text)}")
    for line in rest:
        console.print(Padding(escape(f"- {line}"), (0, 0, 0, 2)))


def print_costs(verdict: Verdict, console: Console) -> None:
    """What each candidate costs, and where their costs cross."""
    grid = Table(title="What each costs", title_style="bold", header_style="bold")
    for title in COST_TITLES[:_COSTS]:
        grid.add_column(escape(title), justify="left" if title == "candidate" else "right")
    for row in cost_rows(verdict):
        grid.add_row(*(escape(text) for text in row[:_COSTS]))
    console.print(grid)
    parts = Table(title="Over the horizon, by part", title_style="bold", header_style="bold")
    for title in ("candidate", "part", "USD", "source", "how it came about"):
        parts.add_column(title, justify="right" if title == "USD" else "left")
    for cost in verdict.costs:
        for name, paid in cost.parts.items():
            if paid != 0:
                made = cost.about[name]
                parts.add_row(*map(escape, (cost.candidate, name, known(paid), made.source, made.note)))
    console.print(parts)
    for text in verdict.pairs:
        console.print(escape(text))
    console.print()
