"""Metrics of labels against scikit-learn, to 1e-9."""

import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from harness.metrics.classification import (
    accuracy,
    confusion,
    f1,
    macro_f1,
    precision,
    recall,
    weighted_f1,
)
from harness.metrics.metric import Metric

NONE = "\0none"
pairs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([*"abcd", "stranger", None])), min_size=1, max_size=30
)
quick = settings(max_examples=150, deadline=None)


def figure(metric: Metric, data: list[tuple[str, str | None]]) -> float:
    scores = Counter(
        metric.score(target, answer) if answer is not None else metric.failed(target)  # type: ignore[misc]
        for target, answer in data
    )
    (value,) = metric.aggregate(list(scores), np.asarray([list(scores.values())]))
    return float(value)


def columns(data: list[tuple[str, str | None]]) -> tuple[list[str], list[str]]:
    return [target for target, _ in data], [NONE if answer is None else answer for _, answer in data]


@quick
@given(pairs)
def test_accuracy(data: list[tuple[str, str | None]]) -> None:
    assert figure(accuracy(), data) == pytest.approx(reference.accuracy_score(*columns(data)), abs=1e-9)


@quick
@given(pairs)
def test_f1_averages(data: list[tuple[str, str | None]]) -> None:
    truth, said = columns(data)
    # An item without an answer is missing from the recall of its class, and no class of its own.
    labels = sorted({*truth, *said} - {NONE})
    for metric, average in ((macro_f1(), "macro"), (weighted_f1(), "weighted")):
        expected = reference.f1_score(truth, said, labels=labels, average=average, zero_division=0)
        assert figure(metric, data) == pytest.approx(expected, abs=1e-9)


@quick
@given(pairs)
def test_figures_of_one_class(data: list[tuple[str, str | None]]) -> None:
    truth, said = columns(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for ours, theirs in (
            (precision, reference.precision_score),
            (recall, reference.recall_score),
            (f1, reference.f1_score),
        ):
            expected = theirs(truth, said, labels=["a"], average=None, zero_division=np.nan)[0]
            assert figure(ours("a"), data) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@quick
@given(pairs)
def test_confusion(data: list[tuple[str, str | None]]) -> None:
    truth, said = columns(data)
    labels = [*"abcd"]
    strange = [NONE if answer == "stranger" else answer for answer in said]
    expected = reference.confusion_matrix(truth, strange, labels=[*labels, NONE])
    assert np.array_equal(confusion(data, labels), expected[:4])


@pytest.mark.parametrize(
    "data",
    [
        [("a", "a")],
        [("a", None)],
        [("a", "b")],
        [("a", "a")] * 5,
        [("a", None), ("b", None)],
        [("a", "stranger")],
        [("a", "b"), ("b", "a")],
    ],
)
def test_degenerate_data_give_a_number_between_0_and_1(data: list[tuple[str, str | None]]) -> None:
    for metric in (accuracy(), macro_f1(), weighted_f1(), recall("a"), f1("a")):
        assert 0.0 <= figure(metric, data) <= 1.0


def test_figures_of_a_class_that_nothing_is_are_undefined_and_not_0() -> None:
    for metric in (precision("zebra"), recall("zebra"), f1("zebra")):
        assert np.isnan(figure(metric, [("a", "a"), ("b", None)]))
    assert np.isnan(figure(precision("a"), [("a", "b")]))
    assert figure(f1("a"), [("a", "b")]) == 0


def test_many_resamples_at_once_are_each_what_one_alone_is() -> None:
    rng = np.random.default_rng(0)
    values: list[Any] = [(t, a) for t in "abc" for a in ("a", "b", "c", None)]
    counts = rng.integers(0, 9, size=(50, len(values)))
    for metric in (macro_f1(), weighted_f1(), precision("b"), recall("c"), f1("a")):
        alone = [metric.aggregate(values, row[None])[0] for row in counts]
        assert metric.aggregate(values, counts) == pytest.approx(alone, abs=1e-12)


def test_a_class_that_no_resample_has_does_not_count() -> None:
    values = [("a", "a"), ("b", "b")]
    assert macro_f1().aggregate(values, np.asarray([[3, 0], [0, 2], [1, 1]])) == pytest.approx([1.0, 1.0, 1.0])
