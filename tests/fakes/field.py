"""A project whose candidates ask the faulty server, runs of it in processes of their own, and what they left."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.api import open_project
from harness.run.journal import latest
from harness.run.options import Options, Outcome
from harness.types import Answered, Record

LABELS = ("billing", "delivery", "legal", "returns", "sales")
TASK = f"""\
[task]
kind = "label"
instructions = "Which team must handle this message?"
labels = {json.dumps(LABELS)}
[data]
train = "train.jsonl"
test = "test.jsonl"
"""
ASKING = """\
[candidates.asking]
adapter = "prompting"
model = "openai/fake"
base_url = "URL"
timeout_s = 3
"""
TRAINED = """\
[candidates.trained]
adapter = "thrice"
url = "URL"
"""
THRICE = '''\
"""Learns for a while, asking about each training item; then asks three times about each item."""

import asyncio

from harness.adapter import Adapter
from harness.models.api import Message, Request
from harness.models.caller import CallFailedError
from harness.models.http import Endpoint
from harness.types import Preparation, Reply, Rung


class Thrice(Adapter):
    rung = Rung.TRAINED

    url: str

    def caller(self, services):
        return services.model("openai/fake", Endpoint(self.url, total_s=5))

    async def build(self, task, folder, seed, services):
        calls = []
        for epoch in range(5):
            await asyncio.sleep(0.1)
            (folder / f"weights-{epoch}.bin").write_bytes(b"w" * 100_000)
            _, call = await self.caller(services).complete(asking(f"#train-{epoch} learn"))
            calls.append(call)
        (folder / "model.bin").write_text("whole")
        return Preparation(labels=len(task.labelled), calls=tuple(calls))

    async def load(self, task, folder, services):
        assert (folder / "model.bin").read_text() == "whole"
        assert len(list(folder.glob("weights-*.bin"))) == 5
        return _Thrice(self.caller(services))


def asking(text):
    return Request((Message("user", text),))


class _Thrice:
    batch_size = 1

    def __init__(self, caller):
        self._caller = caller

    async def predict(self, queries):
        (query,) = queries
        calls = []
        try:
            for part in range(3):
                completion, call = await self._caller.complete(asking(f"#part-{part} {query.input}"))
                calls.append(call)
        except CallFailedError as error:
            return [error.as_failure(tuple(calls))]
        return [Reply(text=completion.text, calls=tuple(calls))]

    async def close(self):
        pass
'''


def label_of(i: int) -> str:
    return LABELS[i % len(LABELS)]


@dataclass
class Field:
    """The project, and the item's id as the server's log has it: `#m17`."""

    root: Path
    items: int

    def write(self, url: str, *candidates: str) -> None:
        task = self.root / "tasks" / "messages"
        task.mkdir(parents=True)
        (self.root / "adapters").mkdir()
        (self.root / "adapters/thrice.py").write_text(THRICE)
        (self.root / "harness.toml").write_text("\n".join(candidates).replace("URL", url))
        (task / "task.toml").write_text(TASK)
        for name, count in (("train", 20), ("test", self.items)):
            mark = "m" if name == "test" else "t"
            lines = (
                {"id": f"{mark}{i}", "text": f"Message #{mark}{i} is for {label_of(i)}", "target": label_of(i)}
                for i in range(count)
            )
            (task / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def start(self, *arguments: str, **popen: Any) -> subprocess.Popen[str]:
        """`harness run messages ...`"""
        code = "from harness.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", code, "run", "messages", *arguments],
            cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}, **popen,
        )  # fmt: skip

    def go(self, **options: Any) -> list[Outcome]:
        """The same in this process, without a leaderboard."""
        return open_project(self.root).run("messages", options=Options(**options))

    def run(self, *arguments: str, most_s: float = 240.0) -> tuple[int, str]:
        """Exit code and output of a run that ends by itself."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=most_s)
        return process.returncode, said

    def records(self, candidate: str = "*") -> dict[str, Record]:
        """The last record of each item, by its id."""
        found: dict[str, Record] = {}
        for journal in self.root.glob(f"results/messages/records/{candidate}-*/records.jsonl"):
            found |= {f"{journal.parent.name.split('-')[0]}/{k}": v for k, v in latest(journal).items()}
        return found

    def finished(self, candidate: str = "*") -> set[str]:
        """The items that have an answer, with the candidate before them."""
        return {name for name, record in self.records(candidate).items() if isinstance(record, Answered)}

    def wrong(self) -> list[str]:
        """The answered items whose answer is not the right one."""
        return [
            name
            for name, record in self.records().items()
            if isinstance(record, Answered) and record.answer != label_of(int(name.rpartition("m")[2]))
        ]

    def answered_again(self, finished: set[str], asked: list[str]) -> set[str]:
        """Of the items that were `finished`, those that the server was `asked` for all the same, by whose answer."""
        who = {f"{'trained' if '#part' in line else 'asking'}/{line.rpartition('#')[2]}" for line in asked}
        return finished & who

    def board(self) -> dict[str, Any]:
        """The figures of the leaderboard that a kill must not change: metrics with their intervals, and counts."""
        board = open_project(self.root).leaderboard("messages")
        return {row.name: (row.metrics, row.n, row.failed, row.unparsed) for row in board.rows}
