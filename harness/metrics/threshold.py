"""The operating threshold: from which confidence on the answer is yes."""

from collections.abc import Sequence

import numpy as np

DEFAULT = 0.5


def f1_threshold(confidences: Sequence[float], positive: Sequence[bool]) -> float:
    """The threshold with the greatest F1 on these items, half-way to the next confidence below.

    To be chosen on validation items, never on those that are reported. Among equals the one nearest to 0.5; without
    positive items there is nothing to choose by, and it is 0.5.

    Args:
        confidences: (n,) of the positive class.
        positive: (n,) whether the item is.
    """
    sure, actual = np.asarray(confidences, dtype=np.float64), np.asarray(positive, dtype=bool)
    if not actual.any():
        return DEFAULT
    levels = np.unique(sure)
    edges = np.concatenate([[levels[0]], (levels[1:] + levels[:-1]) / 2])
    ranked = np.sort(sure[actual])
    found = actual.sum() - np.searchsorted(ranked, edges)
    said = sure.size - np.searchsorted(np.sort(sure), edges)
    f1 = 2 * found / (said + actual.sum())
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    return float(edges[best[np.argmin(np.abs(edges[best] - DEFAULT))]])
