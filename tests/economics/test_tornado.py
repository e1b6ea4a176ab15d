import pytest

from harness.economics.candidate import CostInputs, cost_of_candidate
from harness.economics.cost import CandidateCost, CostPart
from harness.economics.defaults import assumptions
from harness.economics.figures import Figure
from harness.economics.montecarlo import Misestimation
from harness.economics.tornado import tornado
from harness.economics.use import use_of

USE = use_of(100_000, 10, knowledge_changes_per_year=12)
TOKENS = Figure("api: tokens", 0.01, "looked up")
HOSTING = Figure("hosting", 600, "assumed", low=200, high=2000)
RATE = Figure("rate", 500, "assumed", low=400, high=1000)
DAYS = Figure("own: days", 6, "assumed", low=3, high=10)
API = CandidateCost("api", USE, (CostPart("tokens", "call", (TOKENS,)),))
OWN = CandidateCost(
    "own",
    USE,
    (CostPart("hosting", "month", (HOSTING,)), CostPart("engineering", "once", (DAYS, RATE))),
)
# api: 100,000 x 10 x .01 = 10,000; own: 6,000 + 3,000 = 9,000; own - api = -1,000


def bars(a=OWN, b=API, **settings):
    return {bar.figure.name: bar for bar in tornado(a, b, **settings)}


def test_the_widest_bar_comes_first_and_its_ends_are_the_answer_at_low_and_high():
    widest = tornado(OWN, API)[0]
    assert widest.figure.name == "hosting"
    # The deciles of a lognormal factor with sigma .45: exp(1.2816 x .45) = 1.7801.
    assert (widest.low, widest.high) == pytest.approx((600 / 1.7801, 600 * 1.7801), rel=1e-4)
    assert (widest.low_usd, widest.high_usd) == pytest.approx((6000 / 1.7801 - 7000, 6000 * 1.7801 - 7000), rel=1e-3)
    assert {bar.figure.name for bar in tornado(OWN, API)[1:3]} == {"rate", "own: days"}


def test_the_value_at_which_the_answer_flips_is_exact():
    found = bars()
    assert found["hosting"].flips_at == pytest.approx(700)
    assert found["own: days"].flips_at == pytest.approx(8)
    assert found["rate"].flips_at == pytest.approx(4000 / 6)
    assert all(found[name].flips_in_range for name in ("hosting", "own: days", "rate"))


def test_a_price_and_a_volume_that_are_not_in_doubt_have_no_bar_and_still_say_where_it_flips():
    found = bars()
    assert (found["api: tokens"].width_usd, found["api: tokens"].flips_at) == (0, pytest.approx(0.009))
    assert found["calls_per_month"].flips_at == pytest.approx(90_000)
    assert found["horizon_months"].flips_at == pytest.approx(7.5)
    assert not found["calls_per_month"].flips_in_range


def test_how_far_a_number_may_be_off_is_the_prior_s_and_where_it_turns_is_not():
    wide, narrow = (tornado(OWN, API, prior=Misestimation(1, sigma))[0] for sigma in (0.45, 0.1))
    assert wide.width_usd > 4 * narrow.width_usd
    assert wide.flips_at == narrow.flips_at
    assert narrow.flips_in_range


def test_a_threshold_moves_the_flip():
    assert bars(threshold_usd=-2000)["hosting"].flips_at == pytest.approx(500)


def test_a_figure_that_moves_nothing_flips_nothing():
    assert bars()["knowledge_changes_per_year"].flips_at is None


def test_what_both_share_moves_nothing_however_large_it_is():
    huge = CostPart("monitoring", "month", (Figure("monitoring", 1e9 / 3, "assumed", low=1e8, high=1e9),))
    own, api = (CandidateCost(cost.name, USE, (huge, *cost.parts)) for cost in (OWN, API))
    assert bars(own, api)["monitoring"].flips_at is None


def test_a_flip_at_a_negative_value_or_a_share_over_one_is_none():
    dear = CandidateCost("dear", USE, (*OWN.parts, CostPart("licence", "once", (Figure("licence", 50_000, "given"),))))
    assert bars(dear)["own: days"].flips_at is None
    share = Figure("share", 0.4, "assumed", "share", low=0.2, high=1)
    part = CandidateCost("part", USE, (CostPart("x", "once", (share, Figure("usd", 1000, "given"))),))
    assert bars(part)["share"].flips_at is None


def test_a_measured_share_swings_over_its_interval_also_when_nothing_failed():
    rate = Figure("own: error rate", 0.0, "measured", "share", items=100)
    wrong = CostPart("being wrong", "call", (rate, Figure("error cost", 1.0, "given")))
    found = bars(CandidateCost("own", USE, OWN.parts, wrong))["own: error rate"]
    assert found.high_usd > found.low_usd
    assert found.flips_at == pytest.approx(1000 / 1_000_000)


def test_a_figure_at_zero_can_flip_the_answer_too():
    upkeep = CostPart("update", "change", (Figure("usd per change", 2000, "given"),))
    never = use_of(100_000, 10)
    api = CandidateCost("api", never, API.parts)
    own = CandidateCost("own", never, (*OWN.parts, upkeep))
    assert bars(own, api)["knowledge_changes_per_year"].flips_at == pytest.approx(1000 / 2000 * 12 / 10)


def test_an_unknown_cost_has_no_tornado():
    unknown = CandidateCost("x", USE, (CostPart("tokens", "call", (Figure("x: tokens", None, "looked up"),)),))
    assert tornado(unknown, API) is None


def test_a_change_whose_cost_is_unknown_and_that_never_comes_is_no_obstacle():
    never = use_of(100_000, 10)
    update = CostPart("update", "change", (Figure("update", None, "looked up"),))
    found = bars(CandidateCost("own", never, (*OWN.parts, update)), CandidateCost("api", never, API.parts))
    assert found["knowledge_changes_per_year"].flips_at is None
    assert found["hosting"].flips_at == pytest.approx(700)


def test_at_every_flip_of_a_whole_model_the_two_costs_are_equal():
    table = assumptions()
    use = use_of(400_000, 24, knowledge_changes_per_year=4, error_cost_usd=0.05)

    def built(name, approach, errors, **settings):
        rate = Figure(f"{name}: error rate", errors, "measured", "share", items=500)
        return cost_of_candidate(CostInputs(name, approach, error_rate=rate, **settings), use, table)

    api = built("rag", "rag", 0.08, indexed=True, bought={"tokens": Figure("rag: tokens", 0.004, "looked up")})
    prep = Figure("lora: preparation", 3600, "measured", "seconds", se=60)
    own = built("lora", "lora", 0.03, serving="by the second", preparation_seconds=prep,
                seconds_per_call=Figure("lora: seconds", 0.02, "measured", "seconds", se=0.001))  # fmt: skip
    flips = {bar.figure.name: bar.flips_at for bar in tornado(own, api) if bar.flips_at is not None}
    assert {"calls_per_month", "day_rate_usd", "rag: tokens", "lora: error rate"} <= set(flips)
    for name, value in flips.items():
        assert own.tco({name: value}) == pytest.approx(api.tco({name: value}), rel=1e-9), name
