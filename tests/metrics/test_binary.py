import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from harness.metrics import binary, classification
from harness.metrics.threshold import f1_threshold
from harness.types import Answered, Item
from tests.metrics.scoring import figure

SIDES = ("yes", "no")


def _drawn(rng, n=200, levels=None, share=0.3):
    actual = rng.random(n) < share
    sure = np.clip(rng.normal(0.35 + 0.25 * actual, 0.2), 0, 1)
    return actual, sure if levels is None else np.round(sure * levels) / levels


def _figure(metric, actual, sure):
    targets = ["yes" if a else "no" for a in actual]
    said = ["yes" if s >= 0.5 else "no" for s in sure]
    return figure(metric(*SIDES), targets, said, scores=[{"yes": float(s)} for s in sure])


@pytest.mark.parametrize("levels", [None, 10, 1])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (binary.roc_auc, reference.roc_auc_score),
        (binary.average_precision, reference.average_precision_score),
        (binary.brier, reference.brier_score_loss),
    ],
)
def test_figures_of_the_confidence_are_those_of_scikit_learn_with_and_without_ties(ours, theirs, levels):
    rng = np.random.default_rng(0)
    for _ in range(20):
        actual, sure = _drawn(rng, levels=levels)
        assert _figure(ours, actual, sure) == pytest.approx(theirs(actual, sure), abs=1e-9)


def test_resamples_are_scored_as_if_their_items_had_been_given():
    rng = np.random.default_rng(1)
    actual, sure = _drawn(rng, n=60, levels=8)
    values = sorted({(float(s), int(a)) for s, a in zip(sure, actual, strict=True)})
    counts = rng.integers(0, 4, size=(30, len(values)))
    for metric, theirs in (
        (binary.roc_auc, reference.roc_auc_score),
        (binary.average_precision, reference.average_precision_score),
    ):
        for found, times in zip(metric(*SIDES).aggregate(values, counts), counts, strict=True):
            drawn = np.repeat(np.array(values), times, axis=0)
            assert found == pytest.approx(theirs(drawn[:, 1], drawn[:, 0]), abs=1e-9)


def test_one_class_only_leaves_the_area_undefined_and_average_precision_where_no_item_is_positive():
    sure = np.array([0.1, 0.5, 0.9])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for actual in (np.ones(3, bool), np.zeros(3, bool)):
            assert np.isnan(_figure(binary.roc_auc, actual, sure))
            theirs = reference.average_precision_score(actual, sure)
            expected = theirs if actual.any() else np.nan
            assert _figure(binary.average_precision, actual, sure) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_calibration_error_is_the_weighted_gap_of_ten_bins():
    rng = np.random.default_rng(2)
    for levels in (None, 10):
        actual, sure = _drawn(rng, n=500, levels=levels)
        inner = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9])
        bins = np.searchsorted(inner, sure * 10, side="right")
        gap = sum(abs(sure[bins == b].sum() - actual[bins == b].sum()) for b in range(10)) / 500
        assert _figure(binary.expected_calibration_error, actual, sure) == pytest.approx(gap, abs=1e-9)
    curve = binary.reliability(sure, actual)
    assert sum(n for _, _, n in curve) == 500
    assert sum(share * n for _, share, n in curve) == pytest.approx(actual.sum())


def test_items_that_failed_rank_worst_and_are_certainly_wrong():
    targets, answers = ["yes", "no", "yes", "no"], ["yes", "no", None, None]
    scores = [{"yes": 0.9}, {"yes": 0.1}, None, None]
    assert figure(binary.roc_auc(*SIDES), targets, answers, scores) == pytest.approx(
        reference.roc_auc_score([1, 0, 1, 0], [0.9, 0.1, -1, 2])
    )
    assert figure(binary.brier(*SIDES), targets, answers, scores) == pytest.approx((0.01 + 0.01 + 1 + 1) / 4)
    assert figure(binary.expected_calibration_error(*SIDES), ["yes"] * 3, [None] * 3) == 1
    assert figure(binary.roc_auc(*SIDES), ["yes", "no"], [None, None]) == 0


def test_an_answer_without_a_confidence_counts_as_certain_and_either_label_may_carry_it():
    assert binary.confidence(Answered("a", "", "yes"), *SIDES) == 1.0
    assert binary.confidence(Answered("a", "", "no"), *SIDES) == 0.0
    assert binary.confidence(Answered("a", "", "no", scores={"no": 0.75}), *SIDES) == 0.25
    assert binary.confidence(Answered("a", "", None), *SIDES) is None


def test_an_unparsed_answer_is_as_bad_as_none():
    item, unparsed = Item("a", "", "yes"), Answered("a", "")
    for metric in (binary.roc_auc(*SIDES), binary.brier(*SIDES), binary.expected_calibration_error(*SIDES)):
        assert metric.score(item, unparsed) == metric.failed(item)


def test_precision_recall_and_f1_of_answers_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    for share in (0.0, 0.3, 1.0):
        actual, said = rng.random(50) < share, rng.random(50) < 0.5
        targets, answers = (["yes" if x else "no" for x in side] for side in (actual, said))
        for ours, theirs in (
            (classification.precision, reference.precision_score),
            (classification.recall, reference.recall_score),
            (classification.f1, reference.f1_score),
        ):
            expected = theirs(actual, said, zero_division=np.nan)
            assert figure(ours("yes"), targets, answers) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_the_threshold_has_the_greatest_f1_that_any_threshold_has():
    rng = np.random.default_rng(4)
    for levels in (None, 5):
        actual, sure = _drawn(rng, n=80, levels=levels)
        best = max(reference.f1_score(actual, sure >= t) for t in np.unique(sure))
        assert reference.f1_score(actual, sure >= f1_threshold(sure, actual)) == pytest.approx(best)
    assert f1_threshold([0.2, 0.3], [False, False]) == 0.5
