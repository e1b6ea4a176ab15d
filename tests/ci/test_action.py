"""The scripts of the action, run one after the other as a job on a pull request would run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
_BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]


class Job:
    """Runs the named steps of action.yml in a repository."""

    def __init__(self, root):
        self.root, self.outputs = root, {}
        steps = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text())["runs"]["steps"]
        self.scripts = {step["name"]: step["run"] for step in steps if "run" in step}

    def step(self, name, **environment):
        output = self.root / "output.txt"
        output.write_text("")
        known = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        known["PATH"] = f"{self.root / 'bin'}:{known['PATH']}"
        done = subprocess.run(
            [*_BASH, self.scripts[name]],
            cwd=self.root / "project", env=known | {"GITHUB_OUTPUT": str(output)} | environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
        return done


@pytest.fixture
def job(tmp_path):
    root = tmp_path / "project"
    task = root / "tasks" / "colours"
    task.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "harness"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from harness.cli import main; main()' \"$@\"\n")
    command.chmod(0o755)
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (task / "task.toml").write_text(
        '[task]\nkind = "label"\ninstructions = "Which?"\nlabels = ["red", "blue"]\n'
        '[data]\ntest = "test.jsonl"\ntarget = "label"\n[metrics]\nprimary = "accuracy"\n'
    )
    items = [{"id": f"i{i:03}", "text": f"thing {i}", "label": ["red", "blue"][i % 2]} for i in range(200)]
    (task / "test.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (root / "harness.toml").write_text(
        '[candidates.bot]\nadapter = "recorded"\nfile = "bot.jsonl"\n[suites.quick]\ntasks = ["colours"]\n'
    )
    (root / ".gitignore").write_text(".harness/\nresults/**/records/\n")
    made = Job(tmp_path)
    made.items = items
    return made


def _record(job, wrong):
    answers = (
        {"id": x["id"], "answer": "blue" if (i < wrong and x["label"] == "red") else x["label"]}
        for i, x in enumerate(job.items)
    )
    (job.root / "project" / "bot.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers))


def _git(job, *command):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *command], cwd=job.root / "project", check=True, capture_output=True)


def test_a_pull_request_that_makes_it_worse_is_blocked_and_says_so(job, tmp_path):
    suite = {"SUITE": "quick", "OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": ""}
    gate = {"BASELINE": "", "BASE_REF": "main", "POLICY": "", "INCONCLUSIVE": "pass"}
    _record(job, 4)
    assert job.step("Run the suite", **suite).returncode == 0
    _git(job, "init", "-q", "-b", "main")
    _git(job, "add", "-A")
    _git(job, "commit", "-q", "-m", "base")
    _record(job, 60)
    assert job.step("Run the suite", **suite).returncode == 0
    done = job.step("Hold it against the baseline", **gate)
    assert done.returncode == 0, done.stderr
    assert (job.outputs["status"], job.outputs["result"]) == ("1", "blocked"), done.stdout
    summary = tmp_path / "summary.md"
    done = job.step("Publish", GITHUB_TOKEN="", GITHUB_STEP_SUMMARY=str(summary), GITHUB_EVENT_NAME="pull_request")
    assert done.returncode == 0, done.stderr
    assert "## Blocked" in summary.read_text()
    assert " items fell with bot" in summary.read_text()
    assert job.step("Verdict of the gate", STATUS=job.outputs["status"]).returncode == 1


def test_without_a_baseline_the_gate_is_left_out(job):
    done = job.step("Hold it against the baseline", BASELINE="", BASE_REF="", POLICY="", INCONCLUSIVE="pass")
    assert done.returncode == 0
    assert "status" not in job.outputs
    assert job.step("Verdict of the gate", STATUS="").returncode == 0


def test_a_suite_that_is_not_there_fails_the_step(job):
    done = job.step("Run the suite", SUITE="quik", OPENAI_API_KEY="", ANTHROPIC_API_KEY="")
    assert done.returncode != 0
    assert "did you mean 'quick'" in done.stderr
