import math

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from harness.economics.cost import CandidateCost, CostPart
from harness.economics.defaults import assumptions
from harness.economics.figures import Figure
from harness.economics.montecarlo import (
    Misestimation,
    break_even_interval,
    interval,
    simulate,
)
from harness.economics.use import use_of

USE = use_of(1000, 10, error_cost_usd=1.0)
DRAWS = 40_000


def candidate(name, *parts, use=USE, **more):
    return CandidateCost(name, use, parts, **more)


def once(name, *figures):
    return CostPart(name, "once", figures)


def assumed(name, value):
    return Figure(name, value, "assumed")


def given(name, value):
    return Figure(name, value, "given")


def run(*costs, seed=7, **settings):
    return simulate(costs, DRAWS, np.random.default_rng(seed), **settings)


def test_the_prior_misses_as_often_as_firms_do():
    factor = run(candidate("a", once("work", assumed("days", 1.0)))).horizon["a"]
    assert np.median(factor) == pytest.approx(1, abs=0.01)
    assert np.mean(abs(factor - 1) > 0.1) == pytest.approx(0.82, abs=0.01)
    assert np.mean(abs(factor - 1) > 0.5) == pytest.approx(0.25, abs=0.01)
    exact = lognorm(0.45)
    assert 1 - exact.cdf(1.1) + exact.cdf(0.9) == pytest.approx(0.82, abs=0.005)


def test_the_same_seed_gives_the_same_draws_in_whatever_order_candidates_come():
    a, b = (candidate(name, once("work", assumed(f"{name}: days", 5.0))) for name in "ab")
    first, second = run(a, b), run(b, a)
    assert np.array_equal(first.horizon["a"], second.horizon["a"])
    assert not np.array_equal(first.horizon["a"], run(a, b, seed=8).horizon["a"])


def test_an_assumption_that_two_candidates_share_cancels_out_of_their_difference():
    day = assumed("monitoring", 100.0)
    a = candidate("a", once("monitoring", day))
    b = candidate("b", once("monitoring", day), once("fee", given("fee", 10.0)))
    drawn = run(a, b)
    assert np.std(drawn.horizon["a"]) > 30
    assert drawn.difference("a", "b") == pytest.approx(np.full(DRAWS, -10.0))


def test_two_assumptions_of_their_own_give_the_probability_of_two_lognormals():
    a, b = candidate("a", once("x", assumed("a", 100.0))), candidate("b", once("x", assumed("b", 150.0)))
    exact = norm.cdf(math.log(1.5) / (0.45 * math.sqrt(2)))
    assert np.mean(run(a, b).difference("a", "b") < 0) == pytest.approx(exact, abs=0.01)


def test_a_part_is_misestimated_once_however_many_of_its_factors_are_assumed():
    work = once("work", assumed("days", 10.0), assumed("rate", 600.0))
    assert np.std(np.log(run(candidate("a", work)).horizon["a"])) == pytest.approx(0.45, abs=0.01)


def test_a_stated_overrun_moves_the_median():
    drawn = run(candidate("a", once("x", assumed("d", 100.0))), prior=Misestimation(median=1.3)).horizon["a"]
    assert np.median(drawn) == pytest.approx(130, rel=0.01)
    table = assumptions({"misestimation_median": 1.3})
    assert Misestimation.of(table) == Misestimation(1.3, 0.45)


def test_given_and_looked_up_parts_do_not_vary():
    drawn = run(candidate("a", once("fee", given("fee", 5.0)), once("p", Figure("p", 1.0, "looked up"))))
    assert interval(drawn.horizon["a"]) == (6, 6)
    assert drawn.figures == {}


def test_a_measured_mean_varies_by_its_standard_error():
    tokens = Figure("a: tokens", 0.01, "looked up", se=0.001)
    drawn = run(candidate("a", CostPart("tokens", "call", (tokens,)))).horizon["a"]
    low, high = interval(drawn)
    assert (low, high) == pytest.approx((100 - 19.6, 100 + 19.6), abs=0.4)


def test_an_error_rate_varies_as_its_items_allow_also_when_nothing_failed():
    rate = Figure("a: error rate", 0.0, "measured", "share", items=100)
    cost = candidate("a", wrong=CostPart("being wrong", "call", (rate, USE.error_cost_usd)), error_rate=rate)
    low, high = interval(run(cost).horizon["a"])
    assert 0 <= low < 10
    assert 200 < high < 280, "Jeffreys' upper limit for 0 of 100 is 2.5 %"


def test_draws_made_elsewhere_are_taken_as_they_are():
    joint = np.random.default_rng(1).uniform(0.01, 0.1, DRAWS)
    rates = [Figure(f"{name}: error rate", 0.05, "measured", "share", items=100) for name in "ab"]
    costs = [
        candidate(name, wrong=CostPart("being wrong", "call", (rate, USE.error_cost_usd)))
        for name, rate in zip("ab", rates, strict=True)
    ]
    drawn = run(*costs, measured={"a: error rate": joint, "b: error rate": joint + 0.01})
    assert drawn.difference("b", "a") == pytest.approx(np.full(DRAWS, 0.01 * 10_000))


def test_draws_of_another_length_are_refused():
    cost = candidate("a", once("x", Figure("x", 1.0, "measured", se=0.1)))
    with pytest.raises(ValueError, match="shape"):
        run(cost, measured={"x": np.ones(3)})


def test_a_candidate_with_an_unknown_part_has_no_draws():
    drawn = run(candidate("a", once("x", given("x", None))), candidate("b", once("y", given("y", 1.0))))
    assert drawn.horizon["a"] is None
    assert drawn.difference("a", "b") is None
    assert break_even_interval(drawn, "b", "a") is None


def lines(own_per_call=0.0, hosting=1000.0, api_fixed=0.0):
    api = candidate(
        "api",
        CostPart("fee", "month", (given("fee", api_fixed),)),
        CostPart("tokens", "call", (given("api: tokens", 0.01),)),
    )
    own = candidate(
        "own",
        CostPart("hosting", "month", (assumed("hosting", hosting),)),
        CostPart("compute", "call", (given("own: compute", own_per_call),)),
    )
    return run(api, own)


def test_the_break_even_interval_is_that_of_the_fixed_cost_over_the_saving():
    found = break_even_interval(lines(), "own", "api")
    assert found.low == pytest.approx(100_000 * lognorm.ppf(0.025, 0.45), rel=0.02)
    assert found.high == pytest.approx(100_000 * lognorm.ppf(0.975, 0.45), rel=0.02)
    assert found.never == 0


def test_a_candidate_that_saves_nothing_per_call_never_breaks_even():
    found = break_even_interval(lines(own_per_call=0.02), "own", "api")
    assert (found.low, found.high, found.never) == (math.inf, math.inf, 1)
    assert break_even_interval(lines(own_per_call=0.01), "own", "api").never == 1


def test_a_candidate_cheaper_from_the_first_call_breaks_even_at_none():
    found = break_even_interval(lines(hosting=1.0, api_fixed=1e6), "own", "api")
    assert (found.low, found.high, found.never) == (0, 0, 0)
