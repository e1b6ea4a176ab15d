"""How long a leaderboard takes to make from journals, and how much memory.

    python benchmarks/leaderboard_speed.py [--items 1000000] [--candidates 20] [--groups 0]

Writes a project of one task of kind label (12 labels) with synthetic journals into a temporary folder (about 90 MB
a candidate at a million items), then makes the leaderboard in a fresh process, as `harness leaderboard` does, and
prints seconds by step and the peak of its resident memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np

from harness import open_project
from harness.project import Candidate
from harness.run.manifest import Manifest, write_manifest
from harness.run.one import run_key
from harness.task import Task
from harness.types import Answered, Preparation

LABELS = [f"label {i}" for i in range(12)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--groups", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="Measure the project in this folder.")
    arguments = parser.parse_args()
    if arguments.folder:
        measure(arguments.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        write_project(folder, arguments.items, arguments.candidates, arguments.groups)
        print(f"{arguments.items:,} items, {arguments.candidates} candidates, {arguments.groups:,} groups")
        print(f"journals written in {time.perf_counter() - started:.1f} s", flush=True)
        subprocess.run([sys.executable, __file__, "--folder", name], check=True)


def write_project(folder: Path, items: int, candidates: int, groups: int) -> None:
    rng = np.random.default_rng(1)
    rungs = ["prompting", "rag", "trained"]
    tables = [
        f'[candidates.c{k}]\nadapter = "majority"\nrung = "{rungs[k % 3]}"\nseeds = [{k}]\n' for k in range(candidates)
    ]
    (folder / "harness.toml").write_text("\n".join(tables))
    task = folder / "tasks" / "big"
    task.mkdir(parents=True)
    labels = "\n".join(f'    "{label}",' for label in LABELS)
    group = 'group = "group"\n' if groups else ""
    (task / "task.toml").write_text(
        f'[task]\nkind = "label"\ninstructions = "Which label?"\nlabels = [\n{labels}\n]\n'
        f'[data]\ntrain = "train.jsonl"\ntest = "test.jsonl"\ntarget = "label"\n{group}'
        "[requirement]\naccuracy = { at_least = 0.8 }\n"
    )
    (task / "train.jsonl").write_text(
        "".join(json.dumps({"text": label, "label": label, "group": "t"}) + "\n" for label in LABELS)
    )
    targets = rng.integers(0, len(LABELS), items)
    belongs = rng.integers(0, max(groups, 1), items)
    with (task / "test.jsonl").open("w") as file:
        for i, (target, g) in enumerate(zip(targets.tolist(), belongs.tolist(), strict=True)):
            file.write(
                json.dumps({"id": f"i{i}", "text": f"document number {i}", "label": LABELS[target], "group": f"g{g}"})
                + "\n"
            )
    project = open_project(folder)
    loaded = project.project.task("big")
    hashes, order = loaded.table.query_hashes, rng.permutation(items)
    encoder = msgspec.json.Encoder()
    for k, candidate in enumerate(project.project.candidates()):
        right = rng.random(items) < 0.75 + 0.01 * k
        answers = np.where(right, targets, rng.integers(0, len(LABELS), items)).tolist()
        run = project.store.run("big", candidate.name, k, run_key(loaded, candidate, folder, k))
        run.folder.mkdir(parents=True)
        with run.journal.open("wb") as file:
            for i in order.tolist():
                file.write(encoder.encode(Answered(f"i{i}", hashes[i], LABELS[answers[i]])) + b"\n")
        write_manifest(run.manifest, manifest(loaded, candidate, k, items))


def manifest(task: Task, candidate: Candidate, seed: int, items: int) -> Manifest:
    return Manifest(
        task=task.name, task_version=task.version, test_hash=task.test_hash, teaching_hash=task.teaching_hash,
        candidate=candidate.name, adapter=candidate.adapter_name, adapter_source=candidate.source,
        settings=candidate.settings, rung=candidate.rung.value, seed=seed, key="", leaves_machine=False, items=items,
        answered=items, preparation=Preparation(),
    )  # fmt: skip


def measure(folder: Path) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    project = open_project(folder)
    task = project.project.task("big")
    loaded = time.perf_counter()
    board = project.leaderboard(task)
    made = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"task read {loaded - started:.1f} s, leaderboard {made - loaded:.1f} s, together {made - started:.1f} s")
    print(f"processor time {time.process_time() - cpu:.1f} s")
    print(f"peak memory {peak:.2f} GiB; first row: {board.rows[0].name} {board.rows[0].metrics['accuracy'].value:.4f}")


if __name__ == "__main__":
    main()
