"""What a run's calls cost: billed now, and what a cold run would have cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from harness.economics.price_list import price_of
from harness.economics.prices import Price, Usage, cost_of, parse_prices
from harness.run.manifest import Manifest
from harness.types import Call, Record

Usd = Callable[[str, int, int, int], float | None]
"""From (model, input tokens, cached tokens, output tokens) to USD; None where the price is unknown."""


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


def pricer(on: date, prices: Mapping[str, Any] | None = None) -> Usd:
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


def call_usd(call: Call, usd: Usd) -> float | None:
    """What one call costs; a recording's call carries its own figure."""
    if call.model == "recorded":
        return float(call.request) if call.request else None
    return usd(call.model, call.input_tokens, call.cached_tokens, call.output_tokens)


class Tally:
    """Adds up the calls of a run as its records are read."""

    def __init__(self, usd: Usd) -> None:
        """`usd` is what `pricer` gives."""
        self._usd = usd
        self._calls = self._tokens_in = self._tokens_out = 0
        self._cold = self._billed = 0.0
        self._unknown: set[str] = set()

    def add(self, records: Iterable[Record]) -> None:
        """Takes in records."""
        for record in records:
            for call in record.calls:
                self._add(call)

    def _add(self, call: Call) -> None:
        self._calls += 1
        self._tokens_in += call.input_tokens
        self._tokens_out += call.output_tokens
        cost = call_usd(call, self._usd)
        if cost is None:
            self._unknown.add(call.model)
            return
        self._cold += cost
        self._billed += 0.0 if call.from_cache else cost

    @property
    def spending(self) -> Spending:
        """The sum so far."""
        known = not self._unknown
        return Spending(
            self._calls,
            self._cold if known else None,
            self._billed if known else None,
            self._tokens_in,
            self._tokens_out,
            "looked up",
            tuple(sorted(self._unknown)),
        )


def spending(records: Iterable[Record], usd: Usd) -> Spending:
    """The calls of a run added up."""
    tally = Tally(usd)
    tally.add(records)
    return tally.spending


def preparation_usd(run: Manifest, usd: Usd) -> float | None:
    """What the model calls of a run's preparation cost without the response cache; None where a price is unknown."""
    costs = [call_usd(call, usd) for call in (run.preparation.calls if run.preparation else ())]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def today() -> date:
    """The day on which the prices of now are looked up."""
    return datetime.now(UTC).date()


def day_of(run: Manifest) -> date:
    """The day on which a run ended: the prices of its calls are those of that day."""
    return datetime.fromisoformat(run.ended).date() if run.ended else today()
