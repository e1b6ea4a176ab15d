"""Two classifiers as one: their probabilities multiplied, one of them to a power chosen on validation items."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

POWERS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
"""Powers that are tried. 0 leaves the second classifier out."""
_LEAST = 1e-9


def pooled(first: NDArray[np.float64], second: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """The logarithmic opinion pool first x second ** power, normalised; all n x labels.

    Genest and Zidek, Combining probability distributions, Statistical Science 1(1), 1986.
    """
    from scipy.special import softmax

    logs = np.log(np.maximum(first, _LEAST)) + power * np.log(np.maximum(second, _LEAST))
    return np.asarray(softmax(logs, axis=1))


def choose_power(first: NDArray[np.float64], second: NDArray[np.float64], right: Sequence[int]) -> float:
    """The power under which the right labels are likeliest: the least mean log loss over n validation items.

    Args:
        first: probabilities, n x labels.
        second: probabilities, n x labels.
        right: n places of the right labels. With none, 1 is as good as any.
    """
    if not len(right):
        return 1.0
    rows = np.arange(len(right))

    def loss(power: float) -> float:
        return float(-np.log(np.maximum(pooled(first, second, power)[rows, list(right)], _LEAST)).mean())

    return min(POWERS, key=loss)
