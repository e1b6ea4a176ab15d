"""Markdown for a pull request and a job summary: plain words first, tables folded, narrow enough for a phone."""

from collections.abc import Sequence

from harness.errors import counted
from harness.estimate import State
from harness.gate import words
from harness.gate.outcome import Change, Outcome, Word
from harness.leaderboard.rows import Leaderboard, Row
from harness.publish.source import Decision, Published
from harness.report import cells
from harness.report.markdown import escape, table

_MARKS = {Word.WORSE: "▼", Word.BETTER: "▲", Word.SAME: "=", Word.CANNOT_TELL: "?", Word.NOT_COMPARED: "–"}
_ROWS = 10
"""A longer list is folded."""


def comment(published: Published, *, tables: bool = True) -> str:
    """What a pull request's author reads.

    Args:
        published: leaderboards, decisions, the gate's outcome.
        tables: whether the leaderboards are in it too.
    """
    lines = _head(published)
    for board in published.boards:
        lines += ["", f"### {escape(board.task)}", ""]
        lines += _verdict(board.task, published)
        if published.outcome is not None:
            lines += _changes(board.task, published.outcome)
        if tables:
            lines += _folded(f"Leaderboard, {counted(len(_shown(board)), 'candidate')}", _leaderboard(board))
    if published.outcome is not None and published.outcome.notes:
        notes = [f"- {escape(note)}" for note in published.outcome.notes]
        lines += ["", *_folded(f"Not compared: {len(notes)}", notes)]
    return "\n".join(lines) + "\n"


def _head(published: Published) -> list[str]:
    outcome = published.outcome
    if outcome is None:
        return ["## Leaderboards", *(["", published.note] if published.note else [])]
    about = f"{words.headline(outcome)} {words.about_baseline(outcome)} {words.about_tests(outcome)}"
    return [f"## {words.title(outcome)}", "", escape(about)]


def _verdict(task: str, published: Published) -> list[str]:
    decision: Decision | None = published.decisions.get(task)
    moved = next((v for v in published.outcome.verdicts if v.task == task), None) if published.outcome else None
    if decision is None and moved is None:
        return []
    lines = []
    if moved is not None and moved.before is not None and moved.before != moved.now:
        lines.append(f"**The verdict moved:** {escape(moved.before)} → {escape(moved.now or 'none')}.")
    elif decision is not None:
        choice = f", with {escape(decision.choice)}" if decision.choice else ""
        same = " (unchanged)" if moved is not None and moved.before is not None else ""
        lines.append(f"**Beyond prompting and RAG:** {escape(decision.answer)}{choice}{same}.")
    if decision is not None and decision.headline:
        lines.append(escape(decision.headline))
    return [" ".join(lines), ""]


def _changes(task: str, outcome: Outcome) -> list[str]:
    deciding, warned = ([c for c in part if c.task == task] for part in words.by_tier(outcome))
    lines = _listed(deciding) + [
        f"- {_sign(c.state)} **{escape(c.candidate)}** {escape(words.ceiling_text(c))}"
        for c in outcome.ceilings
        if c.task == task and c.state != State.MET
    ]
    if len(lines) > _ROWS:
        lines = _folded(words.tally(deciding), lines)
    if warned:
        lines += ["", *_folded(f"Other metrics, which only warn: {words.tally(warned)}", _listed(warned))]
    for change in deciding:
        if change.fell:
            fallen = counted(change.flipped_in_all, "item")
            lines += ["", *_folded(f"{fallen} fell with {change.candidate}", _fell(change))]
    return [*lines, ""]


def _listed(changes: Sequence[Change]) -> list[str]:
    """A line for each that moved, and one for all of which no item did."""
    lines = [_change(c) for c in changes if not c.identical]
    still = list(dict.fromkeys(c.candidate for c in changes if c.identical))
    if still:
        names = ", ".join(f"**{escape(name)}**" for name in still)
        lines.append(f"- {_MARKS[Word.SAME]} {names}: no item changed")
    return lines


def _sign(state: str) -> str:
    return _MARKS[Word.CANNOT_TELL if state == State.OPEN else Word.WORSE]


def _change(change: Change) -> str:
    figures = ""
    if change.base is not None and change.head is not None:
        figures = f" {change.base:.3f} → {change.head:.3f}"
    name = f"**{escape(change.candidate)}** {escape(change.metric)}{figures}"
    items = f" ({escape(words.items_text(change))})" if change.only_base or change.only_head else ""
    return f"- {_MARKS[change.word]} {name}: {escape(words.change_text(change))}{items}"


def _fell(change: Change) -> list[str]:
    """Each item as a short list: a table of long texts cannot be read on a phone."""
    lines = []
    for item in change.fell:
        lines.append(f"- **{escape(item.item)}** expected {_shown_text(item.expected)}, got {_shown_text(item.got)}")
        lines.append(f"  <br>{_shown_text(item.input)}")
    if change.flipped_in_all > len(change.fell):
        lines.append(f"- {len(change.fell)} of {change.flipped_in_all} are shown.")
    command = f"harness wrong {change.task} {change.candidate}"
    return [*lines, "", f"All that is wrong now: {escape(command)}"]


def _shown_text(text: str) -> str:
    return escape(text) or "*(empty)*"


def _leaderboard(board: Leaderboard) -> list[str]:
    rows = [[row.name, cells.figure(row.metrics[board.primary]), cells.meets(row)] for row in _shown(board)]
    lines = table(["candidate", f"{board.primary} [95 %]", "meets the bar"], rows, numbers=False)
    full = table(cells.headings(board), [cells.cells(board, row) for row in _shown(board)])
    lines += ["", *_folded("All columns", full)]
    if names := cells.judged(board):
        judged = [[row.name, *cells.judged_metrics(board, row)] for row in _shown(board)]
        lines += ["", *_folded("By the judge", table(["candidate", *names], judged, words=1))]
    missing = [f"- {escape(row.name)}: {escape(row.skipped)}" for row in board.rows if row.skipped]
    return [*lines, *(["", "Not run:", "", *missing] if missing else [])]


def _shown(board: Leaderboard) -> list[Row]:
    return [row for row in board.rows if not row.skipped]


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    return ["<details>", f"<summary>{escape(title)}</summary>", "", *lines, "", "</details>"]
