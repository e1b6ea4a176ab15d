"""Figures that are shares of units of their own: of the items of a class, of the answers given, of spans.

Their denominator is not the number of items: 30 of 30 positive items found among 1,000 items is the evidence of 30.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.metrics.arrays import FloatArray, ratio


@dataclass(frozen=True)
class Share:
    """An aggregate: units that are right over all units; undefined where there is none.

    The number of units is taken as given, which for precision and F1 is the usual practice: it depends on the answers.
    """

    parts: Callable[[Any], tuple[int, int]]
    """From the score of an item to its units that are right, and all its units."""
    empty: str
    """Why it is undefined where there is no unit."""
    f1: bool = False
    """Whether the units are those of target and answer together. With J the share of them that is in both, F1 is
    2 J / (1 + J): an interval of the one is an interval of the other (Lam, Gopal and Qian 2023, arXiv 2309.14621)."""

    def __call__(self, values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
        """For each row of `counts` the figure."""
        right, units = (np.asarray(counts, dtype=np.float64) @ self.split(values)).T
        return self.figure(ratio(right, units, empty=np.nan))

    def split(self, values: Sequence[Any]) -> FloatArray:
        """(u, 2) units that are right and all units, of each distinct score."""
        return np.asarray([self.parts(value) for value in values], dtype=np.float64).reshape(-1, 2)

    def figure(self, share: ArrayLike) -> FloatArray:
        """The figure from the share, which it never falls with."""
        plain = np.asarray(share, dtype=np.float64)
        return 2 * plain / (1 + plain) if self.f1 else plain
