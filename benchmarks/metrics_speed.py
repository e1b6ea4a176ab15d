"""Seconds and memory of every metric's figure with its bootstrap: 100,000 items, 1,000 resamples.

Run: python benchmarks/metrics_speed.py [METRIC ...]. Each metric has a process of its own, so that its memory is its.
Scores are drawn as distinct as they come: all confidences, numbers and n-gram statistics differ.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.metrics import binary, classification, fields, ngrams, regression, retrieval, spans, text, top_k
from harness.metrics.arrays import Values
from harness.metrics.metric import Metric
from harness.stats.bootstrap import bootstrap

ITEMS, DRAWS = 100_000, 1_000
TYPES = tuple(f"type {i}" for i in range(10))
Scores = Callable[[np.random.Generator], Sequence[Any]]


def _numbers(*parts: np.ndarray) -> list[tuple[Any, ...]]:
    return list(zip(*(part.tolist() for part in parts), strict=True))


def zero_one(rng: np.random.Generator) -> Sequence[Any]:
    return (rng.random(ITEMS) < 0.9).astype(int).tolist()


def pairs(rng: np.random.Generator) -> Sequence[Any]:
    target = rng.integers(77, size=ITEMS)
    answer = np.where(rng.random(ITEMS) < 0.9, target, rng.integers(77, size=ITEMS))
    return _numbers(target.astype(str), answer.astype(str))


def confidences(rng: np.random.Generator) -> Sequence[Any]:
    return _numbers(rng.random(ITEMS), (rng.random(ITEMS) < 0.3).astype(int))


def distinct(rng: np.random.Generator) -> Sequence[Any]:
    return np.abs(rng.normal(size=ITEMS)).tolist()


def two_numbers(rng: np.random.Generator) -> Sequence[Any]:
    target = rng.normal(size=ITEMS)
    return _numbers(target, target + rng.normal(size=ITEMS))


def tallies(columns: int) -> Scores:
    def draw(rng: np.random.Generator) -> Sequence[Any]:
        return [tuple(row) for row in rng.integers(0, 6, size=(ITEMS, columns)).tolist()]

    return draw


def grams(columns: int) -> Scores:
    def draw(rng: np.random.Generator) -> Sequence[Any]:
        return [tuple(row) for row in rng.integers(1, 60, size=(ITEMS, columns)).tolist()]

    return draw


CASES: dict[str, tuple[Metric, Scores]] = {
    "label accuracy": (classification.accuracy(), zero_one),
    "label macro_f1, 77 classes": (classification.macro_f1(), pairs),
    "label weighted_f1, 77 classes": (classification.weighted_f1(), pairs),
    "binary roc_auc": (binary.roc_auc("yes", "no"), confidences),
    "binary average_precision": (binary.average_precision("yes", "no"), confidences),
    "binary ece": (binary.expected_calibration_error("yes", "no"), confidences),
    "binary brier": (binary.brier("yes", "no"), lambda rng: rng.random(ITEMS).tolist()),
    "number mae": (regression.mae(), distinct),
    "number rmse": (regression.rmse(), distinct),
    "number r2": (regression.r2(), two_numbers),
    "number bias": (regression.bias(), distinct),
    "number residual_quantile": (regression.residual_quantile(0.9), distinct),
    "spans f1": (spans.exact("f1"), tallies(3)),
    "spans macro_f1, 10 types": (spans.averaged_f1(TYPES, by_support=False), tallies(30)),
    "spans partial_recall": (spans.partial_recall(), tallies(2)),
    "json field_accuracy": (fields.field_accuracy(0.0), distinct),
    "json field_f1": (fields.field_f1(0.0), tallies(3)),
    "text token_f1": (text.token_f1(), lambda rng: rng.random(ITEMS).tolist()),
    "text rouge_l": (text.rouge_l(), lambda rng: rng.random(ITEMS).tolist()),
    "text bleu": (ngrams.bleu(), grams(10)),
    "text chrf": (ngrams.chrf(), grams(18)),
    "retrieval ndcg@10": (retrieval.ndcg_at(10), lambda rng: rng.random(ITEMS).tolist()),
    "image-label top_5": (top_k.top_k(5), zero_one),
}


def measured(name: str) -> tuple[float, float]:
    """Seconds of one core, and peak GiB of the process with everything that it loaded."""
    metric, draw = CASES[name]
    found: dict[Any, int] = {}
    codes = np.array([found.setdefault(score, len(found)) for score in draw(np.random.default_rng(0))])
    values = Values(found)
    begun = time.process_time()
    bootstrap(metric.aggregate, values, codes, DRAWS, np.random.default_rng(1), bounds=metric.bounds)
    seconds = time.process_time() - begun
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    chosen = sys.argv[1:] or list(CASES)
    print(f"{ITEMS:,} items, {DRAWS:,} resamples\n\n| metric | seconds | GiB |\n|---|---|---|")
    for name in chosen:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, memory = pool.apply(measured, (name,))
        print(f"| {name} | {seconds:.2f} | {memory:.2f} |", flush=True)


if __name__ == "__main__":
    main()
