"""Metrics of yes or no. Those of the confidence are scikit-learn's; those of the answer are in `classification`.

The confidence of an item is that of the positive class. Where a candidate gives none, its answer counts as certain.
Where it gave no reply, a positive item ranks below all others and a negative one above all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import FloatArray, matrix, ratio
from harness.metrics.metric import Aggregate, Metric, Score, Sort
from harness.types import Answered, Item

OF_CONFIDENCE = ("roc_auc", "average_precision", "brier", "ece")
"""Names of those that read it."""
BINS = 10
"""Of equal width, for calibration."""
_BELOW_ALL, _ABOVE_ALL = -1.0, 2.0
_ENDS: tuple[Literal["left"], Literal["right"]] = ("left", "right")


def roc_auc(positive: str, negative: str) -> Metric:
    """How likely a positive item is more confident than a negative one, ties half; undefined with one class only."""
    return _ranked("roc_auc", positive, negative, _area, _both_sides)


def average_precision(positive: str, negative: str) -> Metric:
    """Precision at each confidence that occurs, weighted by the recall it adds; undefined without positive items."""
    return _ranked("average_precision", positive, negative, _average_precision, _positive_side)


def brier(positive: str, negative: str) -> Metric:
    """Mean squared distance of the confidence from what is true, 0 or 1. An item without a reply counts 1."""

    def score(item: Item, record: Answered) -> Score:
        sure = confidence(record, positive, negative)
        return 1.0 if sure is None else (sure - (item.target == positive)) ** 2

    return Metric("brier", score, failed=lambda _: 1.0, higher_is_better=False, percent=False, needs="record")


def expected_calibration_error(positive: str, negative: str) -> Metric:
    """Mean distance, over 10 bins of equal width, of the share of positive items from the mean confidence.

    Weighted by the items of a bin (Naeini et al. 2015). An item without a reply is wrong with certainty.
    """

    def score(item: Item, record: Answered) -> Score:
        sure = confidence(record, positive, negative)
        return missing(item) if sure is None else (sure, int(item.target == positive))

    def missing(item: Item) -> Score:
        actual = int(item.target == positive)
        return (1.0 - actual, actual)

    return Metric("ece", score, missing, aggregate=_calibration, higher_is_better=False, percent=False, needs="record")


def prevalence(positive: str) -> Metric:
    """The share of positive items, whatever was answered."""

    def score(target: str, _: Any = None) -> int:
        return int(target == positive)

    return Metric("prevalence", score, failed=score, instead=("roc_auc", "f1"))


def confidence(record: Answered, positive: str, negative: str) -> float | None:
    """How sure a candidate is of the positive class, 0 to 1; None where it gave no answer at all."""
    scores = record.scores or {}
    if positive in scores:
        return min(max(float(scores[positive]), 0.0), 1.0)
    if negative in scores:
        return min(max(1.0 - float(scores[negative]), 0.0), 1.0)
    return None if record.answer is None else float(record.answer == positive)


def certain(scores: Iterable[Any]) -> bool:
    """Whether these scores of a metric of confidence come from answers alone, or from confidences of 0 and 1."""
    sure = (score[0] if isinstance(score, tuple) else score for score in scores)
    return all(one in (0.0, 1.0, _BELOW_ALL, _ABOVE_ALL) for one in sure)


def reliability(confidences: Sequence[float], positive: Sequence[bool]) -> list[tuple[float, float, int]]:
    """The reliability curve: mean confidence, share of positive items and number of items of each bin that has any."""
    sure, actual = np.asarray(confidences, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    bins = _bins(sure)
    return [
        (float(sure[bins == b].mean()), float(actual[bins == b].mean()), int((bins == b).sum()))
        for b in range(BINS)
        if (bins == b).any()
    ]


def _ranked(
    name: str,
    positive: str,
    negative: str,
    aggregate: Aggregate,
    support: Callable[[Sequence[Any], NDArray[Any]], Sequence[Sort]],
) -> Metric:

    def score(item: Item, record: Answered) -> Score:
        sure = confidence(record, positive, negative)
        return missing(item) if sure is None else (sure, int(item.target == positive))

    def missing(item: Item) -> Score:
        return (_BELOW_ALL, 1) if item.target == positive else (_ABOVE_ALL, 0)

    return Metric(name, score, missing, aggregate, percent=False, needs="record", support=support)


def _area(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    positive, negative = _sides(values, counts)
    below, at_most = (negative.up_to(positive.sure, side) for side in _ENDS)
    hits = np.einsum("ij,ij->j", positive.times, below + at_most) / 2
    return ratio(hits, positive.held[-1] * negative.held[-1], empty=np.nan)


def _average_precision(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    positive, negative = _sides(values, counts)
    right, wrong = (side.held[-1] - side.up_to(positive.sure, "left") for side in (positive, negative))
    precisions = np.einsum("ij,ij->j", positive.times, ratio(right, right + wrong))
    return ratio(precisions, positive.held[-1], empty=np.nan)


def _both_sides(values: Sequence[Any], counts: NDArray[Any]) -> Sequence[Sort]:
    """Each item by the share of the other side's that it outranks or is outranked by (DeLong et al. 1988)."""
    sure, actual = matrix(values).T
    placed = np.zeros(len(sure))
    sides = _sides(values, counts[None, :])
    for mine, others in ((1, sides[1]), (0, sides[0])):
        rows = actual == mine
        less, at_most = (others.up_to(sure[rows], side)[:, 0] for side in _ENDS)
        placed[rows] = (less + at_most) / 2 / max(1.0, others.held[-1, 0])
    return [Sort((actual == mine).astype(np.float64), placed) for mine in (1, 0)]


def _positive_side(values: Sequence[Any], counts: NDArray[Any]) -> Sequence[Sort]:
    """Each positive item by the precision at its confidence."""
    sure, actual = matrix(values).T
    right, wrong = ((side.held[-1] - side.up_to(sure, "left"))[:, 0] for side in _sides(values, counts[None, :]))
    return [Sort((actual == 1).astype(np.float64), ratio(right, right + wrong))]


@dataclass(frozen=True)
class _Side:
    """The positive or the negative items by their confidence, lowest first, in each of B resamples."""

    sure: FloatArray
    """(m,) confidences."""
    times: FloatArray
    """(m, B) how often each stands in each resample."""
    held: FloatArray
    """(m + 1, B) running totals of `times`, from 0 on."""

    def up_to(self, confidences: FloatArray, side: Literal["left", "right"]) -> FloatArray:
        """How many items lie below each confidence, or with "right" at most there: (k, B)."""
        found: FloatArray = self.held[np.searchsorted(self.sure, confidences, side)]
        return found


def _sides(values: Sequence[Any], counts: NDArray[Any]) -> tuple[_Side, _Side]:
    sure, actual = matrix(values).T
    # Resamples come as columns of a table with a row per score, where rows are cheap to pick.
    columns = np.asarray(counts).T
    sides = []
    for wanted in (1, 0):
        mine = np.flatnonzero(actual == wanted)
        mine = mine[np.argsort(sure[mine], kind="stable")]
        times = columns[mine].astype(np.float64)
        held = np.zeros((len(mine) + 1, columns.shape[1]))
        np.cumsum(times, axis=0, out=held[1:])
        sides.append(_Side(sure[mine], times, held))
    return sides[0], sides[1]


def _calibration(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    sure, actual = matrix(values).T
    gaps = np.zeros((len(values), BINS))
    gaps[np.arange(len(values)), _bins(sure)] = sure - actual
    weights = np.asarray(counts, dtype=np.float64)
    return ratio(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))


def _bins(confidences: FloatArray) -> NDArray[np.int64]:
    return np.minimum((confidences * BINS).astype(np.int64), BINS - 1)
