"""How often the gate blocks a true drop of 5 points, none, and one of just what is allowed.

    OMP_NUM_THREADS=1 python benchmarks/gate_power.py [simulations]

Each simulation draws what base and head score on the same 400 items, of which 10 % are discordant, and asks the gate
itself. With 20 comparisons either one candidate drops and 19 do not, or none does, the allowed drop being 0; or all 20
drop by just what is allowed. The margin is 0.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from harness.gate.baseline import Baseline, Kept
from harness.gate.head import Head
from harness.gate.judge import judge
from harness.gate.policy import MetricRule, Policy
from harness.scores import Column, Scores
from harness.stats.proportion import wilson
from harness.task import Task, load_task

ITEMS, DISCORDANT, ACCURACY = 400, 0.10, 0.88


def main() -> None:
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    task = _task()
    print(f"{ITEMS} items, {DISCORDANT:.0%} discordant, {simulations} simulations (a fifth where there are 20)")
    print(
        f"{'comparisons':>11}  {'true drop':>9}  {'allowed':>7}  {'blocked':>7}  {'95 % interval':>14}  {'seconds':>7}"
    )
    for comparisons in (1, 20):
        runs = simulations if comparisons == 1 else max(simulations // 5, 1)
        for drop, allowed in ((0.05, 0.0), (0.0, 0.0), (0.05, 0.05)):
            begun = time.perf_counter()
            rng = np.random.default_rng([17, comparisons, int(100 * drop), int(100 * allowed)])
            blocked = sum(_blocked(task, comparisons, drop, allowed, rng) for _ in range(runs))
            low, high = wilson(blocked, runs)
            figures = f"{blocked / runs:>7.3f}  [{low:.3f}, {high:.3f}]  {time.perf_counter() - begun:>7.1f}"
            print(f"{comparisons:>11}  {drop:>9.2f}  {allowed:>7.2f}  {figures}", flush=True)


def _blocked(task: Task, comparisons: int, drop: float, allowed: float, rng: np.random.Generator) -> bool:
    """One base and head; the first candidate drops, the others only by what is allowed."""
    sides: tuple[dict[str, Kept], dict[str, Kept]] = ({}, {})
    for i in range(comparisons):
        for side, right in zip(sides, _drawn(drop if i == 0 else allowed, rng), strict=True):
            side[f"c{i}"] = Kept("1", "", (_scores(task, right),))
    base, now = sides
    policy = Policy(metrics={"accuracy": MetricRule(max_drop=allowed)})
    outcome = judge(Head({task.name: now}, tasks={task.name: task}), Baseline("", {task.name: base}), {}, policy)
    return any(c.beyond for c in outcome.changes if drop == allowed or c.candidate == "c0")


def _drawn(drop: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(400,) scores of base and head: which item is right on one side only is drawn, not fixed."""
    fell, rose = (DISCORDANT + drop) / 2, (DISCORDANT - drop) / 2
    both = ACCURACY - fell
    kind = rng.choice(4, size=ITEMS, p=[both, fell, rose, 1 - both - fell - rose])
    return np.isin(kind, (0, 1)), np.isin(kind, (0, 2))


def _scores(task: Task, right: np.ndarray) -> Scores:
    none = np.zeros(ITEMS, dtype=bool)
    column = Column([0, 1], right.astype(np.int64))
    return Scores(task.table.ids, task.table.hashes, task.table.groups, {"accuracy": column}, none, none)


def _task() -> Task:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "task.toml").write_text(
            '[task]\nkind = "label"\ninstructions = "Which?"\nlabels = ["a", "b"]\n'
            '[data]\ntest = "test.jsonl"\ntarget = "label"\n[metrics]\nprimary = "accuracy"\n',
            encoding="utf-8",
        )
        lines = (f'{{"text": "x{i}", "label": "a"}}\n' for i in range(ITEMS))
        (Path(folder) / "test.jsonl").write_text("".join(lines), encoding="utf-8")
        return load_task(Path(folder))


if __name__ == "__main__":
    main()
