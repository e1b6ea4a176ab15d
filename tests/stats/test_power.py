"""Sample sizes, detectable differences and reliability claims, against the figures of their papers."""

import numpy as np
import pytest
from scipy import stats

from harness.stats.power import connor_items, detectable_difference, items_needed
from harness.stats.proportion import clopper_pearson
from harness.stats.reliability import items_for_power, items_to_verify


def test_millers_sample_size():
    assert items_needed(0.03, 1 / 9) == 969


@pytest.mark.parametrize(("k", "expected"), [(1, 0.1327), (10, 0.0757)])
def test_millers_detectable_difference(k, expected):
    assert detectable_difference(198, 1 / 9 + 2 / 6 / k) == pytest.approx(expected, abs=1e-3)


def test_items_and_detectable_difference_are_inverse():
    n = items_needed(0.04, 0.2)
    assert detectable_difference(n, 0.2) <= 0.04 < detectable_difference(n - 1, 0.2)


@pytest.mark.parametrize(("discordant", "difference", "n"), [(0.10, 0.03, 870), (0.20, 0.05, 626)])
def test_connors_sample_size(discordant, difference, n):
    assert connor_items(discordant, difference) == n
    assert connor_items(discordant, -difference) == n


def test_connors_sample_size_has_its_power_in_simulation():
    n = connor_items(0.2, 0.05)
    draws = np.random.default_rng(0).multinomial(n, [0.125, 0.075, 0.8], size=20_000)
    z = (draws[:, 0] - draws[:, 1]) / np.sqrt(draws[:, 0] + draws[:, 1])
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.01)


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
        (lambda: items_for_power(0.99, 0.99), "above the claimed"),
    ],
)
def test_impossible_questions_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("failures", "n"), [(0, 2995), (1, 4742), (2, 6294), (3, 7752)])
def test_items_to_verify_three_nines(failures, n):
    assert items_to_verify(0.999, failures) == n
    bound, below = (clopper_pearson(m - failures, m, 0.9).low for m in (n, n - 1))
    assert bound >= 0.999 > below


def chance_to_verify(n, rate, true):
    allowed = max(f for f in range(100) if stats.binom.cdf(f, n, 1 - rate) <= 0.05)
    return stats.binom.cdf(allowed, n, 1 - true)


def test_about_15_000_items_verify_three_nines_at_a_true_rate_of_9996():
    n = items_for_power(0.999, 0.9996)
    assert 14_000 <= n <= 15_500
    following = [chance_to_verify(m, 0.999, 0.9996) for m in range(n, n + 6000, 37)]
    assert min(following) >= 0.8
    assert chance_to_verify(n - 1, 0.999, 0.9996) < 0.8
