"""Reading what a model wrote: JSON in it, and whether it refuses."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

_OPENINGS = 100
"""Brackets that are tried: a text of nothing but brackets would otherwise take the square of its length."""
_DEEPEST = 50
"""Levels of a JSON value: a schema that refers to itself calls itself several times for each of them."""
_REFUSAL = re.compile(
    r"\b(i (?:can(?:no|['’])t|am (?:not able|unable)|won['’]t)|i['’]m (?:sorry|unable)|as an ai"
    r"|cannot (?:help|assist))",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether a text says that it will give no answer."""
    return bool(_REFUSAL.search(text))


def json_in(text: str, *kinds: type) -> Any:
    """The first JSON object or list in a text that is one of `kinds`; None where there is none.

    Words before and after it, and a fence around it, do not matter. What cannot be kept in a record is no answer:
    NaN, numbers that overflow, halves of surrogate pairs, what is nested without end.
    """
    for value in _values(text):
        if isinstance(value, kinds) and keepable(value):
            return value
    return None


def _values(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_constant=_refused, parse_float=_finite)
    at = 0
    for _ in range(_OPENINGS):
        start = _next_opening(text, at)
        if start < 0:
            return
        try:
            value, at = decoder.raw_decode(text, start)
        except ValueError:
            at = start + 1
            continue
        except RecursionError:
            return
        yield value


def _next_opening(text: str, at: int) -> int:
    found = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
    return min(found, default=-1)


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits} is too large")
    return value


def unfit(value: Any, at: str = "", depth: int = 0) -> str | None:
    """Why a JSON value is none that answers can be held against; None where nothing is wrong with it."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"found {value}{f' at {at}' if at else ''}, expected a finite number"
    if not isinstance(value, (dict, list)):
        return None
    if depth == _DEEPEST:
        return f"found a value nested more than {_DEEPEST} levels deep"
    inner = value.items() if isinstance(value, dict) else ((f"[{i}]", part) for i, part in enumerate(value))
    named = ((f"{at}.{key}" if at and isinstance(value, dict) else f"{at}{key}", part) for key, part in inner)
    return next((why for place, part in named if (why := unfit(part, place, depth + 1))), None)


def keepable(value: Any) -> bool:
    """Whether a JSON value can be kept in a record and held against others."""
    if unfit(value):
        return False
    try:
        msgspec.json.encode(value)
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return False
    return True
