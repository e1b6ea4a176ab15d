"""Tiny projects whose candidates are recordings with set outcomes."""

import json

import numpy as np
import pytest

from harness.api import open_project

LABELS = ("yes", "no")


def outcomes(n, right, seed=0):
    """(n,) booleans, a share `right` of them true to the item, in a random order."""
    found = np.arange(n) < round(n * right)
    return np.random.default_rng(seed).permutation(found)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """`project(n, candidates, task, economics)`: an open project with one task, `work`.

    `candidates` maps a name to (settings of [candidates.NAME] as TOML, booleans of right answers, extra cells).
    """

    def make(n, candidates, task, toml="", labels=LABELS):
        rng, root = np.random.default_rng(7), tmp_path_factory.mktemp("project")
        targets = [labels[i] for i in rng.integers(len(labels), size=n)]
        folder = root / "tasks" / "work"
        folder.mkdir(parents=True)
        items = [{"id": f"i{k}", "text": f"item {k}", "target": t} for k, t in enumerate(targets)]
        (folder / "test.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
        (folder / "task.toml").write_text(
            f"""[task]
kind = "label"
instructions = "Sort."
labels = {json.dumps(list(labels))}
[data]
test = "test.jsonl"
[metrics]
primary = "accuracy"
{task}
"""
        )
        lines = [toml]
        for name, (settings, right, cells) in candidates.items():
            lines.append(f'[candidates.{name}]\nadapter = "recorded"\nfile = "{name}.jsonl"\n{settings}\n')
            wrong = {t: labels[(i + 1) % len(labels)] for i, t in enumerate(labels)}
            rows = [
                {"id": item["id"], "answer": item["target"] if ok else wrong[item["target"]], **cells}
                for item, ok in zip(items, right, strict=True)
            ]
            (root / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (root / "harness.toml").write_text("\n".join(lines))
        opened = open_project(root)
        opened.run("work")
        return opened

    return make


@pytest.fixture(scope="session")
def shares():
    """`shares(n, right, seed)`: which of n items are answered rightly."""
    return outcomes
