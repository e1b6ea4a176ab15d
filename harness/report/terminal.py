"""The leaderboard as a table for the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.estimate import State
from harness.leaderboard import Leaderboard
from harness.report import cells

_COLOURS = {State.MET: "green", State.MISSED: "red", State.OPEN: "yellow"}
_NARROW = 130


def print_leaderboard(board: Leaderboard, console: Console) -> None:
    """A table, notes and warnings; on a narrow terminal without the less important columns."""
    titles = cells.headings(board)
    rows = [(row, cells.cells(board, row)) for row in board.rows if not row.skipped]
    hidden = {"p50 ms", "prepare", "failed / unparsed"} if console.width < _NARROW else set()
    if any(row.failed or row.unparsed for row, _ in rows):
        hidden.discard("failed / unparsed")
    shown = [i for i, title in enumerate(titles) if title not in hidden]
    table = Table(title=board.task, title_style="bold", header_style="bold", show_lines=False)
    for i in shown:
        table.add_column(titles[i], justify="left" if i < 2 else "right", overflow="fold")
    for row, texts in rows:
        coloured = [escape(text) for text in texts]
        coloured[-1] = f"[{_COLOURS[row.meets]}]{coloured[-1]}[/]"
        table.add_row(*(coloured[i] for i in shown))
    console.print(table)
    for note in cells.notes(board)[:1]:
        console.print(escape(note), style="dim")
    for warning in board.warnings:
        console.print(escape(warning), style="yellow")
    for row in board.rows:
        if row.skipped:
            console.print(f"[yellow]not run:[/] {escape(row.name)}: {escape(row.skipped)}")
