"""A project whose candidates are recordings with set outcomes, and the plugin loaded into pytester."""

import json
from pathlib import Path

import pytest

# pytester takes out of `sys.modules` what a session in this process imported, and numpy cannot be imported twice.
import harness.api.boards
import harness.testing.per_item
import harness.testing.requirement  # noqa: F401

N = 200
RIGHT = {"good": 198, "middling": 176, "bad": 120}


def write_project(root: Path, *, requirement: str = "accuracy = { at_least = 0.85 }") -> Path:
    """`good` meets the bar of .85, `bad` misses it, `middling` (.88) is open; `absent` cannot run."""
    folder = root / "tasks" / "colours"
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(f"""
[task]
kind = "label"
instructions = "Which colour is it?"
labels = ["red", "blue"]

[data]
train = "train.jsonl"
test = "test.jsonl"
target = "label"

[metrics]
primary = "accuracy"

[requirement]
{requirement}
""")
    items = [{"id": f"i{i:03}", "text": f"thing {i}", "label": ["red", "blue"][i % 2]} for i in range(N)]
    lines = "".join(json.dumps(item) + "\n" for item in items)
    (folder / "test.jsonl").write_text(lines)
    (folder / "train.jsonl").write_text(lines.replace('"i', '"t').replace("thing", "other thing"))
    toml = ""
    for name, right in RIGHT.items():
        answers = [
            {"id": x["id"], "answer": x["label"] if i < right else {"red": "blue", "blue": "red"}[x["label"]]}
            for i, x in enumerate(items)
        ]
        (root / f"{name}.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers))
        toml += f'[candidates.{name}]\nadapter = "recorded"\nfile = "{name}.jsonl"\n'
    (root / "harness.toml").write_text(toml + '[candidates.absent]\nadapter = "recorded"\nfile = "absent.jsonl"\n')
    return root


@pytest.fixture
def project(pytester, monkeypatch):
    """Runs pytest in a project of its own, with no plugin but ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # Under CI pytest repeats whole messages in its summary; what is tested is what a person sees at their desk.
    monkeypatch.delenv("CI", raising=False)
    write_project(pytester.path)
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\naddopts = "--strict-markers"\n')
    return pytester


@pytest.fixture
def run(project):
    """`run(*args)` in the project, with the plugin loaded."""

    def _run(*args: str):
        how = project.runpytest_subprocess if "xdist" in args else project.runpytest_inprocess
        # In this process the plugin is imported already, which is no news.
        quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
        return how("-p", "harness.pytest_plugin", "-p", "no:cacheprovider", *quiet, *args)

    return _run
