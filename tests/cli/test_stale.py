import json

import pytest
from typer.testing import CliRunner

from harness.cli.main import app
from harness.errors import ConfigError

TASK = """
[task]
kind = "text"
instructions = "Answer."
[data]
test = "test.jsonl"
train = "test.jsonl"
corpus = "corpus.jsonl"
{update}
[metrics]
primary = "exact_match"
"""
UPDATE = '[update]\ncorpus = "corpus-2.jsonl"\ntarget = "new"'
ADAPTER = '''
"""Answers with the document that the question names."""
from harness.adapter import Adapter, Batched
from harness.types import Context, Reply, Rung


class Reader(Adapter):
    rung = Rung.RAG

    async def load(self, task, folder, services):
        return _Reader({p.id: p.text for p in task.corpus})


class _Reader(Batched):
    def __init__(self, texts):
        self.texts = texts

    def answers(self, queries):
        return [Reply(answer=self.texts[q.input], contexts=(Context(q.input, "x"),)) for q in queries]
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    task = tmp_path / "tasks" / "facts"
    task.mkdir(parents=True)
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "reader.py").write_text(ADAPTER)
    (tmp_path / "harness.toml").write_text('[candidates.reader]\nadapter = "reader"\n')
    (task / "task.toml").write_text(TASK.format(update=UPDATE))
    items = [{"id": f"{i}", "text": f"d{i}", "target": "old"} | ({"new": "new"} if i < 4 else {}) for i in range(8)]
    for name, rows in {
        "test": items,
        "corpus": [{"id": f"d{i}", "text": "old"} for i in range(8)],
        "corpus-2": [{"id": f"d{i}", "text": "new"} for i in range(4)],
    }.items():
        (task / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "300"})


def test_stale_prints_a_table_and_writes_the_report(folder):
    said = run("stale", "facts", "-c", "reader")
    assert said.exit_code == 0
    assert "4 documents are changed or new; the answers to 4 of 8 test items change with them." in said.output
    assert "re-index" in said.output
    assert "working days" in said.output
    found = json.loads((folder / "results" / "facts" / "stale.json").read_text())
    assert [found["candidates"][0][key]["value"] for key in ("before", "without", "after")] == [1, 0, 1]
    assert (folder / "results" / "facts" / "stale.md").is_file()


def test_a_task_without_a_second_edition_says_what_is_missing(folder):
    (folder / "tasks" / "facts" / "task.toml").write_text(TASK.format(update=""))
    with pytest.raises(ConfigError, match=r"has no \[update\]"):
        run("stale", "facts")


def test_guard_says_what_is_missing(folder):
    with pytest.raises(ConfigError, match=r"has no \[guard\]"):
        run("guard", "facts")
