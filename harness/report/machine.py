"""The leaderboard as JSON."""

import msgspec

from harness.leaderboard import Leaderboard


def leaderboard_json(board: Leaderboard) -> bytes:
    """Indented JSON with stable order; figures that are not numbers are null."""
    return msgspec.json.format(msgspec.json.encode(board), indent=1) + b"\n"
