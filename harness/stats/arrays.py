"""What comes in, checked once: scores and cluster codes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def as_scores(values: ArrayLike) -> FloatArray:
    """The values as a float array of shape (n,).

    Raises:
        ValueError: no values, another shape than (n,), or a value that is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"expected one score per item, shape (n,), found shape {array.shape}")
    if array.size == 0:
        raise ValueError("no scores: at least one item is needed")
    if not np.isfinite(array).all():
        raise ValueError(f"{int((~np.isfinite(array)).sum())} of {array.size} scores are not finite")
    return array


def as_binary(values: ArrayLike) -> FloatArray:
    """The values as a float array of shape (n,) that holds only 0 and 1.

    Raises:
        ValueError: as `as_scores`, or a value other than 0 and 1.
    """
    array = as_scores(values)
    wrong = array[(array != 0) & (array != 1)]
    if wrong.size:
        raise ValueError(f"expected scores of 0 and 1, found {wrong[0]:g}")
    return array


def as_clusters(groups: ArrayLike | None, n: int) -> tuple[IntArray, int]:
    """Cluster codes from 0 to G - 1 of shape (n,), and G; without groups every item is its own.

    Raises:
        ValueError: not one group per item.
    """
    if groups is None:
        return np.arange(n, dtype=np.int64), n
    array = np.asarray(groups)
    if array.shape != (n,):
        raise ValueError(f"expected one group per item, shape ({n},), found shape {array.shape}")
    if array.dtype == np.int64 and n and array.min() >= 0 and array.max() < n:
        # Codes already: counted, which is many times faster than sorted.
        present = np.bincount(array) > 0
        return (np.cumsum(present) - 1)[array], int(present.sum())
    names, codes = np.unique(array, return_inverse=True)
    return codes.astype(np.int64), names.size


def check_level(level: float) -> float:
    """The level, if it is a probability strictly between 0 and 1.

    Raises:
        ValueError: it is not.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1 (0.95 is usual), found {level}")
    return level
