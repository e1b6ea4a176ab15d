"""Several candidates at once."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from harness.stats.interval import Interval
from harness.stats.simultaneous import (
    adjusted_p,
    against,
    all_pairs,
    best_of,
    rank_sets,
    simultaneous,
)

BENJAMINI_HOCHBERG = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
    0.7590, 1.0,
]  # fmt: skip


@pytest.mark.parametrize(("method", "rejected"), [("bonferroni", 3), ("holm", 3), ("bh", 4), ("by", 3)])
def test_rejections_of_benjamini_and_hochbergs_example(method, rejected):
    assert (adjusted_p(BENJAMINI_HOCHBERG, method) <= 0.05).sum() == rejected


@pytest.mark.parametrize(
    ("method", "name"), [("bonferroni", "bonferroni"), ("holm", "holm"), ("bh", "fdr_bh"), ("by", "fdr_by")]
)
def test_adjusted_p_equals_statsmodels(method, name):
    rng = np.random.default_rng(9)
    for size in (1, 2, 5, 30):
        for p in (rng.random(size), rng.random(size) ** 6, rng.integers(0, 3, size) / 2):
            assert adjusted_p(p, method) == pytest.approx(multipletests(p, method=name)[1], abs=1e-12)


def test_adjusted_p_of_nothing_is_nothing_and_nonsense_is_refused():
    assert adjusted_p([], "bh").size == 0
    with pytest.raises(ValueError, match="0 to 1"):
        adjusted_p([0.5, 1.2], "holm")


def test_pairs():
    assert all_pairs(3).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert against(3, 1).tolist() == [[0, 1], [2, 1]]


def test_the_critical_value_of_independent_differences_is_sidaks():
    # (2 Phi(c) - 1)^3 = .95 for three independent normal differences
    draws = np.c_[np.random.default_rng(0).standard_normal((100_000, 3)), np.zeros(100_000)]
    found = simultaneous(np.zeros(4), draws, against(4, 3))
    assert found.critical == pytest.approx(2.3877, abs=0.02)
    assert found.low == pytest.approx([-2.3877] * 3, abs=0.03)


def test_the_critical_value_of_one_difference_is_normal_and_of_all_pairs_tukeys():
    draws = np.random.default_rng(1).standard_normal((100_000, 4))
    assert simultaneous(np.zeros(4), draws, [(0, 1)]).critical == pytest.approx(1.96, abs=0.02)
    # q(.05; 4, inf) / sqrt(2) of the studentised range
    assert simultaneous(np.zeros(4), draws, all_pairs(4)).critical == pytest.approx(3.633 / 2**0.5, abs=0.02)


def test_intervals_hold_together_as_often_as_they_say():
    rng = np.random.default_rng(3)
    held = []
    for _ in range(300):
        data = rng.binomial(1, 0.5, (150, 5)) * (rng.random((150, 1)) < 0.8)
        draws = data.mean(axis=0) + rng.standard_normal((800, 150)) @ (data - data.mean(axis=0)) / 150
        found = simultaneous(data.mean(axis=0), draws, all_pairs(5))
        held.append(((found.low <= 0) & (found.high >= 0)).all())
    assert 0.91 <= np.mean(held) <= 0.985


def test_a_candidate_and_its_copy_do_not_disturb_the_others():
    rng = np.random.default_rng(4)
    draws = np.array([0, 1]) + rng.standard_normal((5000, 2))
    doubled = np.c_[draws, draws[:, 1]]
    found = simultaneous([0.0, 1.0, 1.0], doubled, all_pairs(3))
    assert found.critical == pytest.approx(1.96, abs=0.06)
    assert (found.low[2], found.high[2]) == (0, 0)


def test_with_an_interval_for_single_pairs_each_is_at_the_level_at_which_all_hold():
    rng = np.random.default_rng(9)
    draws = np.c_[rng.standard_normal((4000, 4)), np.zeros(4000)]
    draws[:, 4] = draws[:, 3]
    asked = {}

    def interval(a, b, level, error):
        asked[a, b] = level, error
        return Interval(-1.0, 1.0)

    found = simultaneous(np.zeros(5), draws, [(0, 1), (0, 2), (3, 4)], interval=interval)
    assert (found.low == -1).all()
    assert 0.95 < asked[0, 1][0] == asked[0, 2][0] <= 1 - 0.05 / 3
    assert asked[0, 1][0] == pytest.approx(2 * stats.norm.cdf(found.critical) - 1)
    # Draws that never differ say nothing: Bonferroni's level always suffices.
    assert asked[3, 4] == (pytest.approx(1 - 0.05 / 3), 0)


def test_the_best_of_two_groups_by_hand():
    # Without spread the interval is the value: max(.5, .7) - max(.6, .2).
    found = best_of([0, 1], [2, 3], [0.5, 0.7, 0.6, 0.2], np.tile([0.5, 0.7, 0.6, 0.2], (10, 1)))
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert (found.best_a, found.best_b) == (1, 2)


def test_the_interval_of_the_best_pays_for_the_picking():
    """Eight equal candidates against one as good: the naive interval of the picked one misses 0 often."""
    rng = np.random.default_rng(5)
    held = naive = 0
    for _ in range(300):
        noise = rng.standard_normal(9)
        draws = noise + rng.standard_normal((600, 9))
        found = best_of(range(8), [8], noise, draws)
        held += found.low <= 0 <= found.high
        gaps = draws[:, found.best_a] - draws[:, 8]
        naive += np.quantile(gaps, 0.025) <= 0
    assert held / 300 >= 0.93
    assert naive / 300 < 0.87


def test_best_of_holds_its_value_between_its_ends():
    rng = np.random.default_rng(6)
    for _ in range(50):
        estimates = rng.normal(size=6)
        found = best_of([0, 2, 4], [1, 3, 5], estimates, estimates + rng.normal(size=(200, 6)))
        assert found.low <= found.value <= found.high
        assert found.value == pytest.approx(estimates[[0, 2, 4]].max() - estimates[[1, 3, 5]].max())


@pytest.mark.parametrize("groups", [([], [0]), ([0], []), ([0, 1], [1])])
def test_groups_that_are_empty_or_overlap_are_refused(groups):
    with pytest.raises(ValueError, match="two groups"):
        best_of(*groups, [0.0, 1.0], np.zeros((10, 2)))


def test_rank_sets_count_those_surely_better_and_worse():
    # 2 is surely best; 0 and 1 cannot be told apart; 3 is surely last.
    estimates = [0.50, 0.51, 0.90, 0.10]
    draws = estimates + 0.01 * np.random.default_rng(7).standard_normal((3000, 4))
    found = simultaneous(estimates, draws, all_pairs(4))
    assert rank_sets(found, 4) == [(2, 3), (2, 3), (1, 1), (4, 4)]


def test_resamples_in_which_a_figure_is_not_defined_are_left_out():
    draws = np.random.default_rng(8).standard_normal((400, 2))
    spoilt = np.r_[draws, [[np.nan, 0.0]]]
    assert simultaneous([0.0, 0], spoilt, [(0, 1)]).critical == simultaneous([0.0, 0], draws, [(0, 1)]).critical
    with pytest.raises(ValueError, match="fewer than two draws"):
        simultaneous([0.0, 0], np.full((5, 2), np.nan), [(0, 1)])


@pytest.mark.parametrize(
    ("estimates", "draws", "pairs", "message"),
    [([0.0], np.zeros((5, 2)), [(0, 1)], "shapes"), ([0.0], np.zeros((5, 1)), [], "no pairs")],
)
def test_shapes_that_do_not_fit_are_refused(estimates, draws, pairs, message):
    with pytest.raises(ValueError, match=message):
        simultaneous(estimates, draws, pairs)
