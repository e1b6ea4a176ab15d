"""Resampling by counts: every draw is a draw of items or clusters, whichever way it is drawn."""

import numpy as np
import pytest

from harness.stats.multinomial import multinomial, plan
from harness.stats.resample import distinct_units, draw_counts, leave_one_out


def resampled(codes, u, draws, seed, groups=None):
    units = distinct_units([codes], [u], groups)
    return np.concatenate(list(draw_counts(units, draws, np.random.default_rng(seed))))


@pytest.mark.parametrize(
    "times",
    [[5], [1] * 12, [50, 20, 3, 3, 2, 1, 1], [600, 300, *[5] * 20, *[1] * 60], [30] * 40, [4000, 3000, *[3] * 99]],
)
def test_counts_have_the_mean_and_covariance_of_a_multinomial(times):
    times = np.array(times)
    n, draws = times.sum(), 20_000
    counts = multinomial(plan(times), draws, np.random.default_rng(0))
    assert counts.shape == (times.size, draws)
    assert counts.min() >= 0
    assert (counts.sum(axis=0) == n).all()
    share = times / n
    expected = n * (np.diag(share) - np.outer(share, share))
    error = np.sqrt(np.diag(expected) / draws)
    assert np.all(np.abs(counts.mean(axis=1) - times) <= 4.5 * error + 1e-12)
    if times.size > 1:
        assert np.abs(np.cov(counts) - expected).max() < 0.06 * expected.max()


def test_rare_cells_are_drawn_singly_or_looked_up_and_frequent_ones_by_binomials():
    plans = [plan(np.array(times)) for times in ([1] * 50, [10_000], [5000, *[4] * 200])]
    assert [(p.big, p.singly) for p in plans] == [(50, True), (1, False), (1, False)]


def test_counts_of_items_sum_to_n_and_follow_the_frequencies():
    codes = np.repeat([0, 1, 2], [70, 25, 5])
    counts = resampled(codes, 4, 5000, 1)
    assert counts.shape == (5000, 4)
    assert (counts.sum(axis=1) == 100).all()
    assert counts[:, 3].max() == 0
    assert counts.mean(axis=0) == pytest.approx([70, 25, 5, 0], abs=0.3)
    assert counts[:, 0].var() == pytest.approx(100 * 0.7 * 0.3, rel=0.08)


def test_clusters_are_drawn_whole():
    # Three clusters: (2 of score 0), (3 of score 1), (1 of each); every draw is a sum of three of them.
    codes = np.array([0, 0, 1, 1, 1, 0, 1])
    groups = np.array([5, 5, 8, 8, 8, 9, 9])
    counts = resampled(codes, 2, 4000, 2, groups)
    rows = np.array([[2, 0], [0, 3], [1, 1]])
    possible = {tuple(rows[[i, j, k]].sum(axis=0)) for i in range(3) for j in range(3) for k in range(3)}
    assert {tuple(row) for row in counts} == possible
    assert counts.mean(axis=0) == pytest.approx([3, 4], abs=0.1)


def test_clusters_that_look_the_same_are_one_unit():
    codes = [[0, 1, 1, 0, 0, 0], [1, 0, 0, 1, 0, 0]]
    units = distinct_units(codes, [2, 2], groups=[0, 0, 1, 1, 2, 2])
    assert units.times.tolist() == [2, 1]
    assert (units.table @ units.times).tolist() == [4, 2, 4, 2]


def test_sides_stay_paired():
    rng = np.random.default_rng(3)
    a = rng.integers(0, 2, 500)
    units = distinct_units([a, 1 - a], [2, 2])
    counts = np.concatenate(list(draw_counts(units, 300, rng)))
    assert (counts[:, 0] == counts[:, 3]).all()


def test_leaving_one_out_takes_each_distinct_unit_once():
    units = distinct_units([[0, 0, 0, 1, 2]], [3])
    (counts, times), *rest = leave_one_out(units)
    assert not rest
    assert sorted(zip(times.tolist(), map(tuple, counts.tolist()), strict=True)) == [
        (1, (3, 0, 1)),
        (1, (3, 1, 0)),
        (3, (2, 1, 1)),
    ]


def test_the_same_seed_gives_the_same_counts():
    codes = np.random.default_rng(4).integers(0, 50, 1000)
    first, second = (resampled(codes, 50, 200, 5) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize(
    ("codes", "message"), [([[]], "at least one item"), ([[0, 2]], "do not index"), ([[0, 1], [0]], "different")]
)
def test_bad_codes_are_refused(codes, message):
    with pytest.raises(ValueError, match=message):
        distinct_units(codes, [2] * len(codes))
