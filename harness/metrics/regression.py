"""Metrics of a number. Definitions are scikit-learn's.

A number can be wrong by any amount, so an item without an answer has no worst value: figures are over the answered.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import FloatArray, matrix, ratio
from harness.metrics.metric import Aggregate, Metric, mean

_POSITIVE = (0.0, np.inf)
_ERRORS = ("mae", "rmse")
FURTHEST = 1e100
"""Of an error: its square can still be computed with."""
_TOO_FAR = f"an answer and its target are more than {FURTHEST:g} apart"
_BOTH_WAYS = (
    "it errs on both sides, and a bound on one is met by any error on the other: at most 3 by -100. Bound mae or rmse, "
    "or residual_quantile[0.05] from below and residual_quantile[0.95] from above"
)
_NEGLIGIBLE = 1e-12
"""Share of the sum of squares below which a spread is rounding."""


def mae() -> Metric:
    """Mean absolute error."""
    return _of_errors("mae", lambda t, a: abs(_residual(t, a)))


def rmse() -> Metric:
    """Root of the mean squared error."""

    def aggregate(values: Sequence[float], counts: NDArray[Any]) -> FloatArray:
        return np.sqrt(mean(values, counts))

    return _of_errors("rmse", lambda t, a: _residual(t, a) ** 2, aggregate)


def bias() -> Metric:
    """Mean residual, answer minus target: above 0 where answers are too high."""
    return replace(_of_residuals("bias", mean), both_ways=_BOTH_WAYS)


def r2() -> Metric:
    """Share of the targets' variance that is explained; 1 or 0 where they do not vary, undefined for one item."""
    bounds, empty = (-np.inf, 1.0), f"it takes two items, and numbers of at most {FURTHEST:g}"
    return Metric("r2", lambda t, a: (t, a), None, _explained, bounds=bounds, percent=False, empty=empty)


def residual_quantile(q: float) -> Metric:
    """The smallest residual that at least the share q of the residuals does not exceed (inverted CDF)."""

    def aggregate(values: Sequence[float], counts: NDArray[Any]) -> FloatArray:
        residuals = np.asarray(values, dtype=np.float64)
        if not np.isfinite(residuals).all():
            return np.full(len(counts), np.nan)
        order = np.argsort(residuals, kind="stable")
        held = np.cumsum(np.asarray(counts).T[order], axis=0)
        # A little less than q n, so that rounding does not step over a residual that fits exactly.
        before = (held < q * held[-1] * (1 - 1e-12)).sum(axis=0)
        found: FloatArray = residuals[order][before]
        return found

    return _of_residuals(f"residual_quantile[{np.format_float_positional(q, trim='-')}]", aggregate)


def _of_errors(name: str, score: Callable[[Any, Any], float], aggregate: Aggregate = mean) -> Metric:
    return Metric(name, score, None, aggregate, higher_is_better=False, bounds=_POSITIVE, percent=False, empty=_TOO_FAR)


def _of_residuals(name: str, aggregate: Aggregate) -> Metric:
    return Metric(name, _residual, None, aggregate, bounds=None, percent=False, instead=_ERRORS, empty=_TOO_FAR)


def _residual(target: float, answer: float) -> float:
    """Answer minus target; infinite where that is too far to compute with, which leaves no figure."""
    off = answer - target
    return off if abs(off) <= FURTHEST else math.copysign(math.inf, off)


def quantile_named(name: str) -> float | None:
    """The q of `residual_quantile[q]`; None for another name, or a q that is not strictly between 0 and 1."""
    found = re.fullmatch(r"residual_quantile\[(0?\.\d+)\]", name)
    return float(found[1]) if found and float(found[1]) > 0 else None


def _explained(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    table, weights = matrix(values), np.asarray(counts, dtype=np.float64)
    if np.abs(table).max() > FURTHEST:
        return np.full(len(weights), np.nan)
    target, answer = table.T
    centred = target - target.mean()
    parts = weights @ np.stack([(answer - target) ** 2, centred**2, centred], axis=1)
    n = weights.sum(axis=1)
    missed, square = parts[:, 0], parts[:, 1]
    spread = square - ratio(parts[:, 2] ** 2, n)
    flat = spread <= _NEGLIGIBLE * square
    explained = np.where(flat, (missed == 0).astype(np.float64), 1 - ratio(missed, np.where(flat, 1.0, spread)))
    return np.where(n >= 2, explained, np.nan)
