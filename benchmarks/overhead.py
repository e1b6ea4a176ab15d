"""What the harness costs beside the calls: its own runner against a bare AsyncOpenAI gather loop, as Markdown.

    python benchmarks/overhead.py [--items 1000 5000] [--at-once 20] [--repeats 3]

Both ask the same one-line questions of the same fake server. Every run is a process of its own, and so is the server,
whose processor time is not counted. The slope is the processor time between the two numbers of items, what is fixed is
what remains at none; of several repeats, taken in turns, the least counts. The harness keeps its journal as always;
its response cache is off, as in the loop, but for one row.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER = Path(__file__).parents[1] / "tests" / "fakes" / "server.py"
LABELS = ("billing", "delivery", "returns", "complaints", "legal", "sales")
INSTRUCTIONS = "Decide which team must handle this message."
LOOP, HARNESS, CACHED = "AsyncOpenAI loop", "harness", "harness, cache on"


@dataclass(frozen=True)
class Spent:
    """By one process."""

    cpu: float
    wall: float
    written: float
    left: float
    resident: float


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--items", type=int, nargs=2, default=[1000, 5000])
    options.add_argument("--at-once", type=int, default=20)
    options.add_argument("--repeats", type=int, default=3)
    given = options.parse_args()
    few, many = given.items
    ways = (LOOP, HARNESS, CACHED)
    with fake_server(0.0) as port:
        spent = {(w, n): best(w, n, given.at_once, port, given.repeats) for n in (few, many) for w in ways}
    with fake_server(0.05) as port:
        slow = {w: best(w, few, 100, port, given.repeats) for w in ways}
    slope = {w: 1000 * (spent[w, many].cpu - spent[w, few].cpu) / (many - few) for w in ways}
    fixed = {w: spent[w, few].cpu - few * slope[w] / 1000 for w in ways}
    each = {w: (spent[w, many].written - spent[w, few].written) / 1024 / (many - few) for w in ways}
    left = {w: (spent[w, many].left - spent[w, few].left) / 1024 / (many - few) for w in ways}
    print(
        f"{few:,} and {many:,} items, {given.at_once} at once, best of {given.repeats}, "
        f"Python {sys.version.split()[0]}, {len(os.sched_getaffinity(0))} cores\n"
    )
    print(
        f"| | CPU ms an item | of the loop's | fixed CPU s | {few:,} items, 50 ms, 100 at once: wall s | CPU s of that "
        f"| KiB written an item | KiB left an item | resident MiB at {many:,} |"
    )
    print("| --- |" + " ---: |" * 8)
    for way in ways:
        print(
            f"| {way} | {slope[way]:.3f} | {slope[way] / slope[LOOP]:.2f} | {fixed[way]:.2f} | {slow[way].wall:.2f} "
            f"| {slow[way].cpu:.2f} | {each[way]:.2f} | {left[way]:.2f} | {spent[way, many].resident:.0f} |"
        )


def best(way: str, items: int, at_once: int, port: int, repeats: int) -> Spent:
    runs = [measure(way, items, at_once, port) for _ in range(repeats)]
    return Spent(*(min(getattr(run, name) for run in runs) for name in Spent.__dataclass_fields__))


def measure(way: str, items: int, at_once: int, port: int) -> Spent:
    """One process, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if way != LOOP:
            write_project(root, items, port)
        before = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        begun = time.monotonic()
        command = [sys.executable, __file__, way, str(items), str(at_once), str(port), folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            written = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begun
        if process.returncode:
            raise SystemExit(f"{way} failed")
        after = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    return Spent(used.ru_utime + used.ru_stime, wall, float(written), after - before, used.ru_maxrss / 1024)


@contextmanager
def fake_server(delay: float) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, SERVER, str(delay)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.communicate()


def question(i: int) -> tuple[str, str]:
    """The text of an item, and its label, which the fake server finds at the end of the text."""
    label = LABELS[i % len(LABELS)]
    return f"Message {i}: where are the goods of order {i * 7919 % 100_003}? Sent to {label}", label


def write_project(root: Path, items: int, port: int) -> None:
    task = root / "tasks" / "messages"
    task.mkdir(parents=True)
    (root / "harness.toml").write_text(
        f'[candidates.fake]\nadapter = "prompting"\nmodel = "openai/fake"\nbase_url = "http://127.0.0.1:{port}/v1"\n'
    )
    (task / "task.toml").write_text(
        f'[task]\nkind = "label"\ninstructions = "{INSTRUCTIONS}"\nlabels = {json.dumps(LABELS)}\n'
        '[data]\ntest = "test.jsonl"\n'
    )
    lines = (
        {"id": f"m{i}", "text": text, "target": label} for i, (text, label) in enumerate(map(question, range(items)))
    )
    (task / "test.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def child(way: str, items: int, at_once: int, port: int, root: Path) -> None:
    if way == LOOP:
        bare_loop(items, at_once, port)
    else:
        harness_run(items, at_once, root, cache=way == CACHED)
    counters = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    print(counters["wchar"])


def bare_loop(items: int, at_once: int, port: int) -> None:
    """What one would write without a harness."""
    import asyncio

    from openai import AsyncOpenAI

    ask = f"{INSTRUCTIONS}\n\nAnswer with exactly one of these labels and nothing else: {'; '.join(LABELS)}."

    async def run() -> None:
        client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{port}/v1")
        slots = asyncio.Semaphore(at_once)

        async def one(text: str, label: str) -> bool:
            async with slots:
                answer = await client.chat.completions.create(
                    model="fake",
                    messages=[{"role": "system", "content": ask}, {"role": "user", "content": text}],
                    max_tokens=64,
                    temperature=0.0,
                )
            return answer.choices[0].message.content == label

        right = await asyncio.gather(*(one(*question(i)) for i in range(items)))
        assert sum(right) == items

    asyncio.run(run())


def harness_run(items: int, at_once: int, root: Path, *, cache: bool) -> None:
    from harness.api import open_project
    from harness.run.journal import read_records
    from harness.run.options import Options

    (outcome,) = open_project(root).run("messages", options=Options(cache=cache, max_concurrency=at_once))
    assert outcome.folder
    expected = {f"m{i}": question(i)[1] for i in range(items)}
    assert {r.item_id: getattr(r, "answer", None) for r in read_records(outcome.folder.journal)} == expected


if __name__ == "__main__":
    if len(sys.argv) == 6 and sys.argv[1] in (LOOP, HARNESS, CACHED):
        child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
    else:
        main()
