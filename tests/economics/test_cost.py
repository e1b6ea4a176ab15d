from dataclasses import replace

import pytest

from harness.economics.cost import CandidateCost, CostPart, figures_of
from harness.economics.figures import Figure
from harness.economics.use import use_of
from harness.errors import ConfigError


def figure(name, value, source="given", **more):
    return Figure(name, value, source, **more)


def part(name, per, usd, source="given"):
    return CostPart(name, per, (figure(name, usd, source),))


USE = use_of(200_000, 24, knowledge_changes_per_year=4, error_cost_usd=2.0)
ERRORS = Figure("lora: error rate", 0.05, "measured", "share", items=500)
LORA = CandidateCost(
    "lora",
    USE,
    (
        part("tokens", "call", 0.001, "measured"),
        part("hosting", "month", 400),
        part("update work", "change", 600, "assumed"),
        part("engineering", "once", 15_000, "assumed"),
    ),
    CostPart("being wrong", "call", (ERRORS, USE.error_cost_usd)),
    ERRORS,
)


def test_a_month_is_calls_hosting_and_upkeep():
    assert LORA.per_month().usd == pytest.approx(200_000 * 0.001 + 400 + 600 * 4 / 12)
    assert LORA.per_month().source == "assumed"


def test_ownership_over_the_horizon_is_stacked_by_part_and_adds_up():
    stacked = LORA.stacked()
    assert stacked == pytest.approx(
        {"tokens": 4800, "hosting": 9600, "update work": 4800, "engineering": 15_000, "being wrong": 480_000}
    )
    assert LORA.over_horizon().usd == pytest.approx(sum(stacked.values()))
    assert LORA.over_horizon(wrong=False).usd == pytest.approx(34_200)
    assert LORA.tco({}) == pytest.approx(LORA.over_horizon().usd)


def test_being_wrong_is_error_rate_times_error_cost_times_volume():
    assert LORA.being_wrong() == pytest.approx(0.05 * 2.0 * 200_000 * 24)


def test_a_correct_answer_costs_the_spending_over_the_correct_ones():
    assert LORA.per_correct().usd == pytest.approx(34_200 / (200_000 * 24 * 0.95))


def test_a_candidate_that_is_always_wrong_has_no_cost_per_correct_answer():
    always = CandidateCost("no", USE, LORA.parts, error_rate=Figure("no: error rate", 1.0, "measured", "share"))
    assert always.per_correct() is None


def test_an_unknown_part_makes_totals_unknown_and_never_smaller():
    unknown = CandidateCost("x", USE, (*LORA.parts, part("embedding", "call", None)), LORA.wrong, ERRORS)
    for total in (unknown.per_month(), unknown.over_horizon(), unknown.per_correct()):
        assert total.usd is None
        assert total.unknown == ("embedding",)
    assert unknown.over_horizon(wrong=False).at_least_usd == pytest.approx(34_200)
    assert unknown.stacked()["embedding"] is None
    assert unknown.line({}) is None
    assert unknown.cost_line() is None
    assert unknown.payments() is None
    assert unknown.tco({}) is None


def test_an_unknown_part_that_is_never_paid_does_not_matter():
    use = use_of(200_000, 24)
    cost = CandidateCost("x", use, (part("hosting", "month", 10), part("update", "change", None)))
    assert cost.over_horizon().usd == pytest.approx(240)
    assert cost.tco({}) == pytest.approx(240)
    assert cost.line({}) == pytest.approx((10, 0))


def test_a_known_zero_is_not_unknown():
    assert CandidateCost("x", USE, (part("tokens", "call", 0.0),)).over_horizon().usd == 0


def test_the_line_spreads_what_is_paid_once_over_the_horizon():
    fixed, variable = replace(LORA, wrong=None).line({})
    assert fixed == pytest.approx(400 + 200 + 15_000 / 24)
    assert variable == pytest.approx(0.001)
    assert LORA.line({})[1] == pytest.approx(0.001 + 0.1)


def test_payments_are_what_comes_first_and_then_each_month():
    found = replace(LORA, wrong=None).payments()
    assert (found.first_usd, found.usd_per_month) == pytest.approx((15_000, 800))


def test_a_part_is_as_certain_as_its_least_certain_factor():
    parts = CostPart("labels", "once", (figure("n", 100, "measured"), figure("usd", 0.2, "looked up")))
    assert parts.source == "looked up"


def test_two_numbers_under_one_name_are_refused_before_they_are_moved_as_one():
    a, b = (CandidateCost(name, USE, (part("tokens", "call", usd),)) for name, usd in (("a", 1), ("b", 2)))
    with pytest.raises(ValueError, match="two figures are named 'tokens'"):
        figures_of((a, b))


@pytest.mark.parametrize(
    ("calls", "months", "more", "message"),
    [
        (0, 24, {}, "calls_per_month is 0; it must be at least 1"),
        (-5, 24, {}, "calls_per_month is -5"),
        (float("inf"), 24, {}, "expected a finite number"),
        (10, 0, {}, "horizon_months is 0"),
        (10, 24, {"knowledge_changes_per_year": -1}, "knowledge_changes_per_year is -1"),
        (10, 24, {"error_cost_usd": -2}, "error_cost_usd is -2"),
        (10, 24, {"peak_calls_per_second": 0}, "peak_calls_per_second is 0"),
    ],
)
def test_a_use_without_volume_or_with_absurd_numbers_is_refused(calls, months, more, message):
    with pytest.raises(ConfigError, match=message):
        use_of(calls, months, **more)


@pytest.mark.parametrize("bad", [{"value": -1.0}, {"value": float("nan")}, {"value": 1.0, "se": -1.0}])
def test_a_figure_that_cannot_be_right_is_refused(bad):
    with pytest.raises(ValueError, match="expected a finite number"):
        Figure("x", source="given", **bad)


def test_a_share_over_one_is_refused():
    with pytest.raises(ValueError, match="a share is at most 1"):
        Figure("x", 1.2, "measured", "share")
