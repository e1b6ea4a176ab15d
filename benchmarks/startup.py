"""How long `harness --help` and `import harness` take, beside an empty Python: medians of 9 runs.

python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 9
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import harness": [sys.executable, "-c", "import harness"],
    "harness --help": [str(Path(sys.executable).with_name("harness")), "--help"],
    "harness list": [str(Path(sys.executable).with_name("harness")), "list"],
}


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    empty = statistics.median(taken["python -c pass"])
    print("| command | median s | min to max s | times an empty Python |\n| --- | ---: | ---: | ---: |")
    for name, values in taken.items():
        median = statistics.median(values)
        print(f"| `{name}` | {median:.3f} | {min(values):.3f} to {max(values):.3f} | {median / empty:.1f} |")


if __name__ == "__main__":
    main()
