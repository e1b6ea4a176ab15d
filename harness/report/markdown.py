"""The leaderboard as Markdown that renders on GitHub."""

import re

from harness.decide.verdict import Verdict
from harness.leaderboard.rows import Leaderboard
from harness.report import cells
from harness.report.verdict import short


def leaderboard_markdown(board: Leaderboard, verdict: Verdict | None = None) -> str:
    """The verdict, a table, the other metrics below it, what the figures mean, and who is missing why."""
    lines = [f"# {board.task}", ""]
    if verdict is not None:
        lines += [*verdict_markdown(verdict), ""]
    lines += table(cells.headings(board), [cells.cells(board, row) for row in board.rows if not row.skipped])
    shown = [row for row in board.rows if not row.skipped]
    for title, names, figures in (
        ("Judged", cells.judged(board), cells.judged_metrics),
        ("Other metrics", cells.others(board), cells.other_metrics),
    ):
        if names:
            lines += ["", f"## {title}", ""]
            lines += table(["candidate", *names], [[row.name, *figures(board, row)] for row in shown], words=1)
    lines += ["", *(f"- {escape(note)}" for note in cells.notes(board))]
    lines += [f"- **{escape(warning)}**" for warning in board.warnings]
    missing = [row for row in board.rows if row.skipped]
    if missing:
        lines += ["", "## Not on the board", ""]
        lines += [f"- {escape(row.name)}: {escape(row.skipped or '')}" for row in missing]
    return "\n".join(lines) + "\n"


def verdict_markdown(verdict: Verdict) -> list[str]:
    """The answer and what it rests on, in a few lines."""
    first, *rest = short(verdict)
    title, _, text = first.partition(": ")
    lines = [f"**{escape(title)}:** {escape(text)}", ""]
    return [*lines, *(f"- {escape(line)}" for line in rest), "- The whole decision: [decision.md](decision.md)"]


def table(headings: list[str], rows: list[list[str]], *, numbers: bool = True, words: int = 2) -> list[str]:
    """Lines of a Markdown table; after the first columns of `words` to the right where they are numbers."""
    rule = ["---:" if numbers and i >= words else "---" for i in range(len(headings))]
    return [_line([escape(h) for h in headings]), _line(rule), *(_line([escape(c) for c in row]) for row in rows)]


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no table cell, tag, link, mention, formula or emoji comes of it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_{}\[\]|#!~])", r"\\\1", text)
    # A zero-width space keeps GitHub from making a mention, a link or an emoji of a bare name, number or address.
    text = _BARE.sub(lambda found: found[0] + "&#8203;", text)
    if text.count("$") > 1:  # two of them are a formula; this is how GitHub wants a plain one written
        text = text.replace("$", "<span>$</span>")
    return re.sub(r"\s+", " ", text).strip()


_BARE = re.compile(r"@|(?<=:)(?=//)|(?<=\bwww)(?=\.)|#(?=\d)|\bGH-(?=\d)|:(?=[\w+-]+:)", re.IGNORECASE)


def _line(texts: list[str]) -> str:
    return "| " + " | ".join(texts) + " |"
