"""What the README says of the tasks that ship is what their results say."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TASKS = sorted(path.parent.name for path in ROOT.glob("tasks/*/task.toml"))
ROWS = {
    found[1]: [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    if (found := re.match(r"\| \[(\w+)\]\(results/", line))
}


@pytest.mark.parametrize("task", TASKS)
def test_the_readme_says_of_a_task_what_its_results_say(task: str) -> None:
    board, decision = (
        json.loads((ROOT / "results" / task / f"{name}.json").read_text()) for name in ("leaderboard", "decision")
    )
    primary, sign = board["primary"], 1 if board["higher_is_better"] else -1
    assert f"`{primary}`" in ROWS[task][1]
    for cell, trained in ((ROWS[task][2], False), (ROWS[task][3], True)):
        rows = [row for row in board["rows"] if (row["rung"] == "trained") is trained]
        best = max(rows, key=lambda row: sign * row["metrics"][primary]["value"])
        figure = best["metrics"][primary]
        name, *numbers = re.findall(r"[\w.-]+", cell)
        digits = len(numbers[0].split(".")[1])
        assert name == best["name"]
        assert numbers == [f"{figure[end]:.{digits}f}" for end in ("value", "low", "high")]
    answer = {"nothing": "nothing here meets the bar"}.get(decision["answer"].split()[0], decision["answer"])
    assert ROWS[task][4] == (f"{answer}: {decision['choice']}" if decision["choice"] else answer)


@pytest.mark.parametrize("task", TASKS)
def test_every_candidate_of_the_suite_has_figures_in_the_results(task: str) -> None:
    from harness.project import find_project

    names = {candidate.name for candidate in find_project(ROOT).candidates(task)}
    board = json.loads((ROOT / "results" / task / "leaderboard.json").read_text())
    assert {row["name"] for row in board["rows"] if row["skipped"] is None} == names
