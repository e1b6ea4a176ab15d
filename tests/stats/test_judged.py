"""Prediction-powered means and Rogan-Gladen."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from harness.stats.judged import judged_difference, judged_mean
from harness.stats.proportion import wilson
from harness.stats.rogan_gladen import rogan_gladen

# ppi_py switches all warnings off for the process when it is imported.
with warnings.catch_warnings():
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

GOLD = [1, 1, 0, 1, 0, 1, 1, 0, 1, 1]
JUDGE = [1, 1, 0, 1, 1, 1, 1, 0, 1, 0]
ELSEWHERE = [1] * 70 + [0] * 30


def judged_data(rng, n, m, rate, accuracy):
    truth = (rng.random(n + m) < rate).astype(float)
    judge = np.where(rng.random(n + m) < accuracy, truth, 1 - truth)
    return truth[:n], judge[:n], judge[n:]


@pytest.mark.parametrize(
    ("tuning", "low", "high"), [(0, 0.46164, 0.93836), (1, 0.45547, 0.94453), (None, 0.49349, 0.90651)]
)
def test_the_reference_example_of_ppi_python_comes_out(tuning, low, high):
    found = judged_mean(GOLD, JUDGE, ELSEWHERE, level=0.90, tuning=tuning)
    assert (found.value, found.low, found.high) == pytest.approx((0.7, low, high), abs=1e-4)
    assert (found.labelled, found.unlabelled) == (10, 100)


@pytest.mark.parametrize("seed", range(6))
def test_means_and_intervals_are_those_of_ppi_python(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(5, 80), rng.integers(20, 400)
    y = rng.normal(size=n)
    f = rng.uniform(-0.3, 1) * y + rng.normal(size=n)
    g = rng.normal(0.2, 1.1, size=m)
    found = judged_mean(y, f, g)
    low, high = ppi_mean_ci(y, f, g, alpha=0.05)
    assert found.value == pytest.approx(float(np.squeeze(ppi_mean_pointestimate(y, f, g))), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((float(low[0]), float(high[0])), abs=1e-12)


def test_a_paired_difference_is_the_prediction_powered_mean_of_the_differences():
    rng = np.random.default_rng(5)
    a, b = judged_data(rng, 60, 300, 0.8, 0.9), judged_data(rng, 60, 300, 0.7, 0.9)
    found = judged_difference(*zip(a, b, strict=True))
    low, high = ppi_mean_ci(a[0] - b[0], a[1] - b[1], a[2] - b[2], alpha=0.05)
    assert (found.low, found.high) == pytest.approx((float(low[0]), float(high[0])), abs=1e-12)


def test_without_the_judge_it_is_the_mean_of_the_human_labels():
    found = judged_mean(GOLD, JUDGE, ELSEWHERE, tuning=0)
    reach = norm.ppf(0.975) * np.std(GOLD) / np.sqrt(10)
    assert (found.value, found.high - found.value) == pytest.approx((0.7, reach))


def test_without_the_judge_and_with_bounds_it_is_wilson():
    found = judged_mean(GOLD, JUDGE, ELSEWHERE, tuning=0, bounds=(0, 1))
    assert (found.low, found.high) == pytest.approx(wilson(7, 10))


def test_a_good_judge_shortens_the_interval_and_a_useless_one_does_not_lengthen_it():
    rng = np.random.default_rng(6)
    truth, judge, elsewhere = judged_data(rng, 200, 4000, 0.7, 0.95)
    alone = judged_mean(truth, judge, elsewhere, tuning=0)
    good = judged_mean(truth, judge, elsewhere)
    useless = judged_mean(truth, rng.random(200), rng.random(4000))
    assert good.high - good.low < 0.7 * (alone.high - alone.low)
    assert useless.high - useless.low <= 1.001 * (alone.high - alone.low)


def test_a_biased_judge_does_not_move_the_estimate():
    rng = np.random.default_rng(7)
    values = [
        judged_mean(truth, np.maximum(judge, rng.random(100) < 0.3), np.maximum(other, rng.random(900) < 0.3)).value
        for truth, judge, other in (judged_data(rng, 100, 900, 0.6, 0.9) for _ in range(300))
    ]
    assert np.mean(values) == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize(("n", "rate"), [(50, 0.8), (100, 0.97), (200, 0.6)])
def test_with_bounds_the_interval_covers_near_the_ends_too(n, rate):
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(600):
        found = judged_mean(*judged_data(rng, n, 1000, rate, 0.85), bounds=(0, 1))
        hits += found.low <= rate <= found.high
    assert 0.92 <= hits / 600 <= 0.98


def test_clusters_that_repeat_items_do_not_shorten_the_interval():
    rng = np.random.default_rng(9)
    y, f, g = judged_data(rng, 40, 200, 0.7, 0.9)
    once = judged_mean(y, f, g, groups=np.arange(40), groups_unlabelled=np.arange(40, 240), tuning=0.5)
    five = judged_mean(
        *(np.repeat(part, 5) for part in (y, f, g)),
        groups=np.repeat(np.arange(40), 5),
        groups_unlabelled=np.repeat(np.arange(40, 240), 5),
        tuning=0.5,
    )
    assert (five.value, five.low, five.high) == pytest.approx((once.value, once.low, once.high))


@pytest.mark.parametrize("bounds", [None, (0, 1)])
def test_equal_labels_give_an_interval_that_claims_no_certainty(bounds):
    found = judged_mean([0.3] * 20, [0.3] * 20, [0.3] * 50, bounds=bounds)
    assert found.value == pytest.approx(0.3)
    assert found.high - found.low > 0.1
    assert not np.isnan([found.low, found.high]).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gold": []}, "no scores"),
        ({"gold": [1, 0]}, "2 human labels"),
        ({"groups": list(range(10))}, "or for neither"),
        ({"tuning": 1.5}, "tuning"),
        ({"bounds": (0, 0.5)}, "outside"),
        ({"level": 1}, "level"),
    ],
)
def test_what_cannot_be_estimated_is_refused(arguments, message):
    given = {"gold": GOLD, "judge": JUDGE, "judge_unlabelled": ELSEWHERE} | arguments
    with pytest.raises(ValueError, match=message):
        judged_mean(given.pop("gold"), given.pop("judge"), given.pop("judge_unlabelled"), **given)


def test_candidates_scored_on_different_items_are_refused():
    with pytest.raises(ValueError, match="same items"):
        judged_difference((GOLD, GOLD[:5]), (JUDGE, JUDGE), (ELSEWHERE, ELSEWHERE))


def test_rogan_gladen_is_the_formula_by_hand():
    # (.60 + .80 - 1) / (.90 + .80 - 1) = 4/7
    found = rogan_gladen((60, 100), (90, 100), (80, 100))
    assert found.value == pytest.approx(4 / 7)
    assert found.apparent == 0.6
    assert found.low < 4 / 7 < found.high


def test_rogan_gladen_with_a_judge_known_to_be_perfect_is_agresti_and_coull():
    found = rogan_gladen((30, 200), (10**9, 10**9), (10**9, 10**9))
    assert (found.low, found.high) == pytest.approx(proportion_confint(30, 200, method="agresti_coull"), abs=1e-6)


def test_rogan_gladen_stays_within_0_and_1():
    # 2 % judged positive by a judge who calls 10 % of the negatives positive.
    found = rogan_gladen((2, 100), (45, 50), (45, 50))
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0 < found.high < 0.2


def test_errors_of_the_judge_that_are_less_well_known_make_the_interval_longer():
    long, short = (
        rogan_gladen((60, 100), (27, 30), (24, 30)),
        rogan_gladen((60, 100), (900, 1000), (800, 1000)),
    )
    assert long.high - long.low > 1.2 * (short.high - short.low)


@pytest.mark.parametrize(("rate", "sensitivity", "specificity"), [(0.3, 0.9, 0.8), (0.6, 0.8, 0.8), (0.9, 0.95, 0.7)])
def test_rogan_gladen_covers_with_errors_that_are_only_estimated(rate, sensitivity, specificity):
    rng = np.random.default_rng(10)
    apparent = rate * sensitivity + (1 - rate) * (1 - specificity)
    hits = 0
    for _ in range(800):
        found = rogan_gladen(
            (rng.binomial(500, apparent), 500),
            (rng.binomial(60, sensitivity), 60),
            (rng.binomial(60, specificity), 60),
        )
        hits += found.low <= rate <= found.high
    assert hits / 800 >= 0.93


def test_a_judge_of_whom_too_little_is_known_says_nothing():
    found = rogan_gladen((500, 1000), (2, 2), (10, 1000))
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("tallies", "message"),
    [
        (((0, 0), (9, 10), (9, 10)), "judged: expected"),
        (((5, 10), (11, 10), (9, 10)), "sensitivity: expected"),
        (((5, 10), (5, 10), (5, 10)), "no better than chance"),
    ],
)
def test_a_judge_that_cannot_be_corrected_is_refused(tallies, message):
    with pytest.raises(ValueError, match=message):
        rogan_gladen(*tallies)
