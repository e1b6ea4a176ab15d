"""What a run's calls cost: billed now, and what a cold run would have cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from harness.economics.price_list import price_of
from harness.economics.prices import Price, Usage, cost_of, parse_prices
from harness.types import Call, Record

@dataclass(frozen=True)
class Spending:
    """Money and tokens of a run's model calls."""

    calls: int = 0
    cold_usd: float | None = 0.0
    """What all calls cost without the response cache; None where a price is unknown."""
    billed_usd: float | None = 0.0
    """What the calls that were made cost."""
    input_tokens: int = 0
    output_tokens: int = 0
    source: str = "looked up"
    unknown: tuple[str, ...] = ()
    """Models whose price is unknown."""


def pricer(on: date, prices: Mapping[str, Any] | None = None) -> Callable[[str, int, int, int], float | None]:
    """A function from (model, input tokens, cached tokens, output tokens) to USD; local models cost no tokens."""
    given = parse_prices(dict(prices or {}))

    @cache
    def price(model: str) -> Price | None:
        return price_of(model, on, given)

    def usd(model: str, input_tokens: int, cached_tokens: int, output_tokens: int) -> float | None:
        if model.startswith("local/"):
            return 0.0
        return cost_of(Usage(input_tokens, cached_tokens, output_tokens), price(model))

    return usd


def call_usd(call: Call, usd: Callable[[str, int, int, int], float | None]) -> float | None:
    """What one call costs; a recording's call carries its own figure."""
    if call.model == "recorded":
        return float(call.request) if call.request else None
    return usd(call.model, call.input_tokens, call.cached_tokens, call.output_tokens)


def spending(records: Iterable[Record], usd: Callable[[str, int, int, int], float | None]) -> Spending:
    """Adds up the calls of a run."""
    calls = tokens_in = tokens_out = 0
    cold = billed = 0.0
    unknown: set[str] = set()
    for record in records:
        for call in record.calls:
            calls += 1
            tokens_in += call.input_tokens
            tokens_out += call.output_tokens
            cost = call_usd(call, usd)
            if cost is None:
                unknown.add(call.model)
                continue
            cold += cost
            billed += 0.0 if call.from_cache else cost
    known = not unknown
    return Spending(
        calls, cold if known else None, billed if known else None, tokens_in, tokens_out, "looked up", tuple(unknown)
    )


def today() -> date:
    """The day on which prices are looked up."""
    return datetime.now(UTC).date()
