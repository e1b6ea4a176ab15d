"""Percentiles by order statistics: ranks by hand, coverage by simulation."""

import math

import numpy as np
import pytest

from harness.stats.quantile import (
    quantile_interval,
    quantile_lower_bound,
    quantile_upper_bound,
)


def test_the_median_of_ten_lies_between_the_2nd_and_the_9th():
    # P(Bin(10, 1/2) <= 1) = 11/1024 <= .025 < 56/1024 = P(Bin(10, 1/2) <= 2)
    found = quantile_interval(np.arange(1, 11), 0.5)
    assert (found.value, found.low, found.high) == (5.5, 2, 9)


@pytest.mark.parametrize(("q", "n"), [(0.95, 59), (0.5, 5), (0.99, 299)])
def test_smallest_n_that_bounds_a_percentile(q, n):
    # The greatest of n values exceeds the quantile with probability 1 - q^n (Wilks 1941).
    assert quantile_upper_bound(np.arange(n), q) == n - 1
    assert quantile_upper_bound(np.arange(n - 1), q) == math.inf


def test_lower_bounds_mirror_upper_bounds():
    values = np.random.default_rng(0).exponential(size=83)
    for q in (0.05, 0.3, 0.9):
        assert quantile_lower_bound(values, q) == -quantile_upper_bound(-values, 1 - q)


def test_too_few_values_leave_an_end_open():
    found = quantile_interval([3.0], 0.95)
    assert (found.value, found.low, found.high) == (3.0, -math.inf, math.inf)


def test_the_interval_of_a_p95_covers():
    rng = np.random.default_rng(1)
    truth, hits = -math.log(0.05), 0
    for _ in range(1000):
        found = quantile_interval(rng.exponential(size=200), 0.95)
        hits += found.low <= truth <= found.high
    assert 0.94 <= hits / 1000 <= 0.985


def test_equal_values_give_a_point_and_never_nan():
    found = quantile_interval([2.0] * 100, 0.5)
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="no scores"):
        quantile_interval([], 0.5)
    with pytest.raises(ValueError, match="95th percentile"):
        quantile_interval([1.0], 95)
