"""Bootstrap by counts of distinct scores, against `scipy.stats.bootstrap(vectorized=True)`, as Markdown.

    python benchmarks/bootstrap_speed.py [draws]

Both in this process, on the same items and the same statistic: the paired difference of two candidates over
10,000 items. Times are the best of three, scipy's of one, in batches of the size that is fastest for it (all
draws in one batch, its default, take 800 MB per array and longer).
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray
from harness.stats.bootstrap import paired_bootstrap

ITEMS = 10_000
CLASSES = 12


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = np.random.default_rng(1)
    target = rng.integers(0, CLASSES, ITEMS)
    a = np.where(rng.random(ITEMS) < 0.8, target, rng.integers(0, CLASSES, ITEMS))
    b = np.where(rng.random(ITEMS) < 0.75, target, rng.integers(0, CLASSES, ITEMS))
    groups = rng.integers(0, 2_000, ITEMS)
    right = [(answers == target).astype(np.int64) for answers in (a, b)]
    cells = [target * CLASSES + answers for answers in (a, b)]
    pairs = [(i, j) for i in range(CLASSES) for j in range(CLASSES)]
    scores = np.array([0.0, 1.0])

    def accuracy(**more: Any) -> Callable[[], Any]:
        return lambda: paired_bootstrap(
            mean, scores, right[0], scores, right[1], draws=draws, rng=np.random.default_rng(2), **more
        )

    def macro(**more: Any) -> Callable[[], Any]:
        return lambda: paired_bootstrap(
            macro_f1, pairs, cells[0], pairs, cells[1], draws=draws, rng=np.random.default_rng(2), **more
        )

    def scipy_bootstrap(data: tuple[Any, ...], statistic: Any, batch: int) -> Callable[[], Any]:
        return lambda: stats.bootstrap(
            data,
            statistic,
            n_resamples=draws,
            batch=batch,
            vectorized=True,
            paired=True,
            method="percentile",
            rng=np.random.default_rng(2),
        )

    print(f"{draws:,} paired draws over {ITEMS:,} items\n")
    print(
        "| statistic | seconds | scipy | times faster | interval | scipy's |\n| --- | ---: | ---: | ---: | --- | --- |"
    )
    slow = timed(scipy_bootstrap(tuple(right), mean_gap, 200), 1)
    report("accuracy", timed(accuracy()), slow)
    report("accuracy, BCa", timed(accuracy(method="bca")), None)
    report("accuracy, 2,000 clusters", timed(accuracy(groups=groups)), None)
    slow = timed(scipy_bootstrap((target, a, b), macro_gap, 100), 1)
    report(f"macro-F1, {CLASSES} classes", timed(macro()), slow)
    report(f"macro-F1, {CLASSES} classes, BCa", timed(macro(method="bca")), None)
    report(f"macro-F1, {CLASSES} classes, 2,000 clusters", timed(macro(groups=groups)), None)


def timed(call: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    best, found = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        found = call()
        best = min(best, time.perf_counter() - start)
    return best, found


def report(name: str, ours: tuple[float, Any], scipys: tuple[float, Any] | None) -> None:
    seconds, found = ours
    line = f"| {name} | {seconds:.3f} | "
    if scipys is None:
        print(line + f"| | {found.low:.4f} to {found.high:.4f} | |", flush=True)
        return
    theirs = scipys[1].confidence_interval
    print(
        line + f"{scipys[0]:.2f} | {scipys[0] / seconds:.0f} | {found.low:.4f} to {found.high:.4f} "
        f"| {theirs.low:.4f} to {theirs.high:.4f} |",
        flush=True,
    )


def mean(values: FloatArray, counts: IntArray) -> FloatArray:
    return np.asarray(counts @ values / counts.sum(axis=1))


def macro_f1(values: list[tuple[int, int]], counts: IntArray) -> FloatArray:
    table = np.asarray(values)
    target, answer = (table[:, side, None] == np.arange(CLASSES) for side in (0, 1))
    return f1(counts @ (target & answer).astype(float), counts @ (target.astype(float) + answer))


def mean_gap(a: IntArray, b: IntArray, axis: int = -1) -> FloatArray:
    return np.asarray(a.mean(axis=axis) - b.mean(axis=axis))


def macro_gap(target: IntArray, a: IntArray, b: IntArray, axis: int = -1) -> FloatArray:
    return _macro(target, a, axis) - _macro(target, b, axis)


def _macro(target: IntArray, answer: IntArray, axis: int) -> FloatArray:
    figures = []
    for k in range(CLASSES):
        targets, answers = target == k, answer == k
        both = targets.sum(axis=axis) + answers.sum(axis=axis)
        figures.append(2 * (targets & answers).sum(axis=axis) / np.maximum(both, 1))
    return np.asarray(np.mean(figures, axis=0))


def f1(hits: FloatArray, both: FloatArray) -> FloatArray:
    return np.asarray(np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0).mean(axis=1))


if __name__ == "__main__":
    main()
