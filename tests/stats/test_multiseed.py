"""Several seeds: both kinds of luck in one interval, and whose it is."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.stats.multiseed import Seeded, multi_bootstrap, variance_shares


def mean(values, counts):
    return counts @ np.asarray(values) / counts.sum(axis=1)


def seeded(scores):
    values, codes = np.unique(scores, return_inverse=True)
    return Seeded(mean, values, codes.reshape(scores.shape))


def crossed(rng, seeds, items, seed_sd, item_sd, noise_sd):
    return (
        seed_sd * rng.standard_normal((seeds, 1))
        + item_sd * rng.standard_normal(items)
        + noise_sd * rng.standard_normal((seeds, items))
    )


def test_one_seed_is_the_bootstrap_of_its_items():
    scores = np.random.default_rng(0).normal(1, 1, (1, 200))
    found = multi_bootstrap(seeded(scores), 20_000, np.random.default_rng(1))
    expected = stats.ttest_1samp(scores[0], 0).confidence_interval()
    assert found.value == pytest.approx(scores.mean())
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.01)


def test_seeds_without_variance_between_items_give_the_t_interval_of_the_seeds():
    scores = np.repeat(np.random.default_rng(2).normal(1, 1, (6, 1)), 30, axis=1)
    found = multi_bootstrap(seeded(scores), 50_000, np.random.default_rng(3))
    expected = stats.ttest_1samp(scores[:, 0], 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=0.03)


def test_the_variance_is_that_of_seeds_and_items_together():
    scores = crossed(np.random.default_rng(4), 8, 300, 0.1, 1, 0.5)
    found = multi_bootstrap(seeded(scores), 20_000, np.random.default_rng(5))
    between = scores.mean(axis=1).var(ddof=1) / 8
    items = scores.mean(axis=0).var() / 300
    # What is left is the residual's part, which the crossed draws count once more.
    assert found.standard_error == pytest.approx(math.sqrt(between + items), rel=0.05)


def test_the_interval_covers_where_seeds_matter_as_much_as_items():
    rng = np.random.default_rng(6)
    hits = 0
    for _ in range(300):
        found = multi_bootstrap(seeded(crossed(rng, 4, 100, 0.1, 1, 0.5).round(1)), 300, rng)
        hits += found.low <= 0 <= found.high
    assert 0.91 <= hits / 300 <= 0.985


def test_a_baseline_on_the_same_items_is_subtracted_and_their_luck_with_it():
    rng = np.random.default_rng(7)
    items = rng.standard_normal(400)
    a, b = items + 0.05 * rng.standard_normal((3, 1)), items - 1 + 0.05 * rng.standard_normal((5, 1))
    found = multi_bootstrap(seeded(a), 5000, rng, baseline=seeded(b))
    assert found.value == pytest.approx(a.mean() - b.mean())
    assert found.low < 1 < found.high
    assert found.high - found.low < 0.4
    assert found.p_value < 0.001


def test_clusters_widen_the_interval():
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(30), 10)
    scores = rng.standard_normal(30)[groups] + 0.3 * rng.standard_normal((3, 300))
    plain, grouped = (multi_bootstrap(seeded(scores), 2000, rng, groups=g) for g in (None, groups))
    assert grouped.standard_error > 2 * plain.standard_error


def test_equal_scores_give_an_interval_from_the_bounds():
    found = multi_bootstrap(
        Seeded(mean, [0.0, 1.0], np.ones((3, 10), dtype=int)), 100, np.random.default_rng(9), bounds=(0, 1)
    )
    assert (found.low, found.high) == pytest.approx((0.7225, 1), abs=1e-4)


def test_codes_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="seeds, items"):
        multi_bootstrap(Seeded(mean, [0.0, 1.0], [0, 1]), 100, np.random.default_rng(10))


def test_variance_shares_equal_the_mean_squares_of_the_two_way_table():
    scores = crossed(np.random.default_rng(11), 5, 40, 0.6, 1, 0.8)
    seeds, items = scores.shape
    by_item, by_seed, grand = scores.mean(axis=0), scores.mean(axis=1), scores.mean()
    ms_items = seeds * np.sum((by_item - grand) ** 2) / (items - 1)
    ms_seeds = items * np.sum((by_seed - grand) ** 2) / (seeds - 1)
    rest = scores - by_item - by_seed[:, None] + grand
    ms_rest = np.sum(rest**2) / ((seeds - 1) * (items - 1))
    parts = np.array([ms_items - ms_rest, ms_seeds - ms_rest, ms_rest]) / scores.size
    found = variance_shares(scores)
    assert (found.items, found.seeds, found.residual) == pytest.approx(tuple(parts / parts.sum()))


def test_shares_name_the_only_luck_there_is():
    rng = np.random.default_rng(12)
    assert variance_shares(crossed(rng, 4, 50, 1, 0, 0)).seeds == pytest.approx(1)
    assert variance_shares(crossed(rng, 4, 50, 0, 1, 0)).items == pytest.approx(1)
    shares = variance_shares(np.full((3, 4), 0.7))
    assert shares.items + shares.seeds + shares.residual == 1


def test_one_seed_has_no_shares():
    with pytest.raises(ValueError, match="two of each"):
        variance_shares(np.zeros((1, 10)))
