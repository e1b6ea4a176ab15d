"""The built wheel in an environment of its own: from `git init` and a CSV to a leaderboard, as a person would."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TEXTS = {
    "sport": "the match and the goal of team",
    "weather": "rain and wind over town",
    "food": "bread and soup for table",
}
_ROWS = 500


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """The folder with `harness` and `python` of an environment that holds the wheel, and what it depends on."""
    made = tmp_path_factory.mktemp("wheel")
    _call([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", made, ROOT], made)
    (wheel,) = made.glob("*.whl")
    venv.create(made / "venv", with_pip=False)
    commands = made / "venv" / "bin"
    pip = [sys.executable, "-m", "pip", "--python", commands / "python", "--disable-pip-version-check"]
    _call([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], made)
    # Its dependencies are those that are installed here; a path that a .pth file names brings no editable package.
    own = _call([commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], made).strip()
    (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return commands


def _call(command, folder):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder, env=environment | {"COLUMNS": "200"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_three_commands_lead_from_nothing_to_a_leaderboard_and_its_tests(commands, tmp_path):
    labels = list(_TEXTS)
    rows = (f"{_TEXTS[labels[i % 3]]} number {i},{labels[i % 3]}\n" for i in range(_ROWS))
    (tmp_path / "data.csv").write_text("text,label\n" + "".join(rows))
    where = _call([commands / "python", "-c", "import harness; print(harness.__file__)"], tmp_path)
    assert where.startswith(str(commands.parent))
    _call(["git", "init", "-q"], tmp_path)
    said = _call([commands / "harness", "init", "--from", "data.csv"], tmp_path)
    assert "350 examples to learn from, 150 to test on, 3 labels" in said
    _call([commands / "harness", "leaderboard"], tmp_path)
    board = (tmp_path / "results/data/leaderboard.md").read_text()
    for candidate in ("majority", "tfidf", "knn", "finetuned"):
        assert f"| {candidate} |" in board
    tests = [commands / "python", "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    assert "1 passed" in _call([*tests, "tests/"], tmp_path)
    listed = _call([*tests, "--collect-only", "tasks/"], tmp_path)
    assert "tasks/data/task.toml::finetuned::accuracy >= 0.9" in listed
