"""Sample sizes, detectable differences and reliability claims, against the figures of their papers."""

import numpy as np
import pytest
from scipy import stats

from harness.stats.power import (
    connor_items,
    detectable_difference,
    items_needed,
    items_to_settle,
    paired_variance,
)
from harness.stats.proportion import lower_bound
from harness.stats.reliability import allowed_failures, items_for_power, items_to_verify, power_to_verify


def test_millers_sample_size():
    assert items_needed(0.03, paired_variance(1 / 9)) == 969


@pytest.mark.parametrize(("k", "expected"), [(1, 0.1327), (10, 0.0757)])
def test_millers_detectable_difference(k, expected):
    variance = paired_variance(1 / 9, 1 / 6, 1 / 6, k, k)
    assert detectable_difference(198, variance) == pytest.approx(expected, abs=1e-3)


def test_items_and_detectable_difference_are_inverse():
    for deff in (1.0, 2.5):
        n = items_needed(0.04, 0.2, deff)
        assert detectable_difference(n, 0.2, deff) <= 0.04 < detectable_difference(n - 1, 0.2, deff)


def test_clusters_multiply_the_items_needed():
    assert items_needed(0.01, 0.1, deff=3) == pytest.approx(3 * items_needed(0.01, 0.1), abs=3)


@pytest.mark.parametrize(("discordant", "difference", "n"), [(0.10, 0.03, 870), (0.20, 0.05, 626)])
def test_connors_sample_size(discordant, difference, n):
    assert connor_items(discordant, difference) == n
    assert connor_items(discordant, -difference) == n


def test_connors_sample_size_has_its_power_in_simulation():
    n = connor_items(0.2, 0.05)
    draws = np.random.default_rng(0).multinomial(n, [0.125, 0.075, 0.8], size=20_000)
    z = (draws[:, 0] - draws[:, 1]) / np.sqrt(draws[:, 0] + draws[:, 1])
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.01)


def test_items_to_settle_an_open_comparison():
    assert items_to_settle(0.03, 1 / 9) == 969
    assert items_to_settle(0.05, 1 / 9, margin=0.02) == 969
    assert items_to_settle(-0.05, 1 / 9, margin=0.02) == 969
    assert items_to_settle(0.02, 1 / 9, margin=0.02) is None
    # Within the margin each of two tests may fail half as often: (1.95996 + 1.28155)^2 / 9 / .03^2
    assert items_to_settle(0.0, 1 / 9, margin=0.03) == 1298


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: items_needed(0, 0.1), "difference of 0"),
        (lambda: items_needed(0.1, -1), "variance"),
        (lambda: items_needed(0.1, 0.1, power=80), "level"),
        (lambda: detectable_difference(0, 0.1), "no items"),
        (lambda: connor_items(0.05, 0.1), "discordant"),
        (lambda: items_to_verify(1.0), "claimed rate"),
        (lambda: items_to_verify(0.9, -1), "failures"),
        (lambda: allowed_failures(0, 0.9), "no items"),
        (lambda: power_to_verify(10, 0.9, 1.1), "success rate"),
        (lambda: items_for_power(0.99, 0.99), "above the claimed"),
    ],
)
def test_impossible_questions_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("failures", "n"), [(0, 2995), (1, 4742), (2, 6294), (3, 7752)])
def test_items_to_verify_three_nines(failures, n):
    assert items_to_verify(0.999, failures) == n
    assert lower_bound(n - failures, n) >= 0.999 > lower_bound(n - 1 - failures, n - 1)


def test_allowed_failures_is_the_inverse_of_items_to_verify():
    assert [allowed_failures(n, 0.999) for n in (2994, 2995, 4741, 4742, 7752)] == [None, 0, 0, 1, 3]


def test_power_is_that_of_the_binomial():
    assert power_to_verify(5000, 0.999, 0.9996) == pytest.approx(stats.binom.cdf(1, 5000, 0.0004))
    assert power_to_verify(100, 0.999, 1.0) == 0
    assert power_to_verify(2995, 0.999, 1.0) == 1


def test_about_15_000_items_verify_three_nines_at_a_true_rate_of_9996():
    n = items_for_power(0.999, 0.9996)
    assert 14_000 <= n <= 15_500
    following = [power_to_verify(m, 0.999, 0.9996) for m in range(n, n + 6000, 37)]
    assert min(following) >= 0.8
    assert power_to_verify(n - 1, 0.999, 0.9996) < 0.8
