import pytest

from harness.economics.candidate import CostInputs, cost_of_candidate
from harness.economics.defaults import assumptions
from harness.economics.figures import Figure
from harness.economics.hardware import SECONDS_PER_MONTH, parse_hardware
from harness.economics.use import use_of

TABLE = assumptions()
USE = use_of(730_000, 12, knowledge_changes_per_year=2, error_cost_usd=1.0)


def seconds(name, value):
    return Figure(f"x: {name}", value, "measured", "seconds")


def build(approach="lora", use=USE, table=TABLE, **settings):
    return cost_of_candidate(CostInputs("x", approach, **settings), use, table)


def parts(**settings):
    return {part.name: part for part in build(**settings).parts}


def hardware(**settings):
    return parse_hardware({"big": settings})["big"]


def test_an_api_candidate_pays_tokens_and_no_machine():
    cost = build("prompting", bought={"tokens": Figure("x: tokens", 0.00325, "looked up")})
    assert cost.line({})[1] == pytest.approx(0.00325)
    assert {part.name for part in cost.parts} == {"tokens", "engineering", "monitoring", "update work"}
    assert cost.capacity is None


def test_an_unknown_token_price_stays_unknown_in_the_total():
    cost = build("prompting", bought={"tokens": Figure("x: tokens", None, "looked up")})
    assert cost.over_horizon().unknown == ("tokens",)


def test_work_is_days_by_approach_at_the_day_rate():
    assert parts(approach="rag")["engineering"].usd == 10 * 600
    assert parts(approach="classical")["engineering"].usd == 3 * 600
    assert parts(approach="lora")["update work"].usd == 4 * 600


def test_labels_cost_what_the_task_says_else_what_is_assumed():
    used = Figure("x: labels", 1000, "measured", "labels")
    assert parts(labels=used)["labels"].usd == pytest.approx(200)
    stated = Figure("label_cost_usd", 3.0, "given")
    assert parts(labels=used, label_cost=stated)["labels"].usd == 3000
    assert "labels" not in parts()


def test_a_local_model_is_not_free_its_seconds_have_an_hourly_price():
    part = parts(serving="by the second", seconds_per_call=seconds("s", 0.5))["compute"]
    assert part.usd == pytest.approx(0.5 * 0.10 / 3600)
    assert part.source == "assumed"


def test_seconds_that_were_not_measured_are_unknown_and_not_free():
    assert parts(serving="by the second")["compute"].usd is None


def test_another_machine_counts_with_its_own_throughput():
    fast = hardware(usd_per_hour=1.5, relative_speed=10)
    stated = hardware(usd_per_hour=1.5, calls_per_second=20)
    other = hardware(usd_per_hour=1.5, calls_per_second={"somebody else": 20})
    by = {"serving": "by the second", "seconds_per_call": seconds("s", 0.5)}
    assert parts(**by, hardware=fast)["compute"].usd == pytest.approx(0.05 * 1.5 / 3600)
    assert parts(**by, hardware=stated)["compute"].usd == pytest.approx(1.5 / 3600 / 20)
    assert parts(**by, hardware=other)["compute"].usd is None
    assert parts(serving="by the second", hardware=fast)["compute"].usd is None
    assert "on big" in parts(**by, hardware=stated)["compute"].note


def test_machines_kept_on_are_as_many_as_the_peak_takes():
    # 730,000 calls a month are 0.2778 a second; four times that at the peak is 1.111.
    gpu = hardware(usd_per_hour=1.5, calls_per_second=1.0, utilisation=0.5)
    cost = build(serving="kept on", hardware=gpu)
    assert next(part for part in cost.parts if part.name == "hosting").usd == pytest.approx(3 * 1.5 * 730)
    assert cost.capacity == pytest.approx(3 * 1.0 * 0.5 / 4 * SECONDS_PER_MONTH)


def test_a_stated_peak_goes_before_the_assumed_one():
    use = use_of(730_000, 12, peak_calls_per_second=10)
    gpu = hardware(usd_per_hour=1.0, calls_per_second=1.0, utilisation=1.0)
    assert parts(use=use, serving="kept on", hardware=gpu)["hosting"].usd == pytest.approx(10 * 730)


def test_hosting_is_assumed_per_machine_when_no_hardware_is_named():
    slow = parts(serving="kept on", measured_on="gpu", seconds_per_call=seconds("s", 1.0))["hosting"]
    assert slow.usd == pytest.approx(2 * 600), "1.11 a second at 1 a second and 60 % takes two"
    assert slow.source == "assumed"
    assert parts(serving="kept on", seconds_per_call=seconds("s", 0.01))["hosting"].usd == pytest.approx(50)


def test_a_throughput_nobody_knows_is_one_assumed_machine_but_unknown_on_a_named_one():
    assert parts(serving="kept on")["hosting"].usd == 50
    assert "one machine taken" in parts(serving="kept on")["hosting"].note
    named = hardware(usd_per_hour=1.5, relative_speed=10)
    assert parts(serving="kept on", hardware=named)["hosting"].usd is None


def test_hosting_and_seconds_are_never_both_charged():
    both = parts(serving="kept on", seconds_per_call=seconds("s", 0.5))
    assert "compute" not in both


def test_measured_training_replaces_the_assumed_cost_and_is_paid_again_with_each_change():
    measured = parts(preparation_seconds=seconds("prep", 7200))
    assert measured["preparation"].usd == pytest.approx(0.20)
    assert (measured["update: preparation"].usd, measured["update: preparation"].per) == (
        pytest.approx(0.20),
        "change",
    )
    assumed = parts()
    assert assumed["preparation"].usd == 2500
    assert assumed["update: preparation"].usd == pytest.approx(2500 * 0.4)


def test_a_hosted_fine_tune_pays_the_providers_training_price_and_no_other():
    hosted = parts(bought_once={"hosted training": Figure("x: training", 120.0, "looked up")})
    assert hosted["hosted training"].usd == 120
    assert "preparation" not in hosted
    assert hosted["update: hosted training"].per == "change"


def test_a_hosted_fine_tune_without_a_stated_price_takes_its_own_assumptions():
    found = parts(approach="hosted")
    assert (found["preparation"].usd, found["preparation"].source) == (200, "assumed")
    assert found["engineering"].usd == 12 * 600


def test_what_hosting_is_stated_to_cost_is_the_bill_whatever_the_peak():
    bill = Figure("x: hosting_usd_month", 400, "given", "USD a month")
    cost = build(serving="kept on", hosting=bill, seconds_per_call=seconds("s", 100.0))
    assert next(part for part in cost.parts if part.name == "hosting").usd == 400
    assert cost.capacity is None


def test_a_number_of_machines_is_as_sure_as_what_it_was_planned_with():
    stated = {"usd_per_hour": 1.0, "calls_per_second": 1.0}
    assumed = parts(serving="kept on", hardware=hardware(**stated))["hosting"]
    assert assumed.source == "assumed"
    assert {f.name for f in assumed.planned} >= {"utilisation", "peak_to_average", "hardware.big.calls_per_second"}
    use = use_of(730_000, 12, peak_calls_per_second=10)
    sure = parts(use=use, serving="kept on", hardware=hardware(**stated, utilisation=0.5))["hosting"]
    assert sure.source == "given"


def test_an_index_is_hosted():
    assert parts(approach="rag", indexed=True)["index hosting"].usd == 50


def test_being_wrong_needs_an_error_cost():
    rate = Figure("x: error rate", 0.06, "measured", "share", items=300)
    assert build(error_rate=rate).being_wrong() == pytest.approx(0.06 * 730_000 * 12)
    assert build(error_rate=rate, use=use_of(730_000, 12)).being_wrong() is None


def test_what_is_in_use_already_takes_no_engineering():
    assert parts(approach="existing")["engineering"].usd == 0
