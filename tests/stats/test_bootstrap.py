"""Bootstrap intervals, against scipy on the same data."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from harness.stats.bootstrap import Side, bootstrap, joint_draws, paired_bootstrap
from harness.stats.mean import clustered_variance
from harness.stats.proportion import wilson


def mean(values, counts):
    return counts @ np.asarray(values) / counts.sum(axis=1)


def macro_f1(values, counts):
    """Over the classes 0, 1, 2; values are pairs of target and answer."""
    table = np.asarray(values)
    scores = []
    for k in range(3):
        hit, target, answer = (table == k).all(axis=1), table[:, 0] == k, table[:, 1] == k
        both = counts @ target + counts @ answer
        scores.append(2 * (counts @ hit) / np.maximum(both, 1))
    return np.mean(scores, axis=0)


PAIRS = [(i, j) for i in range(3) for j in range(3)]


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_the_interval_of_a_mean_equals_scipys(method):
    data = np.random.default_rng(0).gamma(1.0, size=2000).round(2)
    values, codes = np.unique(data, return_inverse=True)
    ours = bootstrap(mean, values, codes, 20_000, np.random.default_rng(1), method=method)
    name = {"percentile": "percentile", "bca": "BCa"}[method]
    theirs = stats.bootstrap((data,), np.mean, n_resamples=20_000, batch=200, method=name, rng=np.random.default_rng(2))
    width = ours.high - ours.low
    assert ours.value == pytest.approx(data.mean())
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.02 * width)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.02 * width)
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.03)


def test_bca_shifts_a_skewed_statistic_as_scipy_does():
    data = np.random.default_rng(3).lognormal(0, 1, 150).round(1)
    values, codes = np.unique(data, return_inverse=True)

    def variance(values, counts):
        return mean(values**2, counts) - mean(values, counts) ** 2

    ours = bootstrap(variance, values, codes, 20_000, np.random.default_rng(4), method="bca")
    theirs = stats.bootstrap((data,), np.var, n_resamples=20_000, method="BCa", rng=np.random.default_rng(5))
    assert ours.low == pytest.approx(theirs.confidence_interval.low, rel=0.04)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, rel=0.04)


def test_the_expansion_makes_up_for_few_items():
    # Of normal values the percentile interval then is the t interval, up to the draws.
    data = np.random.default_rng(6).normal(size=20)
    values, codes = np.unique(data, return_inverse=True)
    ours = bootstrap(mean, values, codes, 50_000, np.random.default_rng(7))
    expected = stats.ttest_1samp(data, 0).confidence_interval()
    assert ours.high - ours.low == pytest.approx(expected.high - expected.low, rel=0.06)


def test_a_paired_macro_f1_equals_sklearn_and_scipy():
    rng = np.random.default_rng(8)
    target = rng.integers(0, 3, 600)
    a, b = (np.where(rng.random(600) < share, target, rng.integers(0, 3, 600)) for share in (0.8, 0.7))

    def gap(target, a, b):
        return f1_score(target, a, average="macro") - f1_score(target, b, average="macro")

    ours = paired_bootstrap(
        macro_f1, PAIRS, target * 3 + a, PAIRS, target * 3 + b, draws=10_000, rng=np.random.default_rng(9)
    )
    theirs = stats.bootstrap(
        (target, a, b),
        gap,
        n_resamples=500,
        paired=True,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(10),
    )
    assert ours.value == pytest.approx(gap(target, a, b))
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.15)
    assert (ours.low, ours.high) == pytest.approx(theirs.confidence_interval, abs=0.012)


def test_drawing_clusters_gives_the_clustered_standard_error():
    rng = np.random.default_rng(11)
    groups = np.repeat(np.arange(80), rng.integers(1, 12, 80))
    right = (rng.random(groups.size) < rng.beta(2, 1, 80)[groups]).astype(int)
    ours = bootstrap(mean, [0.0, 1.0], right, 20_000, rng, groups=groups)
    assert ours.standard_error == pytest.approx(math.sqrt(clustered_variance(right, groups)), rel=0.05)


def test_both_sides_see_the_same_items():
    rng = np.random.default_rng(12)
    a = rng.integers(0, 2, 400)
    b = np.where(np.arange(400) < 4, 1 - a, a)
    ours = paired_bootstrap(mean, [0, 1], a, [0, 1], b, draws=4000, rng=rng)
    differences = a - b
    assert ours.standard_error == pytest.approx(differences.std() / 20, rel=0.06)


def test_a_p_value_is_never_0():
    a, b = np.ones(300, dtype=int), np.r_[np.ones(30, dtype=int), np.zeros(270, dtype=int)]
    ours = paired_bootstrap(mean, [0, 1], a, [0, 1], b, draws=999, rng=np.random.default_rng(13))
    assert ours.p_value == pytest.approx(2 / 1000)


def test_joint_draws_share_their_resamples():
    rng = np.random.default_rng(14)
    a = rng.integers(0, 2, 200)
    joint = joint_draws([Side(mean, [0, 1], a), Side(mean, [1, 0], a), Side(mean, [0, 1], 1 - a)], 500, rng)
    assert joint.estimates == pytest.approx([a.mean(), 1 - a.mean(), 1 - a.mean()])
    assert joint.draws.shape == (500, 3)
    assert joint.draws[:, 0] + joint.draws[:, 1] == pytest.approx(1)
    assert (joint.draws[:, 1] == joint.draws[:, 2]).all()


def test_equal_scores_give_an_interval_from_the_bounds():
    rng = np.random.default_rng(15)
    ours = bootstrap(mean, [0.0, 1.0], np.ones(10, dtype=int), 500, rng, bounds=(0, 1))
    assert (ours.low, ours.high) == pytest.approx(wilson(10, 10))
    open_ended = bootstrap(mean, [0.0, 1.0], np.ones(10, dtype=int), 500, rng)
    assert (open_ended.low, open_ended.high) == (-math.inf, math.inf)


def test_equal_scores_in_unequal_clusters_vary_by_rounding_alone():
    groups = np.repeat(np.arange(7), [1, 2, 3, 5, 7, 11, 13])
    ours = bootstrap(
        mean, [0.3, 0.7], np.zeros(42, dtype=int), 500, np.random.default_rng(23), groups=groups, bounds=(0, 1)
    )
    assert (ours.standard_error, ours.p_value) == (0, pytest.approx(2 / 501))
    assert 0 < ours.low < 0.3 < ours.high < 1


def test_candidates_that_never_differ_are_not_said_to_be_the_same():
    codes = np.random.default_rng(16).integers(0, 2, 50)
    ours = paired_bootstrap(
        mean, [0, 1], codes, [0, 1], codes, draws=500, rng=np.random.default_rng(17), bounds=(-1, 1)
    )
    assert ours.low < 0 < ours.high
    assert ours.p_value == 1


def test_resamples_in_which_a_figure_is_not_defined_are_left_out_and_counted():
    def share_of_positives_found(values, counts):
        found = np.full(len(counts), np.nan)
        positives = counts[:, 0] + counts[:, 1]
        np.divide(counts[:, 1], positives, out=found, where=positives > 0)
        return found

    codes = np.array([0, 1, *[2] * 8])
    ours = bootstrap(share_of_positives_found, ["miss", "hit", "other"], codes, 2000, np.random.default_rng(18))
    assert ours.draws == pytest.approx(2000 * (1 - 0.8**10), rel=0.03)
    assert np.isfinite([ours.low, ours.high]).all()
    with pytest.raises(ValueError, match="not defined"):
        bootstrap(share_of_positives_found, ["miss", "hit", "other"], [2, 2], 100, np.random.default_rng(19))


def test_the_same_seed_gives_the_same_interval():
    codes = np.random.default_rng(20).integers(0, 2, 300)
    first, second = (bootstrap(mean, [0, 1], codes, 300, np.random.default_rng(21)) for _ in range(2))
    assert first == second


def test_candidates_whose_scores_differ_by_rounding_alone_have_p_1():
    codes = np.random.default_rng(24).integers(0, 3, 90)
    a, b = [0.1, 0.2, 0.3], [0.1, 0.2, 0.1 + 0.2]
    ours = paired_bootstrap(mean, a, codes, b, codes, draws=500, rng=np.random.default_rng(25))
    assert ours.p_value == 1


@pytest.mark.parametrize("data", [[0, 9], [0, 0, 9], [0, 9, 9], [0, 0, 0, 1, 50]])
@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_few_skewed_items_keep_the_ends_in_order(data, method):
    values, codes = np.unique(data, return_inverse=True)
    ours = bootstrap(mean, values, codes, 500, np.random.default_rng(26), method=method, bounds=(min(data), max(data)))
    assert min(data) <= ours.low <= ours.value <= ours.high <= max(data)


def test_no_items_are_refused():
    with pytest.raises(ValueError, match="at least one item"):
        bootstrap(mean, [0, 1], [], 100, np.random.default_rng(22))
