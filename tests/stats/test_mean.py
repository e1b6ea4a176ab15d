"""Means and their intervals, against statsmodels and scipy."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from harness.stats.mean import clustered_variance, constant_interval, mean_interval
from harness.stats.proportion import wilson
from harness.stats.tango import tango


def test_clustered_standard_errors_equal_those_of_statsmodels_without_correction():
    rng = np.random.default_rng(0)
    for _ in range(20):
        n = int(rng.integers(5, 400))
        groups = rng.integers(0, max(2, n // 4), n)
        groups[:2] = [0, 1]
        values = rng.normal(3, 2, n) + groups
        fit = sm.OLS(values, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
        assert math.sqrt(clustered_variance(values, groups)) == pytest.approx(fit.bse[0], abs=1e-9)
        found = mean_interval(values, groups)
        assert found.standard_error == pytest.approx(fit.bse[0], abs=1e-9)
        assert 1 <= found.df <= found.clusters - 1
        reach = stats.t.ppf(0.975, found.df) * fit.bse[0]
        assert (found.low, found.high) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_without_groups_it_is_the_ordinary_t_interval():
    values = np.random.default_rng(1).gamma(2, size=37)
    found = mean_interval(values, level=0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.standard_error == pytest.approx(stats.sem(values))
    assert (found.n, found.clusters) == (37, 37)


def test_equal_values_with_bounds_give_the_interval_of_a_proportion():
    found = mean_interval([1.0] * 10, bounds=(0, 1))
    assert (found.low, found.high) == pytest.approx(wilson(10, 10))
    assert (found.value, found.standard_error) == (1.0, 0.0)


def test_equal_differences_with_bounds_give_tangos_interval():
    assert constant_interval(0.0, 160, 0.95, (-1, 1)) == pytest.approx(tango(0, 0, 160))


def test_equal_values_without_bounds_are_bounded_by_nothing():
    found = mean_interval([0.3, 0.3, 0.3])
    assert (found.value, found.low, found.high) == (pytest.approx(0.3), -math.inf, math.inf)


def test_clusters_with_equal_means_are_not_taken_for_certainty():
    found = mean_interval([0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2], bounds=(0, 1))
    assert (found.value, found.standard_error) == (0.5, 0)
    assert found.low < 0.3
    assert found.high > 0.7


@pytest.mark.parametrize(("values", "groups"), [([0.4], None), ([0.2, 0.9, 0.4], [7, 7, 7])])
def test_fewer_than_two_clusters_give_a_wide_interval_within_the_bounds(values, groups):
    found = mean_interval(values, groups, bounds=(0, 1))
    assert 0 <= found.low < 0.15
    assert 0.8 < found.high <= 1
    assert found.clusters == 1


def test_an_interval_is_cut_to_the_bounds():
    found = mean_interval([1.0, 1.0, 0.0], bounds=(0, 1))
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(
    ("values", "more", "message"),
    [
        ([], {}, "no scores"),
        ([1.0, math.nan], {}, "not finite"),
        ([1.0, 2.0], {"bounds": (0, 1)}, "outside"),
        ([1.0, 2.0], {"level": 1.0}, "level"),
        ([[1.0, 2.0]], {}, "shape"),
    ],
)
def test_bad_input_is_refused(values, more, message):
    with pytest.raises(ValueError, match=message):
        mean_interval(values, **more)
