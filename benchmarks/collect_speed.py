"""What the pytest plugin costs: collecting 200 tasks x 10 candidates, and a project that does not use it.

    python benchmarks/collect_speed.py [repeats]

Other plugins are switched off, so that only pytest and this one are measured. Times are of whole processes: elapsed,
and of the processor alone, which is what counts where the machine has other work.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS, CANDIDATES = 200, 10
_TASK = """
[task]
kind = "label"
instructions = "Which?"
labels = ["a", "b"]

[data]
train = "train.jsonl"
test = "test.jsonl"

[requirement]
accuracy = { at_least = 0.9 }
"""


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _project(root / "suite")
        (root / "plain").mkdir()
        (root / "plain" / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
        collect = _best(root / "suite", ["--collect-only", "-q", "tasks/"], plugin=True, repeats=repeats)
        print(f"--collect-only over {TASKS} tasks x {CANDIDATES} candidates: {_said(collect)}")
        without = _best(root / "plain", ["-q"], plugin=False, repeats=repeats)
        with_it = _best(root / "plain", ["-q"], plugin=True, repeats=repeats)
        print(f"a project without harness.toml, without the plugin: {_said(without)}")
        print(f"                                with the plugin:    {_said(with_it)}")
        print(f"the plugin adds {1000 * (with_it[1] - without[1]):.0f} ms of processor time")


def _said(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} s elapsed, {seconds[1]:.2f} s of the processor"


def _project(root: Path) -> None:
    for i in range(TASKS):
        task = root / "tasks" / f"task_{i:03}"
        task.mkdir(parents=True)
        (task / "task.toml").write_text(_TASK, encoding="utf-8")
    names = (f'[candidates.c{i}]\nadapter = "majority"\n' for i in range(CANDIDATES))
    (root / "harness.toml").write_text("".join(names), encoding="utf-8")


def _best(folder: Path, args: list[str], *, plugin: bool, repeats: int) -> tuple[float, float]:
    """Elapsed and processor seconds, the least of several runs: what else the machine does only ever adds."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(["-p", "harness.pytest_plugin"] * plugin)]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    elapsed, processor = [], []
    for _ in range(repeats):
        begun, used = time.perf_counter(), _used()
        subprocess.run([*command, *args], cwd=folder, env=environment, check=True, capture_output=True)
        elapsed.append(time.perf_counter() - begun)
        processor.append(_used() - used)
    return min(elapsed), min(processor)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
