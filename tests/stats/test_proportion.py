"""Intervals for proportions, against statsmodels, by arithmetic and by simulation."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from harness.stats.beta_binomial import beta_binomial
from harness.stats.proportion import (
    clopper_pearson,
    design_effect,
    effective_n,
    few_for_coverage,
    wilson,
    wilson_clustered,
)


@pytest.mark.parametrize(
    ("interval", "successes", "n", "low", "high"),
    [
        (wilson, 95, 100, 0.8882, 0.9785),
        (clopper_pearson, 95, 100, 0.8872, 0.9836),
        (wilson, 10, 10, 0.7225, 1.0),
        (clopper_pearson, 10, 10, 0.6915, 1.0),
    ],
)
def test_reference_figures(interval, successes, n, low, high):
    assert interval(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("interval", "name"), [(wilson, "wilson"), (clopper_pearson, "beta")])
def test_equals_statsmodels_on_random_counts(interval, name):
    rng = np.random.default_rng(0)
    for _ in range(100):
        n = int(rng.integers(1, 500))
        k, level = int(rng.integers(0, n + 1)), float(rng.uniform(0.5, 0.999))
        assert interval(k, n, level) == pytest.approx(proportion_confint(k, n, 1 - level, method=name), abs=1e-9)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_the_ends_are_exactly_0_and_1_where_all_or_none_succeed(interval):
    assert interval(0, 7).low == 0.0
    assert interval(7, 7).high == 1.0
    assert 0 < interval(0, 7).high < 1
    assert 0 < interval(7, 7).low < 1


def test_one_sided_bounds_leave_the_whole_error_on_one_side():
    # (1 - p)^n = .05 and p^n = .05 by hand
    assert clopper_pearson(20, 20, 0.9).low == pytest.approx(0.05 ** (1 / 20))
    assert clopper_pearson(0, 20, 0.9).high == pytest.approx(1 - 0.05 ** (1 / 20))


@pytest.mark.parametrize(
    ("successes", "n", "level", "message"),
    [(0, 0, 0.95, "no items"), (3, 2, 0.95, "between 0 and n"), (-1, 2, 0.95, "between"), (1, 2, 95, "level")],
)
def test_impossible_counts_are_refused(successes, n, level, message):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match=message):
            interval(successes, n, level)


def test_design_effect_by_hand():
    # Clusters that agree wholly, 4 items each: the variance is 4 times that of independent items.
    groups = np.repeat(np.arange(6), 4)
    values = np.repeat([1, 0, 1, 1, 0, 1], 4)
    assert design_effect(values, groups) == pytest.approx(4)
    assert effective_n(values, groups) == pytest.approx(6)
    assert design_effect(np.ones(24), groups) == pytest.approx(4)
    assert design_effect(values) == pytest.approx(1)


def test_without_groups_the_clustered_interval_is_wilson():
    values = np.repeat([1, 0], [95, 5])
    assert wilson_clustered(values, None) == wilson(95, 100)


def test_clusters_that_agree_widen_the_interval():
    rng = np.random.default_rng(1)
    rates = rng.beta(1, 1, 60)
    groups = np.repeat(np.arange(60), 10)
    values = (rng.random(600) < rates[groups]).astype(int)
    plain, grouped = wilson(int(values.sum()), 600), wilson_clustered(values, groups)
    assert grouped.high - grouped.low > 1.5 * (plain.high - plain.low)


@pytest.mark.parametrize(
    ("clusters", "size", "rate", "icc"), [(33, 3, 0.5, 0.3), (100, 5, 0.9, 0.3), (200, 5, 0.99, 0.3)]
)
def test_the_clustered_interval_covers_with_unequal_clusters(clusters, size, rate, icc):
    rng = np.random.default_rng(2)
    strength, hits, runs = (1 - icc) / icc, 0, 500
    for _ in range(runs):
        groups = np.repeat(np.arange(clusters), rng.geometric(1 / size, clusters))
        rates = rng.beta(rate * strength, (1 - rate) * strength, clusters)
        low, high = wilson_clustered(rng.random(groups.size) < rates[groups], groups)
        hits += low <= rate <= high
    assert 0.92 <= hits / runs <= 0.985


@pytest.mark.parametrize("groups", [[0] * 8, [0, 0, 0, 0, 1, 1, 1, 1], list(range(8))])
@pytest.mark.parametrize("value", [0, 1])
def test_equal_scores_still_give_an_interval(groups, value):
    for interval in (wilson_clustered, beta_binomial):
        low, high = interval([value] * 8, groups)
        assert 0 <= low < high <= 1
        assert high - low > 0.2


def test_scores_that_are_not_0_and_1_or_missing_are_refused():
    with pytest.raises(ValueError, match="0 and 1"):
        wilson_clustered([0, 0.5], [0, 1])
    with pytest.raises(ValueError, match="no scores"):
        wilson_clustered([], [])
    with pytest.raises(ValueError, match="one group per item"):
        wilson_clustered([0, 1], [0])


def test_beta_binomial_without_groups_is_the_beta_posterior():
    # Beta(1 + 9, 1 + 1): quantiles from R's qbeta
    assert beta_binomial([1] * 9 + [0]) == pytest.approx((0.5872201, 0.9771688), abs=1e-6)


def test_beta_binomial_is_wider_where_clusters_agree_and_near_the_plain_one_where_they_do_not():
    groups = np.repeat(np.arange(40), 5)
    agreeing = np.repeat(np.arange(40) % 4 > 0, 5)
    mixed = np.tile([1, 1, 1, 1, 0, 1, 1, 1, 0, 0], 20)
    widths = {}
    for name, values in (("agreeing", agreeing), ("mixed", mixed)):
        low, high = beta_binomial(values, groups)
        plain = beta_binomial(values)
        widths[name] = (high - low) / (plain.high - plain.low)
    assert widths["agreeing"] > 1.8
    assert 0.95 < widths["mixed"] < 1.2


def test_few_clusters_and_rates_near_1_are_warned_of():
    assert few_for_coverage(99, 100)
    assert not few_for_coverage(90, 100)
    assert few_for_coverage(500, 1000, clusters=10)
    assert few_for_coverage(995, 1000, clusters=300)
    assert not few_for_coverage(900, 1000, clusters=100)
