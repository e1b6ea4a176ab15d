"""Leaderboards and verdicts as JSON."""

from math import inf, nan
from pathlib import Path
from typing import Any

import msgspec

from harness.decide.verdict import Verdict
from harness.errors import RunError
from harness.leaderboard.rows import Leaderboard
from harness.run.files import indented


def leaderboard_json(board: Leaderboard) -> bytes:
    """Indented JSON with stable order; figures that are not numbers are null."""
    return indented(board)


def decision_json(verdict: Verdict) -> bytes:
    """Indented JSON with stable order; figures that are not numbers are null."""
    return indented(verdict)


def read_leaderboard(path: Path) -> Leaderboard:
    """The leaderboard that `leaderboard_json` wrote.

    Raises:
        RunError: the file is damaged or of another version of the harness.
    """
    try:
        return msgspec.convert(_numbers(msgspec.json.decode(path.read_bytes())), Leaderboard)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RunError(
            f"{path}: is no leaderboard of this version ({error}). Make it anew: harness leaderboard"
        ) from None


_ENDLESS = {"low": -inf, "lower": -inf, "high": inf, "upper": inf, "p_value": nan, "value": nan, "difference": nan}
"""What a null stands for: JSON has no infinite numbers."""


def _numbers(node: Any) -> Any:
    if isinstance(node, list):
        return [_numbers(part) for part in node]
    if isinstance(node, dict):
        return {k: _ENDLESS.get(k) if v is None else _numbers(v) for k, v in node.items()}
    return node
