"""Metrics of one label out of several. Definitions are scikit-learn's, with `zero_division` NaN for a single class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import ratio
from harness.metrics.metric import Aggregate, Metric, Score, Sort
from harness.metrics.share import Share

Pair = tuple[str, str | None]
"""(target, answer); the answer is None where there was none."""


def accuracy() -> Metric:
    """The share of items whose answer equals the target."""
    return Metric("accuracy", score=lambda target, answer: int(target == answer), failed=lambda _: 0)


def macro_f1() -> Metric:
    """F1 of each class, averaged over the classes that occur as a target or an answer."""
    return Metric("macro_f1", _pair, _unanswered, _f1_over_classes(by_support=False), support=_classes)


def weighted_f1() -> Metric:
    """F1 of each class, averaged with the number of its targets as weights."""
    return Metric("weighted_f1", score=_pair, failed=_unanswered, aggregate=_f1_over_classes(by_support=True))


def precision(label: str) -> Metric:
    """Of the items answered with `label`, the share that is right; undefined where nothing was."""
    share = Share(lambda pair: (int(pair == (label, label)), int(pair[1] == label)), f"nothing was answered {label!r}")
    return Metric(f"precision[{label}]", score=_pair, failed=_unanswered, aggregate=share)


def recall(label: str) -> Metric:
    """Of the items whose target is `label`, the share that was found; undefined where there is none."""
    share = Share(lambda pair: (int(pair == (label, label)), int(pair[0] == label)), f"no target is {label!r}")
    return Metric(f"recall[{label}]", score=_pair, failed=_unanswered, aggregate=share)


def f1(label: str) -> Metric:
    """Harmonic mean of the precision and recall of `label`; undefined where neither target nor answer has it."""
    empty = f"no target and no answer is {label!r}"
    share = Share(lambda pair: (int(pair == (label, label)), int(label in pair)), empty, f1=True)
    return Metric(f"f1[{label}]", score=_pair, failed=_unanswered, aggregate=share)


def confusion(pairs: Sequence[Pair], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts by target (row) and answer (column, one more at the end for no answer): L x (L + 1)."""
    row = {label: i for i, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels) + 1), dtype=np.int64)
    for target, answer in pairs:
        table[row[target], row.get(answer, len(labels)) if answer is not None else len(labels)] += 1
    return table


def _pair(target: str, answer: str) -> Score:
    return (target, answer)


def _unanswered(target: str) -> Score:
    return (target, None)


def _f1_over_classes(*, by_support: bool) -> Aggregate:
    def aggregate(values: Sequence[Pair], counts: NDArray[Any]) -> NDArray[np.float64]:
        hits, predicted, actual = _margins(values, counts)
        f1s = ratio(2 * hits, predicted + actual)
        weights = actual if by_support else ((predicted + actual) > 0).astype(np.float64)
        return ratio((f1s * weights).sum(axis=1), weights.sum(axis=1))

    return aggregate


def _classes(values: Sequence[Pair], counts: NDArray[Any]) -> Sequence[Sort]:
    """The targets of each class, found or not; each class makes as much of the figure as any other."""
    found = np.asarray([target == answer for target, answer in values], dtype=np.float64)
    classes, of = np.unique([target for target, _ in values], return_inverse=True)
    present = np.flatnonzero(np.bincount(of, weights=counts, minlength=len(classes)))
    return [Sort((of == i).astype(np.float64), found, 1 / len(present)) for i in present]


def _margins(
    values: Sequence[Pair], counts: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Hits, answers and targets of each class that occurs, in each row of `counts`: three arrays of B x classes."""
    classes = sorted({label for pair in values for label in pair if label is not None})
    column = {label: j for j, label in enumerate(classes)}
    hit, predicted, actual = np.zeros((3, len(values), len(classes)), dtype=np.float64)
    for i, (target, answer) in enumerate(values):
        actual[i, column[target]] = 1
        if answer is not None:
            predicted[i, column[answer]] = 1
        if target == answer:
            hit[i, column[target]] = 1
    weights = np.asarray(counts, dtype=np.float64)
    return weights @ hit, weights @ predicted, weights @ actual
