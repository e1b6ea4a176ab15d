"""Leaderboards as CSV, and with the gate's outcome as JSON."""

import csv
import io

from harness.leaderboard.requirements import figures_of
from harness.publish.source import Published
from harness.run.files import indented

_COLUMNS = ("task", "candidate", "rung", "figure", "value", "low", "high", "n", "failed", "requirement", "state")


def as_csv(published: Published) -> str:
    """One line per task, candidate and figure; figures that are not known are left empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for board in published.boards:
        for row in board.rows:
            for name, e in figures_of(row).items() if not row.skipped else ():
                figures = ("", "", "", "", "") if e is None else (e.value, e.low, e.high, e.n, e.failed)
                wanted = (board.requirement.get(name, ""), row.requirements.get(name, ""))
                writer.writerow((board.task, row.name, row.rung.value, name, *figures, *wanted))
    return text.getvalue()


def as_json(published: Published) -> str:
    """Everything: leaderboards, decisions, the gate's outcome."""
    whole = {
        "leaderboards": list(published.boards),
        "decisions": published.decisions,
        "gate": published.outcome,
        "note": published.note,
    }
    return indented(whole).decode()
