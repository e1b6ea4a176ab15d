import subprocess
import sys
from datetime import UTC, date, datetime

import genai_prices
import numpy as np
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TimeOfDateConstraint

from harness.economics.price_list import price_of
from harness.economics.prices import Price, Usage, cost_of, parse_price_options, parse_prices
from harness.errors import ConfigError, UnknownNameError

DAY = date(2026, 11, 1)
MILLION = 1_000_000


def cost(model, usage, on=DAY, **settings):
    return cost_of(usage, price_of(model, on, **settings))


def test_one_call_of_1500_tokens_of_which_1200_cached_costs_a_third_of_a_cent():
    assert cost_of(Usage(1500, 1200, 100), Price(2.5, 1.25, 10, "given")) == pytest.approx(0.00325, abs=1e-12)


def test_gpt_4o_costs_what_the_reference_says():
    assert cost("openai/gpt-4o", Usage(1000, 0, 100)) == pytest.approx(0.0035)
    assert cost("openai/gpt-4o", Usage(1000, 800, 100)) == pytest.approx(0.0025)


@pytest.mark.parametrize(("on", "usd"), [(date(2025, 6, 1), 50), (date(2025, 7, 1), 10)])
def test_o3_costs_what_it_did_on_the_day(on, usd):
    assert cost("openai/o3", Usage(MILLION, 0, MILLION), on) == pytest.approx(usd)


def test_a_looked_up_price_says_so_and_for_which_day():
    found = price_of("openai/gpt-4o", DAY)
    assert (found.source, found.on) == ("looked up", DAY)


def test_a_batch_price_that_the_list_does_not_know_is_unknown_and_not_the_standard_price():
    before_any = date(2025, 6, 1)
    lenient = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1000, output_tokens=100),
        "gpt-4o",
        provider_id="openai",
        genai_request_timestamp=datetime(2025, 6, 1, tzinfo=UTC),
        price_context={"service_tier": "batch"},
    )
    assert float(lenient.total_price) == 0.0035, "the trap is gone; read the list anew"
    assert price_of("openai/gpt-4o", before_any, batch=True) is None


def test_a_batch_price_that_the_list_knows_is_given():
    found = price_of("openai/gpt-4o", DAY, batch=True)
    assert (found.input, found.output) == (1.25, 5)


def test_a_provider_that_lends_its_models_from_another_list_has_no_batch_price_of_its_own():
    assert price_of("azure/gpt-4o", DAY) is not None
    assert price_of("azure/gpt-4o", DAY, batch=True) is None


@pytest.mark.parametrize(
    "model",
    [
        "openai/no-such-model",
        "local/smollm2-135m-instruct",
        "my-openai-proxy/gpt-4o",
        "openrouter/agentica-org/deepcoder-14b-preview:free",
        "perplexity/sonar-deep-research",
        "gpt-4o",
        "openai/",
    ],
)
def test_an_unknown_price_is_none_and_its_cost_is_none(model):
    assert price_of(model, DAY) is None
    assert cost(model, Usage(1000, 0, 100)) is None


def test_a_long_prompt_is_charged_at_its_own_rates_for_all_of_its_tokens():
    assert cost("anthropic/claude-sonnet-4-5", Usage(200_000, 0, 0)) == pytest.approx(0.2 * 3)
    assert cost("anthropic/claude-sonnet-4-5", Usage(200_001, 0, 1000)) == pytest.approx(0.200001 * 6 + 0.0225)


def test_a_price_that_changes_within_the_day_is_the_dearest_of_it():
    assert price_of("deepseek/deepseek-chat", DAY).output == 1.1


def test_a_fee_per_request_is_in_the_price():
    assert price_of("perplexity/sonar", DAY).per_call == pytest.approx(0.012)


def test_embeddings_cost_their_input_and_an_output_they_cannot_have_is_unknown():
    assert cost("openai/text-embedding-3-small", Usage(MILLION, 0, 0)) == pytest.approx(0.02)
    assert cost("openai/text-embedding-3-small", Usage(MILLION, 0, 5)) is None


def test_costs_agree_with_the_price_list_on_every_model_of_the_big_providers():
    rng = np.random.default_rng(1)
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    compared = 0
    for provider in get_snapshot().providers:
        if provider.id not in {"openai", "anthropic", "google", "mistral", "groq", "x-ai", "cohere"}:
            continue
        for model in provider.models:
            name = f"{provider.id}/{model.id}"
            sent = int(10 ** rng.uniform(2, 6))
            usage = Usage(sent, int(sent * rng.uniform()), 0 if rng.uniform() < 0.2 else 300)
            usd = cost(name, usage)
            if usd is None or provider.find_model(model.id) is not model or _by_the_hour(model):
                continue
            listed = genai_prices.calc_price(
                genai_prices.Usage(
                    input_tokens=usage.input_tokens,
                    cache_read_tokens=usage.cached_tokens,
                    output_tokens=usage.output_tokens,
                ),
                model.id,
                provider_id=provider.id,
                genai_request_timestamp=noon,
            )
            assert usd == pytest.approx(float(listed.total_price), rel=1e-9), name
            compared += 1
    assert compared > 200


def _by_the_hour(model):
    return isinstance(model.prices, list) and any(
        isinstance(price.constraint, TimeOfDateConstraint) for price in model.prices
    )


def test_what_the_user_states_goes_before_the_list_and_has_no_batch_price():
    stated = parse_price_options(["openai/gpt-4o=1/0.5/4"])
    found = price_of("openai/gpt-4o", DAY, stated)
    assert (found.input, found.cached, found.output, found.source, found.on) == (1, 0.5, 4, "given", DAY)
    assert price_of("openai/gpt-4o", DAY, stated, batch=True) is None
    assert price_of("openai/o3", DAY, stated).source == "looked up"


def test_table_and_option_read_the_same_price():
    table = {"openai/gpt-5-mini": {"input": 0.25, "cached": 0.025, "output": 2.0}}
    assert parse_prices(table) == parse_price_options(["openai/gpt-5-mini=0.25/0.025/2.0"])


def test_without_a_cached_price_cached_tokens_cost_what_others_do():
    assert parse_prices({"a/b": {"input": 2, "output": 3}})["a/b"].cached == 2


def test_a_model_stated_as_free_is_free():
    assert cost_of(Usage(10, 0, 10), parse_price_options(["mine/model=0/0/0"])["mine/model"]) == 0


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"input": -1, "output": 2}, "input is -1; it must be at least 0"),
        ({"input": 1e6, "output": 2}, "no model costs over"),
        ({"input": 0.00000025, "output": 2}, "price per token"),
        ({"input": 1, "cached": 2, "output": 2}, "swapped"),
        ({"input": "1", "output": 2}, "expected a finite number"),
        ({"input": True, "output": 2}, "expected a finite number"),
        ({"input": float("nan"), "output": 2}, "expected a finite number"),
        ({"input": 1}, "has no 'output'"),
        (3, "expected a table"),
    ],
)
def test_a_price_that_cannot_be_right_is_refused_with_its_place(entry, message):
    with pytest.raises(ConfigError, match=message) as raised:
        parse_prices({"openai/gpt-5-mini": entry})
    assert 'harness.toml: [prices."openai/gpt-5-mini"]' in str(raised.value)


def test_a_misspelt_key_of_a_price_names_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'cached'"):
        parse_prices({"a/b": {"input": 1, "cache": 1, "output": 2}})


@pytest.mark.parametrize("text", ["openai/gpt-4o", "openai/gpt-4o=1/2", "openai/gpt-4o=a/b/c", "=1/1/1", "gpt=1/1/1"])
def test_an_option_of_another_form_is_refused(text):
    with pytest.raises(ConfigError, match="openai/gpt-5-mini"):
        parse_price_options([text])


def test_a_negative_price_on_the_command_line_is_refused():
    with pytest.raises(ConfigError, match="must be at least 0"):
        parse_price_options(["openai/gpt-4o=-1/0/4"])


def test_usage_with_more_cached_than_sent_is_refused_since_input_is_the_total():
    with pytest.raises(ValueError, match="must include the cached"):
        Usage(300, 1200, 100)
    with pytest.raises(ValueError, match="negative"):
        Usage(-1, 0, 0)


def test_importing_economics_does_not_import_the_price_list():
    code = (
        "import sys, harness.economics.price_list, harness.economics.candidate, harness.economics.montecarlo;"
        "import harness.economics.tornado, harness.economics.value;"
        "sys.exit('genai_prices' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
