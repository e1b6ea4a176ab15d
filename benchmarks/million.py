"""A million items through an adapter that does nothing: speed and memory of the harness itself, as Markdown.

    python benchmarks/million.py [--items 1000000]

Every step is a process of its own: the first run, the same run again (nothing to do), and the leaderboard. Seconds are
by the clock and of the processor; loading the task (its file, one JSON object a line) is told apart. Memory is the
peak of the process.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = "abc"
NOOP = '''\
"""Says what stands at the end."""

from harness.adapter import Adapter, Batched
from harness.types import Reply, Rung


class Noop(Adapter):
    rung = Rung.BASELINE

    async def load(self, task, folder, services):
        return _Noop()


class _Noop(Batched):
    batch_size = 4096

    def answers(self, queries):
        return [Reply(answer=query.input[-1]) for query in queries]
'''
STEPS = ("run", "run again", "leaderboard")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--items", type=int, default=1_000_000)
    items = options.parse_args().items
    print(f"{items:,} items of 200 bytes\n")
    print("| step | load s | step s | CPU s of both | items/s of the step | peak MiB |")
    print("| --- |" + " ---: |" * 5)
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), items)
        for step in STEPS:
            ended = subprocess.run(
                [sys.executable, __file__, step, folder], stdout=subprocess.PIPE, text=True, check=True
            )
            load, took, cpu, peak = map(float, ended.stdout.split()[-4:])
            print(f"| {step} | {load:.1f} | {took:.1f} | {cpu:.1f} | {items / took:,.0f} | {peak:.0f} |", flush=True)


def write_project(root: Path, items: int) -> None:
    task = root / "tasks" / "many"
    task.mkdir(parents=True)
    (root / "adapters").mkdir()
    (root / "adapters/noop.py").write_text(NOOP)
    (root / "harness.toml").write_text('[candidates.noop]\nadapter = "noop"\n')
    (task / "task.toml").write_text(
        f'[task]\nkind = "label"\ninstructions = "Say it."\nlabels = {json.dumps(list(LABELS))}\n'
        '[data]\ntest = "test.jsonl"\n'
    )
    with (task / "test.jsonl").open("w") as file:
        for i in range(items):
            text = f"{i} ".ljust(199, "x") + LABELS[i % 3]
            file.write(json.dumps({"id": f"i{i}", "text": text, "target": LABELS[i % 3 if i % 10 else 0]}) + "\n")


def child(step: str, root: Path) -> None:
    from harness.api import open_project

    begun = time.monotonic()
    project = open_project(root)
    task = project.project.task("many")
    loaded = time.monotonic()
    if step == "leaderboard":
        board = project.leaderboard(task)
        assert board["noop"].n == len(task.test)
    else:
        (outcome,) = project.run(task)
        assert outcome.asked == (len(task.test) if step == "run" else 0)
        assert not outcome.failed
    took = time.monotonic() - loaded
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(loaded - begun, took, time.process_time(), peak)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in STEPS:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
