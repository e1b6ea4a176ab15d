"""A project whose committed scores are written directly: what a candidate scored is set item by item."""

import json
import subprocess

import numpy as np
import pytest

from harness.project import find_project
from harness.report.committed import CommittedColumn, CommittedScores
from harness.run.one import run_key
from harness.run.store import Store
from harness.types import content_hash

LABELS = ("red", "blue")


class Fixture:
    """A project with task `colours` of n items."""

    def __init__(self, root, n=400, margin=0.0):
        self.root, self.n = root, n
        self.folder = root / "tasks" / "colours"
        self.folder.mkdir(parents=True)
        self.items = [{"id": f"i{i:04}", "text": f"thing {i}", "label": LABELS[i % 2]} for i in range(n)]
        self.keep(range(n))
        (self.folder / "task.toml").write_text(
            '[task]\nkind = "label"\ninstructions = "Which?"\nlabels = ["red", "blue"]\n'
            '[data]\ntest = "test.jsonl"\ntarget = "label"\n'
            f'[metrics]\nprimary = "accuracy"\n[requirement]\nmargin = {margin}\n'
        )
        self.candidates = {"bot"}
        self._toml()

    def _toml(self):
        tables = (f'[candidates.{c}]\nadapter = "recorded"\nfile = "{c}.jsonl"\n' for c in sorted(self.candidates))
        (self.root / "harness.toml").write_text("".join(tables))

    def keep(self, places):
        """Makes these items the task's."""
        lines = "".join(json.dumps(self.items[i]) + "\n" for i in places)
        (self.folder / "test.jsonl").write_text(lines)

    @property
    def project(self):
        return find_project(self.root)

    def write(
        self, right, candidate="bot", *, results=None, version="1", ended="2026-01-02T03:04:05+00:00", start=0, seed=0
    ):
        """Scores of the items from `start` on: `right` is (m,) of 0 and 1."""
        self.candidates.add(candidate)
        self._toml()
        project, store = self.project, Store(self.root)
        key = run_key(project.task("colours"), project.candidate(candidate), self.root, seed)
        path = store.scores("colours", candidate, seed)
        if results is not None:
            path = results / path.relative_to(self.root / "results")
        items = self.items[start : start + len(right)]
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = CommittedScores(
            task="colours", version=version, candidate=candidate, seed=seed, key=key, ended=ended,
            ids=[x["id"] for x in items],
            hashes=[content_hash(x["text"], x["label"]) for x in items],
            groups=[None] * len(items), failed=[], unparsed=[],
            columns={"accuracy": CommittedColumn([0, 1], [int(r) for r in right])},
        )  # fmt: skip
        import msgspec

        path.write_bytes(msgspec.json.encode(kept))

    def git(self, *command):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command],
            cwd=self.root,
            check=True,
            capture_output=True,
        )

    def commit(self):
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "results")
        self.git("commit", "-q", "-m", "results")


@pytest.fixture
def colours(tmp_path):
    return Fixture(tmp_path)


def scores(n, wrong):
    """(n,) ones, with zeros at the places `wrong`."""
    found = np.ones(n, dtype=int)
    found[list(wrong)] = 0
    return found


@pytest.fixture
def some():
    return scores
