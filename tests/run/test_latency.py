"""The latency of what calls an API is that of its calls, and builds that only call APIs overlap."""

import subprocess
import sys

import pytest
from fakes.server import FakeServer

from harness.run.journal import latest

TOML = """
[candidates.asking]
adapter = "prompting"
model = "openai/fake"
base_url = "{url}"
"""
SLOW_IMPORT = """
import sys, time
from importlib.abc import MetaPathFinder

class Slow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "openai":
            time.sleep(1.5)

sys.meta_path.insert(0, Slow())
from harness.cli import main
main()
"""


@pytest.mark.parametrize("fallback", ["", 'fallback = {{ model = "openai/other", base_url = "{url}" }}'])
def test_importing_the_sdk_is_in_no_answers_latency_of_a_new_run_or_a_resumed_one(lab, fallback: str) -> None:
    with FakeServer() as server:
        lab.write("harness.toml", (TOML + fallback).format(url=server.openai))
        lab.test({"id": f"i{n}", "text": f"beast {n} says dog", "label": "dog"} for n in range(40))
        for limit in ("20", "40"):
            subprocess.run(
                [sys.executable, "-c", SLOW_IMPORT, "run", "pets", "--limit", limit], cwd=lab.root, check=True,
                capture_output=True,
            )  # fmt: skip
    (journal,) = lab.root.glob("results/pets/records/*/records.jsonl")
    records = latest(journal).values()
    assert len(records) == 40
    assert max(record.seconds for record in records) < 1.5


BUILDS = '''\
"""Waits in its build until another is built beside it."""

import asyncio

from harness.adapter import Adapter, Batched
from harness.types import Preparation, Reply, Rung

BUILDING = []


class Together(Adapter):
    rung = Rung.BASELINE

    name: str
    here: bool = False

    def builds_here(self):
        return self.here

    async def build(self, task, folder, seed, services):
        BUILDING.append(self.name)
        await asyncio.sleep(0.1)
        (services.root / "beside.txt").open("a").write(f"{len(BUILDING)}\\n")
        BUILDING.remove(self.name)
        return Preparation()

    async def load(self, task, folder, services):
        return _All()


class _All(Batched):
    def answers(self, queries):
        return [Reply(answer="cat") for _ in queries]
'''


@pytest.mark.parametrize(("here", "most"), [("false", 2), ("true", 1)])
def test_builds_overlap_unless_they_keep_the_cores_busy(lab, here: str, most: int) -> None:
    lab.write("adapters/together.py", BUILDS)
    tables = (f'[candidates.{name}]\nadapter = "together"\nname = "{name}"\nhere = {here}\n' for name in "ab")
    lab.write("harness.toml", "".join(tables))
    assert [outcome.stopped for outcome in lab.run()] == [None, None]
    assert max(map(int, (lab.root / "beside.txt").read_text().split())) == most
