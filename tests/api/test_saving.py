"""What is written beside a leaderboard: its committed manifests and scores, from one reading of the records."""

import pytest

from harness.report.committed import read_scores
from tests.projects import recorded_project

RIGHT = {"good": [True] * 9 + [False], "poor": [True] * 5 + [False] * 5}


@pytest.fixture
def project(tmp_path):
    opened = recorded_project(tmp_path, RIGHT)
    opened.run("t")
    return opened


def committed(project) -> dict[str, bytes]:
    """All that stands below results/t, records left out."""
    folder = project.store.results("t")
    files = [p for p in folder.rglob("*") if p.is_file() and "records" not in p.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def test_what_is_committed_says_what_the_board_says(project) -> None:
    task = project.project.task("t")
    board = project.leaderboard(task)
    project.save_leaderboard(board, task)
    kept, scored = read_scores(project.store.scores("t", "poor", 0).read_bytes())
    assert kept.candidate == "poor"
    assert len(scored) == 10
    assert scored.columns["accuracy"].numbers.mean() == pytest.approx(board["poor"].metrics["accuracy"].value)
    assert sorted(kept.hashes) == sorted(item.hash for item in task.test)


def test_saving_with_the_entries_of_a_decision_reads_no_record_again(project) -> None:
    task = project.project.task("t")
    decided = project.decided(task)
    project.save_leaderboard(decided.board, task, decided.verdict)
    read_again = committed(project)
    for path in project.store.results("t").rglob("records.jsonl"):
        path.unlink()
    project.save_leaderboard(decided.board, task, decided.verdict, decided.entries)
    assert committed(project) == read_again
    assert {"scores/good-0.json", "manifests/poor-0.json", "leaderboard.md"} <= set(read_again)


def test_of_a_board_of_some_candidates_only_those_are_written(project) -> None:
    task = project.project.task("t")
    project.save_leaderboard(project.leaderboard(task, ["good"]), task)
    assert "scores/good-0.json" in committed(project)
    assert "scores/poor-0.json" not in committed(project)
