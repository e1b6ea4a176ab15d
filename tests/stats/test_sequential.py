"""Confidence sequences and the normal mixture boundary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from harness.stats.betting import STAKES, LowerBound, growth
from harness.stats.boundary import normal_mixture_boundary
from harness.stats.interval import Interval
from harness.stats.sequential import ConfidenceSequence, decide


def differences(truth, n, rng, discordant=0.2):
    p = [(discordant - truth) / 2, 1 - discordant, (discordant + truth) / 2]
    return rng.choice([-1.0, 0.0, 1.0], p=p, size=n)


def stop(values, margin=0.0, groups=None, **settings_):
    """Items until something is decided, looking after every unit; the decision."""
    sequence = ConfidenceSequence(**settings_)
    for i, value in enumerate(values):
        units = ([value], None) if groups is None else (value, groups[i])
        decision = decide(sequence.update(*units), margin)
        if decision:
            return sequence.n, decision
    return sequence.n + 1, None


def exact_low(values, alpha, width=2.0):
    """The largest claim that the capital has refuted, by root finding on the whole history."""
    excess = np.asarray(values) + 1.0

    def log_capital(claim):
        logs = np.log(growth(excess, 1, claim)).sum(axis=1)
        return np.logaddexp.reduce(logs) - np.log(STAKES.size) + np.log(alpha)

    return brentq(log_capital, 1e-9, width) - 1.0 if log_capital(1e-6) > 0 else -1.0


def test_an_item_multiplies_the_capital_as_in_a_game_worked_by_hand():
    # Mean at most .5 of values in [0, 1]: a 1 wins the whole stake, a 0 loses it.
    assert growth(1.0, 1, 0.5) == pytest.approx(1 + STAKES)
    assert growth(0.0, 1, 0.5) == pytest.approx(1 - STAKES)
    # Against a difference of 0 a concordant item moves nothing.
    assert growth(1.0, 1, 1.0) == pytest.approx(np.ones(STAKES.size))


def test_the_capital_is_a_fair_game_where_the_claim_is_true():
    p = np.array([0.07, 0.8, 0.13])
    mean = (p * np.array([0, 1, 2])).sum()
    assert growth(np.array([0.0, 1.0, 2.0]), 1, mean) @ p == pytest.approx(np.ones(STAKES.size))


def test_a_cluster_is_a_fair_game_about_items_even_where_its_size_goes_with_its_values():
    # Half the clusters are one right item, half are three wrong ones: the mean over items is 1/4.
    factors = growth(np.array([1.0, 0.0]), np.array([1, 3]), 0.25, largest=3)
    assert factors.mean(axis=1) == pytest.approx(np.ones(STAKES.size))
    assert (factors > 0).all()


def test_the_bound_is_just_below_the_root_of_the_capital_over_the_whole_history():
    rng = np.random.default_rng(3)
    values = differences(0.08, 400, rng)
    bound = LowerBound(2.0, 0.025, 1)
    reference = -1.0
    for i, value in enumerate(values, 1):
        bound.update(value + 1.0, 1)
        if i % 20 == 0:
            reference = max(reference, exact_low(values[:i], 0.025))
            at_every_20th = bound.bound - 1.0
            # It also saw the items between, so it may be higher, but never than the best of all looks.
            assert at_every_20th >= reference - 1e-3
    best = max(exact_low(values[:i], 0.025) for i in range(1, 401))
    assert best - 1e-3 <= bound.bound - 1.0 <= best + 1e-12


def test_looking_after_every_item_misleads_in_fewer_than_5_percent():
    rng = np.random.default_rng(11)
    wrong = sum(stop(differences(0.0, 400, rng))[1] is not None for _ in range(200))
    assert wrong / 200 < 0.05


def test_no_interval_of_a_run_misses_the_mean_more_often_than_alpha():
    rng = np.random.default_rng(12)
    misses = 0
    for _ in range(150):
        interval = ConfidenceSequence(bounds=(0.0, 1.0)).update(rng.beta(4, 1, 300))
        misses += not interval.low <= 0.8 <= interval.high
    assert misses / 150 < 0.05


def test_twice_the_powered_difference_is_decided_with_less_than_45_percent_of_the_fixed_size():
    # Connor 1987: discordant .20, delta .05, 80 % power take 626 items.
    rng = np.random.default_rng(13)
    runs = [stop(differences(0.10, 2500, rng)) for _ in range(100)]
    assert np.mean([n for n, _ in runs]) < 0.45 * 626
    assert {decision for _, decision in runs} == {"better"}


def test_exchanging_the_candidates_turns_the_interval_round():
    rng = np.random.default_rng(14)
    values = differences(0.1, 300, rng)
    one, other = ConfidenceSequence().update(values), ConfidenceSequence().update(-values)
    assert one.low == pytest.approx(-other.high)
    assert one.high == pytest.approx(-other.low)


def test_the_scale_of_the_values_does_not_matter():
    x = np.random.default_rng(15).beta(2, 5, 200)
    one = ConfidenceSequence(bounds=(0.0, 1.0)).update(x)
    other = ConfidenceSequence(bounds=(-3.0, 7.0)).update(10 * x - 3)
    assert (other.low, other.high) == pytest.approx((10 * one.low - 3, 10 * one.high - 3))


def test_items_together_or_one_by_one_give_the_same_interval():
    values = differences(0.1, 200, np.random.default_rng(16))
    one = ConfidenceSequence()
    for value in values:
        one.update([value])
    assert one.interval == ConfidenceSequence().update(values)
    assert one.n == 200


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40), st.integers(1, 40))
def test_an_interval_lies_within_every_interval_before_it(values, cut):
    sequence = ConfidenceSequence()
    before = sequence.update(values[:cut])
    after = sequence.update(values[cut:]) if values[cut:] else before
    assert -1 <= before.low <= after.low <= after.high <= before.high <= 1


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.37, 1.0])
def test_equal_values_give_an_interval_that_holds_them(value):
    interval = ConfidenceSequence().update(np.full(500, value))
    assert interval.low <= value <= interval.high
    assert 0 < interval.high - interval.low < 0.1


def test_a_source_that_drifts_leaves_an_interval_and_not_nothing():
    interval = ConfidenceSequence().update(np.r_[np.full(300, 0.9), np.full(3000, -0.9)])
    assert interval.low <= interval.high


def test_clusters_drawn_whole_do_not_mislead_where_their_items_taken_singly_would():
    rng = np.random.default_rng(17)
    whole = single = 0
    for _ in range(60):
        sizes = rng.integers(1, 9, 150)
        shared = differences(0.0, 150, rng, discordant=0.3)
        values, groups = np.repeat(shared, sizes), np.repeat(np.arange(150), sizes)
        whole += decide(ConfidenceSequence(largest_cluster=8).update(values, groups)) is not None
        single += decide(ConfidenceSequence().update(values)) is not None
    assert whole / 60 < 0.05
    assert single / 60 > 0.3


def test_clusters_of_one_are_items():
    values = differences(0.1, 100, np.random.default_rng(18))
    assert ConfidenceSequence().update(values, np.arange(100)[::-1]) == ConfidenceSequence().update(values)


def test_clusters_are_taken_in_the_order_in_which_they_were_drawn():
    x = np.array([1.0, 1.0, 0.0, -1.0, -1.0, 0.0, 1.0, 1.0])
    groups = ["z", "z", "b", "k", "k", "k", "a", "a"]
    together = ConfidenceSequence(largest_cluster=3).update(x, groups)
    apart = ConfidenceSequence(largest_cluster=3)
    for name in "zbka":
        mask = np.array(groups) == name
        apart.update(x[mask], np.zeros(mask.sum()))
    assert apart.interval == together


def test_many_comparisons_share_the_error():
    values = differences(0.1, 300, np.random.default_rng(19))
    one, many = ConfidenceSequence().update(values), ConfidenceSequence(comparisons=45).update(values)
    assert many == ConfidenceSequence(alpha=0.05 / 45).update(values)
    assert many.low < one.low
    assert many.high > one.high


@pytest.mark.parametrize(
    ("interval", "margin", "decision"),
    [
        ((0.01, 0.2), 0.0, "better"),
        ((0.01, 0.2), 0.03, None),
        ((0.04, 0.2), 0.03, "better"),
        ((-0.2, -0.04), 0.03, "worse"),
        ((-0.02, 0.03), 0.03, "equivalent"),
        ((-0.04, 0.02), 0.03, None),
        ((0.0, 0.2), 0.0, None),
        ((0.0, 0.0), 0.0, None),
    ],
)
def test_a_decision_needs_the_whole_interval_on_one_side_of_the_margin(interval, margin, decision):
    assert decide(Interval(*interval), margin) == decision


def test_candidates_alike_are_found_equivalent_within_a_margin():
    n, decision = stop(differences(0.0, 3000, np.random.default_rng(20), discordant=0.1), margin=0.05)
    assert decision == "equivalent"
    assert n < 3000


@pytest.mark.parametrize(
    "wrong",
    [{"bounds": (1, 1)}, {"bounds": (0, np.inf)}, {"alpha": 0}, {"comparisons": 0}, {"largest_cluster": 0}],
)
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=r"at least 1|in order|alpha"):
        ConfidenceSequence(**wrong)


@pytest.mark.parametrize(
    ("values", "groups", "message"),
    [
        ([], None, "no scores"),
        ([0.5, 1.5], None, "outside"),
        ([0.5, np.nan], None, "not finite"),
        ([0.5, 0.5], [1], "one group per item"),
        ([0.5, 0.5], [1, 1], "a cluster of 2 items"),
    ],
)
def test_values_that_cannot_be_used_are_refused_and_not_taken_in(values, groups, message):
    sequence = ConfidenceSequence()
    with pytest.raises(ValueError, match=message):
        sequence.update(values, groups)
    assert (sequence.n, sequence.interval) == (0, Interval(-1.0, 1.0))


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError, match="margin"):
        decide(Interval(0, 1), -0.1)


def test_the_normal_mixture_boundary_is_confseqs():
    assert normal_mixture_boundary(100, 0.05, 100, 0.05) == pytest.approx(30.35209, abs=1e-4)
    assert normal_mixture_boundary(100, 0.05, 100, 0.05, one_sided=True) == pytest.approx(27.66071, abs=1e-4)


def test_the_normal_mixture_boundary_is_lowest_where_it_was_asked_to_be():
    at = [normal_mixture_boundary(100, 0.05, v_opt) for v_opt in (50, 90, 100, 110, 200)]
    assert min(at) == at[2]


def test_a_gaussian_walk_crosses_the_boundary_in_fewer_than_alpha():
    walks = np.random.default_rng(21).standard_normal((1000, 500)).cumsum(axis=1)
    curve = np.array([normal_mixture_boundary(v, 0.05, 100) for v in range(1, 501)])
    assert (np.abs(walks) >= curve).any(axis=1).mean() < 0.05
    upper = np.array([normal_mixture_boundary(v, 0.05, 100, one_sided=True) for v in range(1, 501)])
    assert (walks >= upper).any(axis=1).mean() < 0.05
    assert (upper < curve).all()
    assert (upper > norm.ppf(0.95) * np.sqrt(np.arange(1, 501))).all()


@pytest.mark.parametrize("wrong", [{"v": -1}, {"alpha": 1}, {"v_opt": 0}, {"alpha_opt": 0.6, "one_sided": True}])
def test_a_boundary_outside_its_ranges_is_refused(wrong):
    with pytest.raises(ValueError, match="outside"):
        normal_mixture_boundary(**{"v": 100, "alpha": 0.05, "v_opt": 100} | wrong)
