"""Metrics of a number. Definitions are scikit-learn's.

A number can be wrong by any amount, so an item without an answer has no worst value: figures are over the answered.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import FloatArray, matrix, ratio
from harness.metrics.metric import Metric, mean

_POSITIVE = (0.0, np.inf)
_ERRORS = ("mae", "rmse")
_NEGLIGIBLE = 1e-12
"""Share of the sum of squares below which a spread is rounding."""


def mae() -> Metric:
    """Mean absolute error."""
    return Metric("mae", lambda t, a: abs(a - t), failed=None, higher_is_better=False, bounds=_POSITIVE, percent=False)


def rmse() -> Metric:
    """Root of the mean squared error."""

    def aggregate(values: Sequence[float], counts: NDArray[Any]) -> FloatArray:
        return np.sqrt(mean(values, counts))

    return Metric(
        "rmse", lambda t, a: (a - t) ** 2, None, aggregate, higher_is_better=False, bounds=_POSITIVE, percent=False
    )


def bias() -> Metric:
    """Mean residual, answer minus target: above 0 where answers are too high."""
    return Metric("bias", lambda t, a: a - t, failed=None, bounds=None, percent=False, instead=_ERRORS)


def r2() -> Metric:
    """Share of the targets' variance that is explained; 1 or 0 where they do not vary, undefined for one item."""
    return Metric("r2", lambda t, a: (t, a), None, _explained, bounds=(-np.inf, 1.0), percent=False)


def residual_quantile(q: float) -> Metric:
    """The smallest residual that at least the share q of the residuals does not exceed (inverted CDF)."""

    def aggregate(values: Sequence[float], counts: NDArray[Any]) -> FloatArray:
        residuals = np.asarray(values, dtype=np.float64)
        order = np.argsort(residuals, kind="stable")
        held = np.cumsum(np.asarray(counts).T[order], axis=0)
        # A little less than q n, so that rounding does not step over a residual that fits exactly.
        before = (held < q * held[-1] * (1 - 1e-12)).sum(axis=0)
        found: FloatArray = residuals[order][before]
        return found

    name = f"residual_quantile[{q:g}]"
    return Metric(name, lambda t, a: a - t, None, aggregate, bounds=None, percent=False, instead=_ERRORS)


def quantile_named(name: str) -> float | None:
    """The q of `residual_quantile[q]`; None for another name, or a q that is not strictly between 0 and 1."""
    found = re.fullmatch(r"residual_quantile\[(0?\.\d+)\]", name)
    return float(found[1]) if found and float(found[1]) > 0 else None


def _explained(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    table, weights = matrix(values), np.asarray(counts, dtype=np.float64)
    target, answer = table.T
    centred = target - target.mean()
    parts = weights @ np.stack([(answer - target) ** 2, centred**2, centred], axis=1)
    n = weights.sum(axis=1)
    missed, square = parts[:, 0], parts[:, 1]
    spread = square - ratio(parts[:, 2] ** 2, n)
    flat = spread <= _NEGLIGIBLE * square
    explained = np.where(flat, (missed == 0).astype(np.float64), 1 - ratio(missed, np.where(flat, 1.0, spread)))
    return np.where(n >= 2, explained, np.nan)
