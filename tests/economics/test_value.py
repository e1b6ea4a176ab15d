import math

import numpy as np
import pytest
from scipy.stats import norm

from harness.economics.value import information_about, perfect_information, sample_information


def test_knowing_everything_is_worth_the_loss_it_avoids():
    # On average 1 is saved by the second; in a quarter of cases 5 would be lost by taking it.
    difference = np.array([3.0, 3.0, 3.0, -5.0])
    assert perfect_information(difference) == pytest.approx(9 / 4 - 1)


def test_knowing_more_of_a_sure_thing_is_worth_nothing():
    assert perfect_information(np.array([1.0, 2.0, 3.0])) == 0
    assert perfect_information(np.array([-1.0, -2.0])) == 0


def test_either_order_of_the_two_candidates_gives_the_same_worth():
    difference = np.random.default_rng(2).normal(10, 50, 1000)
    assert perfect_information(difference) == pytest.approx(perfect_information(-difference))


def test_draws_of_a_normal_difference_agree_with_the_loss_integral():
    difference = np.random.default_rng(3).normal(100, 200, 400_000)
    exact = 200 * norm.pdf(0.5) - 100 * norm.cdf(-0.5)
    assert perfect_information(difference) == pytest.approx(exact, rel=0.02)
    assert sample_information(100, 200, 0) == pytest.approx(exact)


def test_no_draws_are_refused():
    with pytest.raises(ValueError, match="no draws"):
        perfect_information(np.array([]))


def test_one_figure_is_worth_what_its_share_of_the_doubt_is():
    rng = np.random.default_rng(4)
    x, y = rng.normal(0, 30, 400_000), rng.normal(0, 40, 400_000)
    difference = 10 + x + y
    about_x = 30 * norm.pdf(1 / 3) - 10 * norm.cdf(-1 / 3)
    assert information_about(x, difference) == pytest.approx(about_x, rel=0.02)
    assert information_about(x, difference) < perfect_information(difference)
    assert information_about(np.ones(5), np.arange(5.0)) == 0


def test_a_sample_that_narrows_nothing_is_worth_nothing_and_more_narrowing_is_worth_more():
    assert sample_information(50, 100, 100) == 0
    worths = [sample_information(50, 100, after) for after in (90, 50, 10, 0)]
    assert worths == sorted(worths)
    assert sample_information(0, 100, 0) == pytest.approx(100 / math.sqrt(2 * math.pi))
    assert sample_information(1e6, 1, 0) == 0


@pytest.mark.parametrize(("now", "after"), [(1, 2), (1, -1), (math.nan, 1)])
def test_a_sample_cannot_widen_what_is_known(now, after):
    with pytest.raises(ValueError, match="expected 0 to sd_now"):
        sample_information(0, now, after)
