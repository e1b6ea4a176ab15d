"""What was measured of one answer that was made elsewhere: its time, its price, its tokens."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import DataError, suggestion

SECONDS, USD, TOKENS = 10_000_000, 1_000_000, 1_000_000_000
"""More than these an answer does not take: a figure above them is in another unit, or a mistake."""
COUNTS = ("input_tokens", "cached_tokens", "output_tokens")


@dataclass(frozen=True)
class Measured:
    """Of one answer. What is None was not recorded; tokens that were not are 0, and without a model have no price."""

    seconds: float | None = None
    cost_usd: float | None = None
    model: str | None = None
    """`provider/model`."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


def measured(where: str, cells: dict[str, Any]) -> Measured:
    """The cells `seconds`, `cost_usd` and `usage` of a line.

    Args:
        where: file and line, for messages.
        cells: of the line; `usage` is an object with `model` and the names in `COUNTS`, or such an object as text.

    Raises:
        DataError: a figure that cannot be, e.g. a negative or infinite one, or more tokens cached than sent.
    """
    model, tokens = _usage(where, cells.get("usage"))
    return Measured(
        _figure(f"{where}: seconds", cells.get("seconds"), SECONDS),
        _figure(f"{where}: cost_usd", cells.get("cost_usd"), USD),
        model,
        **tokens,
    )


def _figure(where: str, cell: Any, most: int) -> float | None:
    if cell is None or cell == "":
        return None
    try:
        found = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 <= found <= most:  # nor is NaN
        raise DataError(f"{where}: found {_shown(cell)}, expected a number from 0 to {most:,}.")
    return found


def _usage(where: str, cell: Any) -> tuple[str | None, dict[str, int]]:
    if cell is None or cell == "":
        return None, {}
    found = _object(cell)
    if found is None:
        raise DataError(f"{where}: usage: found {_shown(cell)}, expected an object of model, {', '.join(COUNTS)}.")
    for name in found:
        if name not in ("model", *COUNTS):
            raise DataError(f"{where}: usage: no key {name!r}{suggestion(name, ('model', *COUNTS))}")
    model = found.pop("model", None)
    if model is not None and not (isinstance(model, str) and model.strip()):
        raise DataError(f'{where}: usage: model: found {_shown(model)}, expected a name, e.g. "openai/gpt-5-mini".')
    tokens = {name: _count(f"{where}: usage: {name}", count) for name, count in found.items()}
    lacking = [name for name in ("input_tokens", "output_tokens") if name not in tokens]
    if model is not None and lacking:
        raise DataError(
            f"{where}: usage: a model and no {' and no '.join(lacking)}: what is not known cannot be priced. Record "
            "both (0 where there were none), or leave the model out."
        )
    if tokens.get("cached_tokens", 0) > tokens.get("input_tokens", math.inf):
        raise DataError(
            f"{where}: usage: {tokens['cached_tokens']:,} cached_tokens of {tokens['input_tokens']:,} input_tokens: "
            "input_tokens are all that were sent, the cached ones among them."
        )
    return model, tokens


def _object(cell: Any) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(cell) if isinstance(cell, str) else cell
    except (msgspec.DecodeError, RecursionError):
        return None
    return dict(found) if isinstance(found, dict) else None


def _count(where: str, cell: Any) -> int:
    whole = type(cell) is int or (isinstance(cell, float) and cell.is_integer())
    if not whole or not 0 <= cell <= TOKENS:
        raise DataError(f"{where}: found {_shown(cell)}, expected a whole number from 0 to {TOKENS:,}.")
    return int(cell)


def _shown(cell: Any) -> str:
    text = repr(cell)
    return text if len(text) <= 60 else f"{text[:59]}…"
