"""What stood for each rung, and where that is less than what a user would deploy."""

import re
from collections.abc import Sequence

from harness.decide.verdict import Stood
from harness.leaderboard.rows import Entry, Leaderboard, Row
from harness.types import Rung

SMALL = 1e9
"""Parameters. A prompted model with fewer does not follow instructions as those do that are deployed."""
_ASKED = {Rung.PROMPTING: "prompting", Rung.RAG: "RAG"}
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*([mb])(?![a-z0-9])", re.IGNORECASE)


def stood(board: Leaderboard, entries: Sequence[Entry], excluded: Sequence[Row]) -> tuple[Stood, ...]:
    """The best candidate of each rung in the primary metric, with what it lacks."""
    out = {row.name for row in excluded}
    ran = [row for row in board.rows if row.skipped is None and row.name not in out]
    return tuple(_stood(rung, [row for row in ran if row.rung is rung], entries) for rung in Rung)


def parameters(model: str) -> float | None:
    """How many parameters a model has, as far as its name says: `smollm2-135m-instruct`, `Qwen2.5-7B`."""
    found = _SIZE.findall(model)
    return max(float(n) * (1e6 if unit in "mM" else 1e9) for n, unit in found) if found else None


def _stood(rung: Rung, rows: Sequence[Row], entries: Sequence[Entry]) -> Stood:
    if not rows:
        return Stood(rung, None, None, _nothing(rung))
    best, model = rows[0].name, _model(rows[0].name, entries)
    size = parameters(model) if model else None
    if rung not in _ASKED or size is None or size >= SMALL:
        return Stood(rung, best, model)
    caveat = (
        f"{best} stood for {_ASKED[rung]} with {model} of {size / 1e6:,.0f} million parameters, less than a user would "
        "deploy. Add a candidate with a model of 7 billion parameters or more, or a hosted one, before relying on this."
    )
    return Stood(rung, best, model, caveat)


def _nothing(rung: Rung) -> str | None:
    if rung is Rung.BASELINE:
        return None
    return f"Nothing stood for {'training' if rung is Rung.TRAINED else _ASKED[rung]}."


def _model(name: str, entries: Sequence[Entry]) -> str | None:
    entry = next(e for e in entries if e.name == name)
    settings = entry.runs[0].manifest.settings
    # A base that is left to the default is by the kind of answer; what retrieves beside it is not what was asked.
    names = ("model", "base") if "base" in settings else ("model", "embedder")
    return next((str(settings[name]) for name in names if settings.get(name)), None)
