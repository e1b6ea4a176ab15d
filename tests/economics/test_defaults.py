import pytest

from harness.economics.defaults import TABLE, approach_of, assumptions
from harness.errors import ConfigError, UnknownNameError

APPROACHES = ("rule", "classical", "prompting", "rag", "hosted", "lora", "full", "scratch", "existing")


def test_every_row_is_in_order_has_a_source_and_its_own_name():
    assert len({row.name for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert row.least <= row.low <= row.likely <= row.high, row
        assert row.unit, row
        assert row.source, row


def test_published_ranges_are_in_the_table():
    rows = {row.name: (row.low, row.high) for row in TABLE}
    assert rows["training_usd_lora"] == (1000, 5000)
    assert rows["training_usd_hosted"] == (50, 500)
    assert rows["training_usd_full"] == (5000, 25000)
    assert rows["hosting_usd_month_model"] == (200, 2000)
    assert rows["engineering_days_lora"] == (3 * 5, 8 * 5)
    assert rows["weeks_to_first_result_scratch"] == (13, 26)


@pytest.mark.parametrize("quantity", ["engineering_days", "weeks_to_first_result", "upkeep_days_per_change"])
@pytest.mark.parametrize("approach", APPROACHES)
def test_every_approach_has_its_effort(quantity, approach):
    assert assumptions()[f"{quantity}_{approach}"].source == "assumed"


def test_a_tfidf_model_is_not_a_lora_project():
    table = assumptions()
    tfidf, lora = (approach_of(*of) for of in (("tfidf", None, "trained"), ("finetuned", "lora", "trained")))
    assert table[f"engineering_days_{tfidf}"].value * 5 < table[f"engineering_days_{lora}"].value


def test_an_adapter_unknown_here_goes_by_its_rung():
    assert approach_of("my_bot", None, "rag") == "rag"
    assert approach_of("my_bot", "quick", "baseline") == "rule"


@pytest.mark.parametrize("adapter", ["prompting", "rag"])
def test_what_prompts_a_model_and_stands_as_trained_has_its_provider_fine_tune_it(adapter):
    assert approach_of(adapter, None, "trained") == "hosted"


def test_a_cascade_goes_by_the_heaviest_of_its_parts():
    assert [approach_of("cascade", None, rung) for rung in ("prompting", "rag", "trained")] == [
        "prompting",
        "rag",
        "lora",
    ]


def test_what_a_user_states_is_given_and_not_in_doubt():
    figure = assumptions({"day_rate_usd": 750})["day_rate_usd"]
    assert (figure.value, figure.source, figure.swing()) == (750, "given", None)


def test_other_rows_stay_assumed_when_one_is_stated():
    figure = assumptions({"day_rate_usd": 750})["label_cost_usd"]
    assert (figure.source, figure.swing()) == ("assumed", (0.05, 2))


def test_a_misspelt_assumption_names_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'day_rate_usd'"):
        assumptions({"day_rate": 750})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("day_rate_usd", -5, "at least 0"),
        ("day_rate_usd", "600", "expected a finite number"),
        ("utilisation", 1.2, "at most 1"),
        ("utilisation", 0, "at least 0.01"),
        ("peak_to_average", 0.5, "at least 1"),
        ("misestimation_sigma", float("inf"), "expected a finite number"),
        ("misestimation_sigma", 50, "at most 3"),
        ("day_rate_usd", 1e300, "at most 100000"),
        ("engineering_days_lora", 1e6, "at most 10000"),
    ],
)
def test_an_assumption_out_of_range_is_refused(name, value, message):
    with pytest.raises(ConfigError, match=message):
        assumptions({name: value})
