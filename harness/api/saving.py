"""Writing reports, and what is committed beside them."""

from collections.abc import Sequence
from pathlib import Path

from harness.curve import Curves
from harness.decide.verdict import Verdict
from harness.leaderboard.rows import Entry, Leaderboard
from harness.report.committed import scores_file
from harness.report.curve import curves_json, curves_markdown
from harness.report.curve_svg import curves_svg
from harness.report.decision import decision_markdown
from harness.report.machine import decision_json, leaderboard_json
from harness.report.markdown import leaderboard_markdown
from harness.report.stale import stale_json, stale_markdown
from harness.run.files import replace_file
from harness.run.manifest import write_manifest
from harness.run.store import Store
from harness.stale.stale import Stale
from harness.task import Task


def save_leaderboard(
    store: Store, board: Leaderboard, task: Task, verdict: Verdict | None, entries: Sequence[Entry]
) -> tuple[Path, Path]:
    """Writes `leaderboard.md` and `.json`, and manifest and scores of every run in `entries`."""
    folder = store.results(task.name)
    markdown, machine = folder / "leaderboard.md", folder / "leaderboard.json"
    replace_file(markdown, leaderboard_markdown(board, verdict))
    replace_file(machine, leaderboard_json(board))
    for entry in entries:
        for run in entry.runs:
            where = (task.name, entry.name, run.manifest.seed)
            write_manifest(store.committed_manifest(*where), run.manifest)
            replace_file(store.scores(*where), scores_file(task, run.manifest, run.scores))
    return markdown, machine


def save_decision(store: Store, verdict: Verdict) -> Path:
    """Writes `decision.md`, and `decision.json` for machines."""
    path = store.results(verdict.task) / "decision.md"
    replace_file(path, decision_markdown(verdict))
    replace_file(path.with_suffix(".json"), decision_json(verdict))
    return path


def save_curve(store: Store, curves: Curves) -> Path:
    """Writes `curve.md`, `curve.json` and `curve.svg`; gives their folder."""
    folder = store.results(curves.task)
    replace_file(folder / "curve.md", curves_markdown(curves))
    replace_file(folder / "curve.json", curves_json(curves))
    replace_file(folder / "curve.svg", curves_svg(curves))
    return folder


def save_stale(store: Store, stale: Stale) -> Path:
    """Writes `stale.md` and `stale.json`; gives their folder."""
    folder = store.results(stale.task)
    replace_file(folder / "stale.md", stale_markdown(stale))
    replace_file(folder / "stale.json", stale_json(stale))
    return folder
