"""What a run's calls cost: billed now, and what a cold run would have cost."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.data.table import ItemTable
from harness.economics.price_list import price_of
from harness.economics.prices import Price, Usage, cost_of, parse_prices
from harness.economics.source import Source, weakest
from harness.run.manifest import Manifest
from harness.types import Call, Failed, Record

Usd = Callable[[str, int, int, int], float | None]
"""From (model, input tokens, cached tokens, output tokens) to USD; None where the price is unknown."""

RECORDED = "recorded"
"""What stands for the model of a call whose cost was recorded elsewhere."""


@dataclass(frozen=True)
class Spending:
    """Money and tokens of a run's model calls."""

    calls: int = 0
    """Those that were made: answers from the response cache are none."""
    cold_usd: float | None = 0.0
    """What all calls cost without the response cache; None where a price is unknown."""
    billed_usd: float | None = 0.0
    """What the calls that were made cost."""
    input_tokens: int = 0
    output_tokens: int = 0
    source: Source = "looked up"
    """Of the prices: a list, a person, or the recording itself."""
    unknown: tuple[str, ...] = ()
    """Models whose price is unknown."""
    models: tuple[str, ...] = ()
    """Hosted models that were called."""
    unbilled: int = 0
    """Calls of failed items that have neither tokens nor a cost: they count as not billed."""
    batch: str = ""
    """How the calls that can wait are priced in `per_item`, in words; empty where none can."""
    per_item: NDArray[np.float64] | None = field(default=None, compare=False)
    """(n,) what each item cost without the response cache, in the order of the task; None where a price is unknown
    or the items were not asked for."""
    answered: int = 0
    """Calls that `cold_usd` is of: those that were made, and those that the response cache answered."""


def pricer(on: date, prices: Mapping[str, Any] | None = None, *, batch: bool = False) -> Usd:
    """A function from (model, input tokens, cached tokens, output tokens) to USD; local models cost no tokens.

    Args:
        on: the day of the prices.
        prices: `[prices]` that a person stated.
        batch: whether the provider's batch price is taken where it is known.
    """
    given = parse_prices(dict(prices or {}))

    @cache
    def price(model: str) -> Price | None:
        return (price_of(model, on, given, batch=True) if batch else None) or price_of(model, on, given)

    def usd(model: str, input_tokens: int, cached_tokens: int, output_tokens: int) -> float | None:
        if model.startswith("local/"):
            return 0.0
        return cost_of(Usage(input_tokens, cached_tokens, output_tokens), price(model))

    return usd


def call_usd(call: Call, usd: Usd) -> float | None:
    """What one call costs, with the attempts at it that were charged; a recording's call carries its own figure.

    None where the price is unknown, or the tokens are: whatever they are, they cost nothing where a token does.
    """
    if call.model == RECORDED:
        return float(call.request) if call.request else None
    if not call.billed:
        return 0.0
    if call.usage == "unknown":
        return 0.0 if usd(call.model, 1, 0, 1) == 0.0 else None
    cost = usd(call.model, call.input_tokens, call.cached_tokens, call.output_tokens)
    return None if cost is None else call.billed * cost


def batch_words(models: Iterable[str], on: date, prices: Mapping[str, Any]) -> str:
    """At which prices calls that can wait are bought."""
    given = parse_prices(dict(prices))
    cheaper = {model: price_of(model, on, given, batch=True) is not None for model in models}
    known, others = ([m for m, batch in cheaper.items() if batch is which] for which in (True, False))
    said = (
        f"at the batch price of {', '.join(known)}" if known else "",
        f"no batch price of {', '.join(others)} is known: at the usual one" if others else "",
    )
    return "; ".join(filter(None, said))


class Tally:
    """Adds up the calls of a run as its records are read."""

    def __init__(
        self, usd: Usd, table: ItemTable | None = None, given: Container[str] = (), planned: Usd | None = None
    ) -> None:
        """Starts at nothing.

        Args:
            usd: what `pricer` gives.
            table: the task's items, to know what each of them costs.
            given: models whose prices a person stated.
            planned: prices at which items will be answered, where they are others: those of a batch.
        """
        self._usd, self._table, self._given, self._planned = usd, table, given, planned
        self._calls = self._answered = self._tokens_in = self._tokens_out = self._unbilled = self._read = 0
        self._cold = self._billed = 0.0
        self._unknown: set[str] = set()
        self._models: set[str] = set()
        size = 0 if table is None else len(table)
        self._items, self._seen = np.zeros(size), np.zeros(size, dtype=bool)

    def add(self, records: Iterable[Record]) -> None:
        """Takes in records."""
        batch = list(records)
        each = np.asarray([sum(self._add(call, type(r) is Failed) for call in r.calls) for r in batch], dtype=float)
        if self._table is not None:
            places = self._table.places_of([r.item_id for r in batch], [r.item_hash for r in batch], self._read)
            known = places >= 0
            np.add.at(self._items, places[known], each[known])
            self._seen[places[known]] = True
        self._read += len(batch)

    def _add(self, call: Call, failed: bool) -> float:
        self._calls += call.attempts > 0 and not call.from_cache
        self._answered += call.attempts > 0 or call.from_cache
        self._tokens_in += call.billed * call.input_tokens
        self._tokens_out += call.billed * call.output_tokens
        cost = call_usd(call, self._usd)
        if cost is None and failed and not (call.input_tokens or call.output_tokens):
            self._unbilled += 1
            return 0.0
        if not call.model.startswith("local/"):
            self._models.add(call.model)
        if cost is None:
            told = call.usage != "unknown"
            self._unknown.add(call.model if told else f"{call.model} (whose server tells no usage)")
            return 0.0
        self._cold += cost
        self._billed += 0.0 if call.from_cache else cost
        return cost if self._planned is None else call_usd(call, self._planned) or 0.0

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
            weakest(self._source(model) for model in self._models) if self._models else "looked up",
            tuple(sorted(self._unknown)),
            tuple(sorted(self._models - {RECORDED})),
            self._unbilled,
            per_item=self._items[self._seen] if known and self._table is not None else None,
            answered=self._answered,
        )

    def _source(self, model: str) -> Source:
        return "measured" if model == RECORDED else "given" if model in self._given else "looked up"


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
