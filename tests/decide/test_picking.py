"""The more candidates of a side try the bar, the surer one of them has to be."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from harness.decide.picking import Paid, pay
from harness.decide.verdict import Answer
from harness.estimate import Estimate, State, hold
from harness.stats.proportion import clopper_pearson

N, BAR = 1000, 0.9


@cache
def standing(right, level, n=N):
    """How a share of right answers stands to the bar by exact one-sided bounds."""
    value, ends = right / n, clopper_pearson(right, n, 2 * level - 1)
    return hold(Estimate(value, 0, 1, ends.low, ends.high, 0.95, n, 0, "exact"), at_least=BAR)


def side(counts):
    alone = {str(k): standing(int(right), 0.95) for k, right in enumerate(counts)}
    return pay(alone, lambda name, level: standing(int(counts[int(name)]), level))


@pytest.mark.parametrize(("tried", "least_alone"), [(2, 0.06), (5, 0.12), (20, 0.35)])
def test_of_sides_that_miss_the_bar_by_a_hair_about_one_in_twenty_meets_it_however_many_try(tried, least_alone):
    """Independent candidates of .8999 and a bar of .9: the worst that there is."""
    counts = np.random.default_rng(tried).binomial(N, BAR - 1e-4, size=(2000, tried))
    alone = np.mean([any(standing(int(c), 0.95) is State.MET for c in row) for row in counts])
    paid = np.mean([State.MET in side(row)[1].values() for row in counts])
    assert alone > least_alone
    assert paid < 0.06


def test_sides_of_good_and_bad_candidates_are_met_by_luck_no_more_often():
    """Those that come near cost each other something, those that cannot reach it cost nobody anything."""
    rng = np.random.default_rng(1)
    rates = BAR - np.abs(rng.normal(0, 0.03, size=(2000, 20))) - 1e-4
    paid = np.mean([State.MET in side(row)[1].values() for row in rng.binomial(N, rates)])
    assert paid < 0.06


def test_one_candidate_pays_nothing():
    least = next(right for right in range(N) if standing(right, 0.95) is State.MET)
    assert side([least]) == (1, {"0": State.MET})


def test_candidates_that_cannot_meet_the_bar_cost_nothing_and_those_that_may_do():
    least = next(right for right in range(N) if standing(right, 0.95) is State.MET)
    assert side([least, 700, 700])[0] == 1
    assert side([least, 700, 700])[1]["0"] is State.MET
    assert side([least, 900, 700]) == (2, {"0": State.OPEN, "1": State.OPEN, "2": State.MISSED})


def test_what_misses_the_bar_at_95_percent_and_not_at_99_5_still_counts_as_tried():
    most = next(right for right in range(N, 0, -1) if standing(right, 0.95) is State.MISSED)
    assert standing(most, 0.995) is State.OPEN
    assert side([990, most]) == (2, {"0": State.MET, "1": State.MISSED})


def test_the_level_is_one_minus_alpha_over_the_tried():
    assert Paid(1).level == pytest.approx(0.95)
    assert Paid(20).level == pytest.approx(0.9975)


@pytest.fixture(scope="module")
def picked(project, shares):
    """Two more trained candidates lie at the bar; the best meets it alone, and not at the level paid for three."""
    n = 400
    least = next(r for r in range(n) if stats.beta.ppf(0.05, r, n - r + 1) >= BAR)
    trained = {name: ('rung = "trained"', shares(n, 0.9, k), {"cost_usd": 0.001}) for k, name in enumerate("bc")}
    return project(
        n,
        {
            "api": ('rung = "prompting"\nleaves_machine = true', shares(n, 0.7, 8), {"cost_usd": 0.002}),
            "a": ('rung = "trained"', shares(n, least / n, 9), {"cost_usd": 0.001}),
            **trained,
        },
        "[requirement]\naccuracy = { at_least = 0.9 }\n[use]\ncalls_per_month = 1000\nerror_cost_usd = 0.1\n",
    )


def test_the_leaderboard_judges_each_candidate_alone(picked):
    assert picked.leaderboard("work")["a"].meets is State.MET


def test_the_verdict_pays_for_the_pick_and_says_so(picked):
    verdict = picked.decide("work")
    assert verdict.answer is Answer.UNDECIDED
    reason = next(r for r in verdict.reasons if r.claim.startswith("a meets accuracy >= 0.9 taken alone"))
    assert "of 3 tried" in reason.claim
    assert "the level paid for 3" in reason.test
    assert "at the level paid for 3 tried" in verdict.headline


def test_more_items_are_planned_at_the_level_that_is_paid(picked):
    need = next(n for n in picked.decide("work").needs if n.what.startswith("Whether a reaches"))
    assert need.items > 0
