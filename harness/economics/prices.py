"""Prices per million tokens, what a call costs at them, and prices that a user states."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from harness.economics.checks import number
from harness.economics.source import Source
from harness.errors import ConfigError, UnknownNameError

MILLION = 1_000_000
ABSURD_USD = 10_000.0
"""Per million tokens; the dearest model on record asks 600."""
PER_TOKEN_USD = 1e-4
"""A positive price under this is surely one per token; the cheapest on record asks 0.001 per million."""
_FORM = '"provider/model=INPUT/CACHED/OUTPUT" in USD per million tokens, as in "openai/gpt-5-mini=0.25/0.025/2.0"'


@dataclass(frozen=True)
class Usage:
    """Tokens of one call.

    Raises:
        ValueError: on a negative count, and when more tokens are cached than were sent: `input_tokens` is
            the total. Providers that report the two side by side are added up where they are called.
    """

    input_tokens: int
    """All tokens sent, cached ones included."""
    cached_tokens: int
    """Those of `input_tokens` that the provider had in its cache."""
    output_tokens: int
    """Tokens generated."""

    def __post_init__(self) -> None:
        if min(self.input_tokens, self.cached_tokens, self.output_tokens) < 0:
            raise ValueError(f"{self}: a count of tokens cannot be negative")
        if self.cached_tokens > self.input_tokens:
            raise ValueError(f"{self}: more tokens cached than sent; input_tokens must include the cached ones")


@dataclass(frozen=True)
class LongPrompt:
    """The rates of a whole call whose prompt is over a length."""

    over_tokens: int
    """The rates hold for all tokens of a call with more input tokens than this."""
    input: float
    """USD per million tokens that were not cached."""
    cached: float
    """USD per million cached tokens."""
    output: float | None
    """USD per million generated tokens."""


@dataclass(frozen=True)
class Price:
    """What a model costs, in USD per million tokens."""

    input: float
    """Tokens sent that were not cached."""
    cached: float
    """Tokens sent that were cached."""
    output: float | None
    """Tokens generated; None for a model that has no such price, as embeddings have none."""
    source: Source
    """`looked up` in a price list, or `given` by the user."""
    on: date | None = None
    """The day that the price is for."""
    per_call: float = 0.0
    """USD per call, whatever its length."""
    long_prompts: tuple[LongPrompt, ...] = ()
    """Dearer rates of long prompts, shortest first."""


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """USD of one call; None when the price, or the price of a kind of token that was used, is unknown.

    The rates of a long prompt hold for all tokens of its call, so usage is priced call by call, not summed.
    Writing to a provider's cache, which some charge extra, is not in `Usage` and not in the result.
    """
    if price is None:
        return None
    rates: Price | LongPrompt = price
    for longer in price.long_prompts:
        if usage.input_tokens > longer.over_tokens:
            rates = longer
    if rates.output is None and usage.output_tokens:
        return None
    fresh = usage.input_tokens - usage.cached_tokens
    tokens = fresh * rates.input + usage.cached_tokens * rates.cached + usage.output_tokens * (rates.output or 0.0)
    return tokens / MILLION + price.per_call


def parse_prices(table: Mapping[str, object], where: str = "harness.toml") -> dict[str, Price]:
    """Prices by model from `[prices."provider/model"]`, each with input, output and maybe cached.

    Without `cached`, cached tokens cost what others do.

    Raises:
        ConfigError: on a missing, negative or absurd price, or a name that is not `provider/model`.
        UnknownNameError: on a key that no price has.
    """
    return {model: _from_table(model, entry, f'{where}: [prices."{model}"]') for model, entry in table.items()}


def parse_price_options(texts: Iterable[str], where: str = "--price") -> dict[str, Price]:
    """Prices by model from texts like "openai/gpt-5-mini=0.25/0.025/2.0".

    Raises:
        ConfigError: on a text of another form, and on a negative or absurd price.
    """
    return dict(_from_text(text, where) for text in texts)


def _from_table(model: str, entry: object, where: str) -> Price:
    known = ("input", "cached", "output")
    if not isinstance(entry, Mapping):
        raise ConfigError(f"{where} is {entry!r}; expected a table with {', '.join(known)}")
    for key in entry:
        if key not in known:
            raise UnknownNameError("price", str(key), known, where)
    for key in ("input", "output"):
        if key not in entry:
            raise ConfigError(f"{where} has no {key!r}; give USD per million tokens (0 where nothing is charged)")
    return _given(model, entry["input"], entry.get("cached", entry["input"]), entry["output"], where)


def _from_text(text: str, where: str) -> tuple[str, Price]:
    model, equals, rates = text.partition("=")
    try:
        values = [float(rate) for rate in rates.split("/")]
    except ValueError:
        values = []
    if not equals or len(values) != 3:
        raise ConfigError(f"{where}: found {text!r}; expected {_FORM}")
    model = model.strip()
    fresh, cached, output = values
    return model, _given(model, fresh, cached, output, f"{where} {text!r}")


def _given(model: str, fresh: object, cached: object, output: object, where: str) -> Price:
    provider, slash, name = model.partition("/")
    if not (provider and slash and name):
        raise ConfigError(f"{where}: {model!r} is not of the form provider/model, as openai/gpt-5-mini is")
    usd = {what: _rate(rate, what, where) for what, rate in (("input", fresh), ("cached", cached), ("output", output))}
    if usd["cached"] > usd["input"]:
        raise ConfigError(
            f"{where}: cached is {usd['cached']:g}, dearer than input at {usd['input']:g}; are they swapped?"
        )
    return Price(usd["input"], usd["cached"], usd["output"], "given")


def _rate(value: object, what: str, where: str) -> float:
    usd = number(value, what, where)
    if usd > ABSURD_USD:
        raise ConfigError(f"{where}: {what} is {usd:g}; no model costs over ${ABSURD_USD:,.0f} per million tokens")
    if 0 < usd < PER_TOKEN_USD:
        raise ConfigError(f"{where}: {what} is {usd:g}, which looks like a price per token; give it per million")
    return usd
