"""Metrics of JSON values, field by field.

A field is a leaf by its path: `payer.name`, `lines[0].amount`, and `["a.b"]` where a key could be taken for a path.
Numbers agree within a tolerance; everything else agrees where it is equal, and true is not 1.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.metrics.metric import Metric, Score
from harness.metrics.share import Share

Fields = dict[str, Any]
_POSITION = re.compile(r'("(?:[^"\\]|\\.)*")|\[\d+\]')
"""A position in a list; what stands in quotes is a key."""
_PATHLIKE = re.compile(r'[.\[\]"]|^$')
"""A key that could be taken for a path."""


def valid(is_valid: Callable[[Any], bool]) -> Metric:
    """The share of items whose answer is valid against the schema."""
    return Metric("valid", lambda _, answer: int(is_valid(answer)), failed=lambda _: 0)


def exact_object(tolerance: float) -> Metric:
    """The share of items with every field right and none besides."""

    def score(target: Any, answer: Any) -> Score:
        wanted, got = fields(target), fields(answer)
        return int(wanted.keys() == got.keys() and all(same(wanted[f], got[f], tolerance) for f in wanted))

    return Metric("exact_object", score, failed=lambda _: 0)


def field_accuracy(tolerance: float) -> Metric:
    """Mean over items of the share of fields that are right, among those of target and answer together.

    A field that is missing, or that should not be there, is wrong.
    """

    def score(target: Any, answer: Any) -> Score:
        wanted, got = fields(target), fields(answer)
        return _agreeing(wanted, got, tolerance) / len(wanted | got)

    return Metric("field_accuracy", score, failed=lambda _: 0.0)


def field_f1(tolerance: float, name: str = "field_f1", field: str | None = None) -> Metric:
    """F1 of right fields over all items (micro); of one field where it is named, e.g. `lines[].amount`."""

    def score(target: Any, answer: Any) -> Score:
        wanted, got = _named(fields(target), field), _named(fields(answer), field)
        return _agreeing(wanted, got, tolerance), len(got), len(wanted)

    def missing(target: Any) -> Score:
        return 0, 0, len(_named(fields(target), field))

    share = Share(lambda score: (score[0], score[1] + score[2] - score[0]), "no target and no answer has it", f1=True)
    return Metric(name, score, missing, share)


def fields(value: Any, path: str = "") -> Fields:
    """The leaves of a JSON value by path; an empty object or list is a leaf."""
    if isinstance(value, Mapping) and value:
        parts = {below(path, str(key)): part for key, part in value.items()}
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        parts = {f"{path}[{i}]": part for i, part in enumerate(value)}
    else:
        return {path: value}
    return {leaf: v for at, part in parts.items() for leaf, v in fields(part, at).items()}


def general(path: str) -> str:
    """A field's path without positions: `lines[0].amount` is `lines[].amount`."""
    return _POSITION.sub(lambda found: found[1] or "[]", path)


def below(path: str, key: str) -> str:
    """The path of a key of the object at `path`."""
    if _PATHLIKE.search(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def same(wanted: Any, got: Any, tolerance: float) -> bool:
    """Whether a field is right."""
    if _number(wanted) and _number(got):
        # A hair more than the tolerance, since 0.3 - 0.2 is more than 0.1 in floating point.
        try:
            return bool(abs(wanted - got) <= tolerance * (1 + 1e-9))
        except OverflowError:  # a whole number beyond all floats, and a float
            return False
    return bool(isinstance(wanted, bool) == isinstance(got, bool) and wanted == got)


def _agreeing(wanted: Fields, got: Fields, tolerance: float) -> int:
    return sum(same(value, got[field], tolerance) for field, value in wanted.items() if field in got)


def _named(leaves: Fields, field: str | None) -> Fields:
    return leaves if field is None else {path: v for path, v in leaves.items() if general(path) == field}


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
