"""A task of questions with a judge on loopback, and candidates that say what a file says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes.judge import JudgeServer

from harness.models.retry import RetryPolicy

REPLAY = '''\
"""Says what a file says; keeps silent where it says nothing."""

import json
from pathlib import Path

from harness.adapter import Adapter, Batched
from harness.types import Context, Failure, Reply, Rung


class Replay(Adapter):
    rung = Rung.RAG

    file: str
    model: str = "none"

    async def load(self, task, folder, services):
        lines = (services.root / self.file).read_text().splitlines()
        return _Replay({line["id"]: line for line in map(json.loads, lines)})


class _Replay(Batched):
    def __init__(self, lines):
        self._lines = lines

    def answers(self, queries):
        return [self._say(self._lines.get(query.id)) for query in queries]

    def _say(self, line):
        if line is None:
            return Failure("Silent", "nothing was said")
        contexts = tuple(Context(f"c{i}", text) for i, text in enumerate(line.get("contexts", ())))
        return Reply(text=line["answer"], contexts=contexts)
'''
TASK = """\
[task]
kind = "text"
instructions = "Answer from the manuals."

[data]
test = "test.jsonl"
train = "train.jsonl"
input = "question"
target = "answer"
{group}
[metrics]
primary = "exact_match"

[judge]
model = "openai/judge-1"
base_url = "{url}"
{judge}
"""


def question(i: int) -> dict[str, Any]:
    return {
        "id": f"q{i}",
        "question": f"What is the limit of machine {i}?",
        "answer": f"{i} bar",
        "group": f"g{i // 5}",
    }


@dataclass
class Court:
    """The project, the judge's server, and the command line."""

    root: Path
    server: JudgeServer
    cli: Any
    candidates: dict[str, str] = field(default_factory=dict)

    def task(self, items: int = 20, judge: str = "", extra: str = "", grouped: bool = False) -> None:
        group = 'group = "group"\n' if grouped else ""
        text = TASK.format(url=self.server.openai, judge=judge, group=group) + extra
        self.write("tasks/limits/task.toml", text)
        self.write("tasks/limits/test.jsonl", lines(question(i) for i in range(items)))
        self.write("tasks/limits/train.jsonl", lines({**question(9000), "id": f"t{i}"} for i in range(2)))
        self.write("adapters/replay.py", REPLAY)

    def candidate(self, name: str, answers: Mapping[int, str], contexts: Sequence[str] = (), more: str = "") -> None:
        said = ({"id": f"q{i}", "answer": text, "contexts": list(contexts)} for i, text in answers.items())
        self.write(f"{name}.jsonl", lines(said))
        self.candidates[name] = f'[candidates.{name}]\nadapter = "replay"\nfile = "{name}.jsonl"\n{more}\n'
        self.toml()

    def toml(self, more: str = '[prices."openai/judge-1"]\ninput = 1.0\ncached = 1.0\noutput = 2.0\n') -> None:
        self.write("harness.toml", "\n".join(self.candidates.values()) + more)

    def labels(self, rows: Sequence[Mapping[str, Any]], path: str = "tasks/limits/human.csv") -> Path:
        head = list(rows[0])
        text = "\n".join([",".join(head), *(",".join(str(row[k]) for k in head) for row in rows)])
        return self.write(path, text + "\n")

    def write(self, path: str, text: str) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def open(self) -> Any:
        from harness import open_project

        return open_project(self.root)

    def run(self) -> None:
        from harness.run.options import Options

        self.open().run("limits", options=Options(latency=False, max_failures=1.0))

    def judge(self, **options: Any) -> list[Any]:
        import asyncio

        from harness.judge.session import JudgeOptions

        session = self.open().judge_session("limits", (), JudgeOptions(**{"max_failures": 1.0, **options}))
        return asyncio.run(session.run())

    def row(self, name: str) -> Any:
        return self.open().leaderboard("limits")[name]


def lines(rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def court(lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    import shutil

    shutil.rmtree(lab.root / "tasks")
    monkeypatch.setattr("harness.models.caller.RetryPolicy", lambda: RetryPolicy(attempts=4, base=0.001, longest=0.01))
    with JudgeServer() as server:
        yield Court(lab.root, server, lab.cli)


def answers(items: int, wrong: Sequence[int] = ()) -> dict[int, str]:
    """The right answers, apart from some."""
    return {i: "9999 bar" if i in wrong else f"{i} bar" for i in range(items)}
