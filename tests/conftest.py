"""A small project to try things on, and the command line in this process."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TOML = '[candidates.majority]\nadapter = "majority"\n\n[candidates.tfidf]\nadapter = "tfidf"\n'

TASK = """\
[task]
kind = "label"
instructions = "Which animal is it?"
labels = ["cat", "dog"]

[data]
train = "train.jsonl"
test = "test.jsonl"
target = "label"

[requirement]
accuracy = { at_least = 0.5 }
"""

TOY = '''\
"""Says cat where it reads meow; keeps a list of what it was asked."""

import asyncio

from harness.adapter import Adapter
from harness.types import Failure, Reply, Rung


class Toy(Adapter):
    rung = Rung.PROMPTING

    batch: int = 1
    pause: float = 0.0
    version: int = 1

    async def load(self, task, folder, services):
        return _Toy(self, services.root)


class _Toy:
    def __init__(self, settings, root):
        self.batch_size, self._pause, self._root = settings.batch, settings.pause, root

    async def predict(self, queries):
        with (self._root / "asked.txt").open("a") as file:
            file.writelines(query.id + "\\n" for query in queries)
        await asyncio.sleep(self._pause)
        broken = self._root / "broken.txt"
        fail = broken.read_text().split() if broken.exists() else ()
        return [
            Failure("Broken", "out of order")
            if query.id in fail
            else Reply(answer="cat" if "meow" in query.input else "dog")
            for query in queries
        ]

    async def close(self):
        pass
'''


def rows(start: int, stop: int, prefix: str) -> list[dict[str, str]]:
    """Cats at odd numbers, dogs at even ones."""
    return [
        {
            "id": f"{prefix}{i}",
            "text": f"{'meow purr' if i % 2 else 'woof bark'} number {i}",
            "label": "cat" if i % 2 else "dog",
        }
        for i in range(start, stop)
    ]


def jsonl(data: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in data)


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Lab:
    """A project in a temporary folder, with a task `pets` of 20 training and 12 test items."""

    root: Path
    cli: Callable[..., Ended]
    toml = TOML
    task = TASK
    rows = staticmethod(rows)

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file of the project."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def test(self, data: Iterable[Mapping[str, Any]], more: str | bytes = b"") -> None:
        """The test items, and lines after them as they are."""
        self.write("tasks/pets/test.jsonl", jsonl(data).encode() + (more if isinstance(more, bytes) else more.encode()))

    def train(self, data: Iterable[Mapping[str, Any]]) -> None:
        """The training items."""
        self.write("tasks/pets/train.jsonl", jsonl(data))

    def toy(self, settings: str = "", name: str = "toy") -> None:
        """One candidate alone: the toy."""
        self.write("adapters/toy.py", TOY)
        self.write("harness.toml", f'[candidates.{name}]\nadapter = "toy"\n{settings}\n')

    def asked(self) -> list[str]:
        """Ids of the queries that the toy was asked, in order; forgets them."""
        log = self.root / "asked.txt"
        found = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    def open(self) -> Any:
        """The project, read anew."""
        from harness import open_project

        return open_project(self.root)

    def run(self, *candidates: str, **options: Any) -> Any:
        """Outcomes of a run over `pets`."""
        from harness.run.options import Options

        return self.open().run("pets", candidates, Options(**{"latency": False, **options}))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lab:
    from harness.cli import console
    from harness.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    console.output.cache_clear()
    console.errors.cache_clear()

    def cli(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    made = Lab(tmp_path, cli)
    made.write("harness.toml", TOML)
    made.write("tasks/pets/task.toml", TASK)
    made.train(rows(0, 20, "train"))
    made.test(rows(0, 12, "test"))
    return made


ALLOWED_SKIPS = ("GPU", "shared/data")
"""Parts of the reasons for which a test may be skipped in continuous integration."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if odd := _odd_skips(terminalreporter):
        terminalreporter.section("skips that are not on the list in tests/conftest.py")
        terminalreporter.line("\n".join(odd))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("HARNESS_STRICT_SKIPS") and reporter is not None and _odd_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _odd_skips(reporter: pytest.TerminalReporter) -> list[str]:
    reports = reporter.stats.get("skipped", [])
    reasons = {r.longrepr[2] if isinstance(r.longrepr, tuple) else str(r.longrepr) for r in reports}
    return sorted(r for r in reasons if not any(allowed in r for allowed in ALLOWED_SKIPS))
