"""Confidence sequences: intervals that stay valid however often one looks, so that a run may stop early."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import FloatArray, IntArray, as_clusters, as_scores
from harness.stats.betting import LowerBound
from harness.stats.interval import Interval

Decision = Literal["better", "worse", "equivalent"]


class ConfidenceSequence:
    """An interval for the mean of bounded values, valid at all times at once, narrowed by every unit.

    With probability at least `1 - alpha` the mean lies in every interval that `update` ever returns, so one
    may look after every item and stop by any rule. The mean is that of the source which the units are drawn
    from at random. A unit costs at most stakes x grid multiplications, far fewer once the interval is short.

    Args:
        bounds: the least and the greatest value possible; (-1, 1) for a difference of two scores in [0, 1].
        alpha: the chance that any interval ever misses the mean, over all comparisons together.
        comparisons: the sequences that share `alpha` in equal parts (union bound), one for each pair.
        largest_cluster: the most items that a cluster has. Far above the usual size it costs power.

    Attributes:
        interval: the intersection of all intervals so far; the bounds at first.
        n: items taken in.

    Raises:
        ValueError: bounds that are infinite or not in order, alpha outside (0, 1), or a count below 1.
    """

    def __init__(
        self,
        bounds: tuple[float, float] = (-1.0, 1.0),
        alpha: float = 0.05,
        comparisons: int = 1,
        largest_cluster: int = 1,
    ) -> None:
        low, high = bounds
        if not -np.inf < low < high < np.inf:
            raise ValueError(f"bounds must be finite and in order, found {bounds}")
        if not 0 < alpha < 1:
            raise ValueError(f"alpha lies between 0 and 1 (0.05 is usual), found {alpha}")
        if comparisons < 1 or largest_cluster < 1:
            raise ValueError(f"both must be at least 1: comparisons={comparisons}, largest_cluster={largest_cluster}")
        self.interval = Interval(float(low), float(high))
        self.n = 0
        self._low, self._high, self._largest = float(low), float(high), largest_cluster
        side = alpha / (2 * comparisons)
        self._empty = False
        self._rising = LowerBound(self._high - self._low, side, largest_cluster)
        self._falling = LowerBound(self._high - self._low, side, largest_cluster)

    def update(self, values: ArrayLike, groups: ArrayLike | None = None) -> Interval:
        """Takes in values in the order in which they were drawn.

        Args:
            values: (n,) values within the bounds.
            groups: (n,) cluster codes. A cluster is one unit, and must be whole within one call. Without them
                every value is a unit of its own.

        Returns:
            The intersection of all intervals so far.

        Raises:
            ValueError: no values, a value outside the bounds, not one group per value, or a cluster above
                `largest_cluster`. Nothing is taken in then.
        """
        scores = as_scores(values)
        if scores.min() < self._low or scores.max() > self._high:
            found = f"values from {scores.min():g} to {scores.max():g}"
            raise ValueError(f"{found} lie outside [{self._low:g}, {self._high:g}]")
        totals, sizes = _units(scores, groups)
        if sizes.max() > self._largest:
            raise ValueError(f"a cluster of {sizes.max()} items; largest_cluster is {self._largest}")
        for total, size in zip(totals.tolist(), sizes.tolist(), strict=True):
            self._take(total, size)
        return self.interval

    def _take(self, total: float, size: int) -> None:
        self.n += size
        # All is refuted only where the mean was missed already or the source drifts. The last interval that
        # was not empty stands then: nothing more can be learnt.
        if self._empty:
            return
        self._rising.update(total - size * self._low, size)
        self._falling.update(size * self._high - total, size)
        low, high = self._low + self._rising.bound, self._high - self._falling.bound
        self._empty = low > high
        if not self._empty:
            self.interval = Interval(low, high)
            self._rising.forget_above(high - self._low)
            self._falling.forget_above(self._high - low)


def decide(interval: Interval, margin: float = 0.0) -> Decision | None:
    """What an interval for a difference settles, or None while it is open.

    Returns:
        "better" if all of it is above the margin, "worse" if all of it is below minus the margin,
        "equivalent" if it lies between the two (never with a margin of 0).

    Raises:
        ValueError: a negative margin.
    """
    if margin < 0:
        raise ValueError(f"a margin is at least 0, found {margin}")
    if interval.low > margin:
        return "better"
    if interval.high < -margin:
        return "worse"
    if margin > 0 and interval.low >= -margin and interval.high <= margin:
        return "equivalent"
    return None


def _units(scores: FloatArray, groups: ArrayLike | None) -> tuple[FloatArray, IntArray]:
    """Sum and size of each cluster, in the order in which the clusters were drawn."""
    codes, clusters = as_clusters(groups, scores.size)
    order = np.argsort(np.unique(codes, return_index=True)[1])
    totals = np.bincount(codes, weights=scores, minlength=clusters).astype(np.float64)
    return totals[order], np.bincount(codes, minlength=clusters)[order].astype(np.int64)
