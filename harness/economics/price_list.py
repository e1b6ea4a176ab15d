"""Prices of hosted models on a day, from the list that genai-prices carries. Offline: nothing is fetched.

The list is meant for billing and is lenient where a comparison must not be: a tier it does not know for a
model gets the standard price, a free or unlisted unit counts as 0, and a provider is matched by part of its
name. So it is read here, unit by unit, and what it does not say is unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from harness.economics.prices import LongPrompt, Price

_BATCH = {"processing": "batch"}
_BEYOND_USAGE = ("output_reasoning_mtok", "output_citation_mtok")
"""Units that are billed with every call and cannot be told from tokens in, cached and out."""


def price_of(
    model: str, on: date, overrides: Mapping[str, Price] | None = None, *, batch: bool = False
) -> Price | None:
    """The price of `provider/model` on a day (UTC); None when it is unknown, which is never free.

    Args:
        model: The provider by its exact id in the list (`openai`, `anthropic`, `google`, ...).
        on: Day of the run. Where a price changes within a day, the day's dearest is taken.
        overrides: Prices that the user states; they go before the list.
        batch: The provider's batch price, given only where the list has one for this model on that day.
            A price that the user states is a standard price, so there is no batch price beside it.
    """
    if overrides and model in overrides:
        return None if batch else replace(overrides[model], on=on)
    provider, entry = _find(model)
    if entry is None:
        return None
    moments = [datetime.combine(on, time(hour, minute), UTC) for hour in range(24) for minute in (0, 30)]
    if batch:
        moments = [moment for moment in moments if _has_batch_price(provider, entry, moment)]
    context = _BATCH if batch else None
    prices = [_read(entry.get_prices(moment, context), on) for moment in moments]
    return max((price for price in prices if price is not None), key=_weight, default=None)


def _find(model: str) -> tuple[Any, Any]:
    """Provider and model of the list, or None for what it does not have."""
    from genai_prices.data_snapshot import get_snapshot

    provider_id, _, name = model.partition("/")
    providers = get_snapshot().providers
    provider = next((one for one in providers if one.id == provider_id.lower()), None)
    if provider is None or not name:
        return None, None
    return provider, provider.find_model(name.lower(), all_providers=providers)


def _has_batch_price(provider: Any, entry: Any, moment: datetime) -> bool:
    """Whether the list states the model's own batch price at that moment.

    A model that the provider lends from another provider's list (Azure from OpenAI) has none of its own.
    """
    if not any(entry is own for own in provider.models):
        return False
    return any(
        variant.when == _BATCH
        and (variant.constraint is None or variant.constraint.active(moment))
        and variant.prices.input_mtok is not None
        for variant in entry.price_variants or ()
    )


def _read(units: Any, on: date) -> Price | None:
    if units.input_mtok is None or any(getattr(units, unit) is not None for unit in _BEYOND_USAGE):
        return None
    lengths = {tier.start for name in ("input", "cache_read", "output") for tier in _tiers(units, name)}
    fresh, cached, output = _rates(units, 0)
    return Price(
        input=fresh,
        cached=cached,
        output=output,
        source="looked up",
        on=on,
        per_call=float(units.requests_kcount or 0) / 1000,
        long_prompts=tuple(LongPrompt(over, *_rates(units, over + 1)) for over in sorted(lengths)),
    )


def _rates(units: Any, tokens: int) -> tuple[float, float, float | None]:
    """USD per million tokens sent, cached and generated, of a call with so many input tokens."""
    fresh = _at(units, "input", tokens)
    assert fresh is not None
    cached = _at(units, "cache_read", tokens)
    return fresh, fresh if cached is None else cached, _at(units, "output", tokens)


def _at(units: Any, name: str, tokens: int) -> float | None:
    price = getattr(units, f"{name}_mtok")
    if price is None:
        return None
    rate = getattr(price, "base", price)
    for tier in _tiers(units, name):
        if tokens > tier.start:
            rate = tier.price
    return float(rate)


def _tiers(units: Any, name: str) -> Any:
    return getattr(getattr(units, f"{name}_mtok"), "tiers", ())


def _weight(price: Price) -> float:
    return price.input + (price.output or 0.0)
