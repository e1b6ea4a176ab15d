import pytest

from harness.economics.breakeven import Line, Payments, break_even, break_even_month
from harness.economics.cost import CandidateCost, CostPart
from harness.economics.figures import Figure
from harness.economics.prices import Price, Usage, cost_of
from harness.economics.use import use_of

CALL = cost_of(Usage(1500, 1200, 100), Price(2.5, 1.25, 10, "given"))
API = Line("api", 0, CALL)
OWN = Line("own", 1.50 * 730 + 0.2 * 12_000 + 11_000 / 12, 0)


def test_the_break_even_volume_of_the_reference_is_met():
    assert break_even(API, OWN).calls_per_month == 1_357_436
    assert break_even(OWN, API) == break_even(API, OWN)


def test_the_reference_comes_out_of_a_cost_model_too():
    def part(name, per, *factors, scale=1.0):
        named = tuple(Figure(f"{name} {i}", value, "given") for i, value in enumerate(factors))
        return CostPart(name, per, named, scale)

    use = use_of(1_000_000, 12)
    api = CandidateCost("api", use, (part("tokens", "call", CALL),))
    own = CandidateCost(
        "own",
        use,
        (
            part("hosting", "month", 1.50, scale=730),
            part("people", "month", 0.2, 12_000),
            part("training and labels", "once", 11_000),
        ),
    )
    found = break_even(api.cost_line(), own.cost_line())
    assert found.calls_per_month == 1_357_436
    assert found.words == "own costs no more than api from 1,357,436 calls a month on."
    assert (found.below, found.above) == ("api", "own")


def test_at_the_break_even_the_order_changes_within_one_call():
    calls = break_even(API, OWN).calls_per_month
    assert calls * CALL >= OWN.usd_per_month > (calls - 1) * CALL


def test_the_same_variable_cost_is_no_break_even_and_says_so():
    found = break_even(Line("a", 100, 0.002), Line("b", 350.5, 0.002))
    assert (found.calls_per_month, found.below) == (None, "a")
    assert "both cost $0.002 per call" in found.words
    assert "by $250.50 a month at every volume" in found.words


def test_the_same_cost_throughout_is_a_tie_and_says_so():
    found = break_even(Line("a", 100, 0.002), Line("b", 100, 0.002))
    assert (found.calls_per_month, found.below, found.above) == (None, None, None)
    assert "a and b cost the same" in found.words


def test_variable_costs_that_differ_by_rounding_are_the_same():
    assert break_even(Line("a", 100, 0.1 + 0.2), Line("b", 200, 0.3)).calls_per_month is None


@pytest.mark.parametrize("dear", [Line("b", 200, 0.002), Line("b", 100, 0.002), Line("b", 100 + 1e-10, 0.002)])
def test_a_candidate_that_is_cheaper_at_every_volume_has_no_break_even(dear):
    found = break_even(dear, Line("a", 100, 0.001))
    assert (found.calls_per_month, found.below) == (None, "a")
    assert found.words == "No break-even: a is cheaper than b at every volume."


def test_a_volume_that_the_machines_cannot_carry_is_said_to_be_out_of_reach():
    found = break_even(API, Line("own", OWN.usd_per_month, 0, capacity=1_000_000))
    assert "more than the 1,000,000 that the machines counted here carry" in found.words


def test_the_break_even_month_is_the_first_in_which_the_outlay_is_back():
    api, own = Payments("api", 1000, 800), Payments("own", 11_000, 400)
    found = break_even_month(api, own, 36)
    assert (found.month, found.later) == (25, "own")
    assert "from month 25 on" in found.words


def test_a_break_even_month_after_the_horizon_is_not_one():
    found = break_even_month(Payments("api", 1000, 800), Payments("own", 11_000, 400), 24)
    assert found.month is None
    assert "No break-even month within 24" in found.words
    assert "in month 25" in found.words


@pytest.mark.parametrize(
    "own", [Payments("own", 11_000, 800), Payments("own", 11_000, 900), Payments("own", 1000, 900)]
)
def test_an_outlay_that_saves_nothing_never_comes_back(own):
    found = break_even_month(own, Payments("api", 1000, 800), 24)
    assert found.month is None
    assert "api costs no more than own in any month" in found.words
