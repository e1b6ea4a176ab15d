"""What there is to publish: read from files that `harness run` and `harness gate` left, so that no model is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.errors import RunError, UnknownNameError
from harness.gate.outcome import FILE, Outcome, read_outcome
from harness.leaderboard.rows import Leaderboard
from harness.report.machine import read_leaderboard


class Decision(msgspec.Struct, frozen=True):
    """The lines of `decision.json` that are published."""

    answer: str
    headline: str = ""
    choice: str | None = None


@dataclass(frozen=True)
class Published:
    """Leaderboards, decisions, and the gate's outcome where there is one."""

    boards: Sequence[Leaderboard]
    decisions: dict[str, Decision]
    """By task."""
    outcome: Outcome | None = None
    note: str | None = None
    """Why there is no outcome although a gate was run."""


def read_published(root: Path, tasks: Sequence[str] = ()) -> Published:
    """What stands in a project's `results/`.

    Args:
        root: the project's folder.
        tasks: only these; none is every task that has a leaderboard.

    Raises:
        RunError: there is no leaderboard, or a file is damaged.
        UnknownNameError: a task has none.
    """
    paths = {path.parent.name: path for path in sorted((root / "results").glob("*/leaderboard.json"))}
    if not paths:
        raise RunError(f"{root / 'results'} holds no leaderboard yet. Run: harness run")
    for name in tasks:
        if name not in paths:
            raise UnknownNameError("leaderboard", name, paths, str(root / "results"))
    chosen = {name: paths[name] for name in tasks or paths}
    boards = [read_leaderboard(path) for path in chosen.values()]
    decisions = {name: d for name, path in chosen.items() if (d := _decision(path.with_name("decision.json")))}
    outcome, note = _outcome(root, list(chosen.values()))
    return Published(boards, decisions, outcome, note)


def _decision(path: Path) -> Decision | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Decision)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RunError(f"{path}: is no decision ({error}). Make it anew: harness decide {path.parent.name}") from None


def _outcome(root: Path, boards: Sequence[Path]) -> tuple[Outcome | None, str | None]:
    """The gate's outcome, unless a leaderboard is newer: it then speaks of other results."""
    path = root / FILE
    outcome = read_outcome(path)
    if outcome is None or path.stat().st_mtime >= max(board.stat().st_mtime for board in boards):
        return outcome, None
    return None, "The gate was run before these results were made; run `harness gate` again to have its answer here."
