"""From an empty repository and a CSV of 500 rows to a leaderboard: three commands, timed.

    python benchmarks/first_leaderboard.py

git init; harness init --from data.csv (which runs majority, TF-IDF, nearest neighbours and a fine-tuned candidate);
harness leaderboard. Elapsed and processor time of each, since the machine may have other work.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 500
HARNESS = [sys.executable, "-c", "from harness.cli import main; main()"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root / "data.csv")
        commands = (
            ("git init", ["git", "init", "-q"]),
            ("harness init --from data.csv", [*HARNESS, "init", "--from", "data.csv"]),
            ("harness leaderboard", [*HARNESS, "leaderboard"]),
        )
        total = 0.0
        for name, command in commands:
            begun, used = time.perf_counter(), _used()
            done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
            seconds = time.perf_counter() - begun
            total += seconds
            print(f"{name:<32} {seconds:>6.1f} s elapsed, {_used() - used:>6.1f} s of the processor")
            if done.returncode:
                print(done.stdout, done.stderr)
        print(f"{'all three':<32} {total:>6.1f} s elapsed")
        print(done.stdout)


def _write(path: Path) -> None:
    """The first 500 documents of the built-in task, in its order."""
    source = Path(__file__).parent.parent / "tasks" / "document_routing" / "train.jsonl"
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()[:ROWS]]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows((row["text"], row["label"]) for row in rows)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
