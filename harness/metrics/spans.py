"""Metrics of spans. F1 of exact matches is that of seqeval (micro, macro, weighted); without any span it is undefined.

A span is (start, end, type) with the end excluded; it is found where all three agree.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import FloatArray, matrix, ratio, sums
from harness.metrics.metric import Aggregate, Metric, Score, Sort
from harness.metrics.share import Share

Span = Sequence[Any]
_COUNTS = 3
"""Per type: found, answered, actual."""
_SHARES = {
    "precision": Share(lambda score: (score[0], score[1]), "no span of it was answered"),
    "recall": Share(lambda score: (score[0], score[2]), "no target has a span of it"),
    "f1": Share(lambda score: (score[0], score[1] + score[2] - score[0]), "no target and no answer has it", f1=True),
}
"""By figure, from those of one type or of all together."""


def exact(figure: str, kind: str | None = None) -> Metric:
    """`precision`, `recall` or `f1` over all spans together (micro), or over those of one type."""

    def score(target: Sequence[Span], answer: Sequence[Span]) -> Score:
        return _counts(target, answer, kind)

    return Metric(_name(figure, kind), score, lambda target: score(target, ()), _SHARES[figure])


def averaged_f1(types: Sequence[str], *, by_support: bool) -> Metric:
    """F1 of each type, averaged over the types that occur in target or answer: evenly, or by their targets."""
    name = "weighted_f1" if by_support else "macro_f1"

    def score(target: Sequence[Span], answer: Sequence[Span]) -> Score:
        return tuple(chain.from_iterable(_counts(target, answer, kind) for kind in types))

    rests_on = None if by_support else _types
    return Metric(name, score, lambda target: score(target, ()), _averaged(by_support=by_support), support=rests_on)


def partial_recall(kind: str | None = None) -> Metric:
    """The share of spans of which at least one character was found in an answered span of the same type."""

    def score(target: Sequence[Span], answer: Sequence[Span]) -> Score:
        mine = [span for span in target if kind in (None, span[2])]
        return sum(any(_overlap(span, other) for other in answer) for span in mine), len(mine)

    return Metric(
        _name("partial_recall", kind),
        score,
        lambda target: score(target, ()),
        Share(tuple, "no target has a span of it"),
    )


def exact_match() -> Metric:
    """The share of items with exactly the right spans."""
    return Metric("exact_match", lambda target, answer: int(_set(target) == _set(answer)), failed=lambda _: 0)


def support(targets: Sequence[Sequence[Span]], types: Sequence[str]) -> dict[str, int]:
    """How many spans of each type there are."""
    return {kind: sum(span[2] == kind for target in targets for span in target) for kind in types}


def _averaged(*, by_support: bool) -> Aggregate:
    def aggregate(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
        table = sums(values, counts)
        found, answered, actual = (table[:, i::_COUNTS] for i in range(_COUNTS))
        f1s = ratio(2 * found, answered + actual)
        weights = actual if by_support else (answered + actual > 0).astype(np.float64)
        return ratio((f1s * weights).sum(axis=1), weights.sum(axis=1))

    return aggregate


def _types(values: Sequence[Any], counts: NDArray[Any]) -> Sequence[Sort]:
    """The spans of each type that occurs, by the share that was found; each type makes as much of the figure."""
    table = matrix(values)
    found, actual = table[:, 0::_COUNTS], table[:, 2::_COUNTS]
    held = np.flatnonzero(counts @ actual)
    return [Sort(actual[:, i], ratio(found[:, i], actual[:, i]), 1 / len(held)) for i in held]


def _counts(target: Sequence[Span], answer: Sequence[Span], kind: str | None) -> tuple[int, int, int]:
    actual, answered = _set(target, kind), _set(answer, kind)
    return len(actual & answered), len(answered), len(actual)


def _set(spans: Sequence[Span], kind: str | None = None) -> set[tuple[int, int, str]]:
    return {(span[0], span[1], span[2]) for span in spans if kind in (None, span[2])}


def _name(figure: str, kind: str | None) -> str:
    return figure if kind is None else f"{figure}[{kind}]"


def _overlap(one: Span, other: Span) -> bool:
    return bool(one[2] == other[2] and one[0] < other[1] and other[0] < one[1])
