"""The leaderboard as a table for the terminal."""

import re
from collections.abc import Sequence

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
_INSIDE = re.compile(r",\s(?=[^\[\]]*\])")
"""Commas of an interval, with the blank at which a line would break."""
_THOUSANDS = re.compile(r"\d,\d")
_COSTS = 5
"""So many columns of costs find room."""


def print_leaderboard(board: Leaderboard, console: Console, verdict: Verdict | None = None) -> None:
    """A table, notes and warnings; on a narrow terminal without the less important columns."""
    narrow = console.width < _NARROW
    console.print(_table(board, console.width, narrow=narrow))
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


def _table(board: Leaderboard, room: int, *, narrow: bool) -> Table:
    titles = cells.headings(board)
    rows = [(row, list(cells.cells(board, row, 2 if narrow else 3))) for row in board.rows if not row.skipped]
    hidden = set(_ONLY_WIDE) if narrow else set()
    if any(row.failed or row.unparsed for row, _ in rows):
        hidden.discard("failed / unparsed")
    shown = [i for i, title in enumerate(titles) if title not in hidden]
    for row, texts in rows if narrow else []:
        texts[-1] = cells.stands(row)
    widths, gap = _widths(titles, [texts for _, texts in rows], shown, room)
    pads = (0, 1) if gap == _GAP else (0, 1, 0, 0)
    table = Table(
        title=board.task, title_style="bold", header_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=pads
    )
    for i in shown:
        side: JustifyMethod = "right" if titles[i].startswith("p") else "left"
        table.add_column(titles[i], justify=side, no_wrap=not i, width=widths[i], overflow="fold" if i else "ellipsis")
    for row, texts in rows:
        coloured = [escape(_whole(text, widths[i])) for i, text in enumerate(texts)]
        coloured[-1] = f"[{_COLOURS[row.meets]}]{coloured[-1]}[/]" if row.requirements else coloured[-1]
        table.add_row(*(coloured[i] for i in shown))
    return table


def _whole(text: str, width: int | None = 0) -> str:
    """A text whose interval no line break cuts, where it does not stand on one line anyway."""
    if width is None or len(text) <= width:
        return text
    return _INSIDE.sub(";" if _THOUSANDS.search(text) else ",", text)


def _widths(
    titles: Sequence[str], rows: Sequence[Sequence[str]], shown: Sequence[int], room: int
) -> tuple[list[int | None], int]:
    """How wide each column is, and the gap between two.

    On one line where that fits, else with a figure above its interval, which is not broken; None where not even that.
    """
    texts = {i: [titles[i], *(row[i] for row in rows)] for i in shown}
    widest = {i: max(map(len, column)) for i, column in texts.items()}
    least = {i: max(_longest(_whole(text)) for text in column) for i, column in texts.items()}
    least[0] = widest[0]  # names are not broken
    for widths, gap in ((widest, _GAP), (widest, _GAP - 1), (least, _GAP - 1)):
        spare = room - sum(widths.values()) - gap * len(widths)
        if spare >= 0:
            last = min(widths[shown[-1]] + spare, widest[shown[-1]])
            return [*(widths.get(i) for i in range(len(titles) - 1)), last], gap
    return [None] * len(titles), _GAP - 1


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
