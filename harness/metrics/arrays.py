"""What aggregates share: scores as a matrix, ratios that may have nothing below the line."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Values(list[Any]):
    """Distinct scores that are turned into an array once, however many chunks of resamples ask for it."""

    @cached_property
    def matrix(self) -> FloatArray:
        """The u scores, tuples of k numbers each, as a u x k array."""
        return np.asarray(self, dtype=np.float64)


def matrix(values: Sequence[Any]) -> FloatArray:
    """The u scores, tuples of k numbers each, as a u x k array."""
    return values.matrix if isinstance(values, Values) else np.asarray(values, dtype=np.float64)


def sums(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    """For each of the B resamples the sum of each of the k numbers over its items: B x k."""
    result: FloatArray = np.asarray(counts, dtype=np.float64) @ matrix(values)
    return result


def ratio(top: FloatArray, bottom: FloatArray, empty: float = 0.0) -> FloatArray:
    """`top / bottom`, and `empty` where `bottom` is 0."""
    return np.divide(top, bottom, out=np.full_like(top, empty), where=bottom > 0)
