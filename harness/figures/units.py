"""What a figure rests on where that is not every item: the units of a share, the rarer items of a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import FloatArray
from harness.metrics.metric import Metric
from harness.metrics.share import Share
from harness.scores import Column
from harness.stats.clusters import FEW_EFFECTIVE, unit_count
from harness.stats.interval import Interval
from harness.stats.mean import constant_interval
from harness.stats.proportion import clopper_pearson
from harness.stats.tails import ROUNDING, reached

FEW = 20
"""Items below which a ranking's bootstrap cannot be trusted, as with clusters: see `few_for_coverage`."""


@dataclass(frozen=True)
class Units:
    """The units of a share, one for each time that an item holds one."""

    column: Column
    """Of 0 and 1."""
    groups: NDArray[np.int64] | None
    """Their clusters; the items themselves where an item holds several units and items have no groups."""
    items: int
    """Items that hold any."""


def units_of(share: Share, column: Column, groups: NDArray[np.int64] | None) -> Units:
    """The units of n items, as if each were scored alone.

    Args:
        share: whose figure it is.
        column: of the items, every one of them scored; at least one holds a unit.
        groups: (n,) cluster codes.
    """
    right, held = share.split(column.values)[column.codes].astype(np.int64).T
    inside = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
    hits = (inside < np.repeat(right, held)).astype(np.int64)
    several = bool((held > 1).any())
    clusters = np.arange(held.size) if groups is None and several else groups
    return Units(
        Column([0.0, 1.0], hits), None if clusters is None else np.repeat(clusters, held), int(np.count_nonzero(held))
    )


def concerned(metric: Metric, columns: Sequence[Column]) -> NDArray[np.bool_]:
    """(n,) items that a metric's figure rests on: for a share those that hold a unit of it in any column."""
    n = len(columns[0].codes)
    if not isinstance(metric.aggregate, Share):
        return np.ones(n, dtype=bool)
    held = [metric.aggregate.split(c.values)[:, 1][c.codes] > 0 for c in columns if len(c.values)]
    return np.any(held, axis=0) if held else np.zeros(n, dtype=bool)


@dataclass(frozen=True)
class Footing:
    """How many independent items' worth, or groups', a figure rests on."""

    all: float
    """Of all items or groups."""
    fewest: float = np.inf
    """Of the sort of items that are fewest for their part of the figure, where it rests on sorts."""
    alike: float = np.inf
    """Of the fewest whose units all did the same, so that resamples show nothing of how else they could do."""

    @property
    def units(self) -> float:
        """Of the least of them, at least 1."""
        return max(1.0, min(self.all, self.fewest))


def rests_on(metric: Metric, columns: Sequence[Column], groups: NDArray[np.int64] | None) -> Footing:
    """What the least certain of some columns' figures rests on.

    Of a sort of items in groups it is the groups that hold any, by Kish's effective number: 20 positive items in 2
    groups are the evidence of 2.

    Args:
        metric: whose figures they are.
        columns: of n items, every one of them scored.
        groups: (n,) cluster codes.
    """
    fewest = alike = np.inf
    for column in columns if metric.support else ():
        counts = np.bincount(column.codes, minlength=len(column.values))
        for sort in metric.support(column.values, counts) if metric.support else ():
            worth = _independent(sort.held, column.codes, counts, groups) / sort.part
            fewest = min(fewest, worth)
            if np.ptp(sort.seen[(sort.held > 0) & (counts > 0)]) <= ROUNDING:
                alike = min(alike, worth)
    return Footing(float(unit_count(groups, len(columns[0].codes))), fewest, alike)


def _independent(
    held: FloatArray, codes: NDArray[np.int64], counts: NDArray[np.int64], groups: NDArray[np.int64] | None
) -> float:
    """How many items, or clusters, of equal size would say as much as those that hold these units (Kish 1965)."""
    if groups is None:
        return float((counts @ held) ** 2 / (counts @ held**2))
    some = np.flatnonzero((held > 0)[codes])
    sizes = np.bincount(groups[some], weights=held[codes[some]])
    return float(sizes.sum() ** 2 / (sizes @ sizes))


@dataclass(frozen=True)
class Resampled:
    """A figure as resamples show it."""

    value: float
    error: float
    """Standard deviation of the draws; 0 where every one is the same."""
    level: float
    low: float
    high: float


def of_difference(footings: Sequence[Footing]) -> Footing:
    """What the difference of figures rests on: the least of what each does."""
    return Footing(min(one.all for one in footings), min(one.fewest for one in footings))


def grounded(
    found: Resampled, footing: Footing, bounds: tuple[float, float] | None, *, exact: bool = False
) -> Interval:
    """The interval of a figure, as wide as what it rests on allows.

    Where every resample gives the same, it is `unvaried`. Where the units of a sort all did the same, it holds what
    they would show alone, since only the others vary; so it does where a sort is worth less than 10 units, and reaches
    t standard errors of so few.
    """
    if found.error == 0:
        return unvaried(found.value, footing.units, found.level, bounds, exact=exact)
    least, greatest = (-np.inf, np.inf) if bounds is None else bounds
    low, high = found.low, found.high
    few = footing.fewest < FEW_EFFECTIVE
    if few and footing.fewest >= 2:
        reach = reached(int(footing.fewest), found.level, footing.fewest - 1) * found.error
        low, high = min(low, max(found.value - reach, least)), max(high, min(found.value + reach, greatest))
    unseen = footing.units if few else footing.alike
    if np.isfinite(unseen):
        alone = unvaried(found.value, unseen, found.level, bounds, exact=exact)
        low, high = min(low, alone.low), max(high, alone.high)
    return Interval(low, high)


def unvaried(value: float, units: float, level: float, bounds: tuple[float, float] | None, *, exact: bool) -> Interval:
    """The interval of a figure that every resample gives alike, by the units that it rests on.

    As `constant_interval`; by the exact bound for none of so many units rather than Wilson's where it is `exact`.
    """
    if bounds is None or not exact:
        return constant_interval(value, int(units), level, bounds)
    elsewhere = clopper_pearson(0, units, level).high
    return Interval(value - elsewhere * (value - bounds[0]), value + elsewhere * (bounds[1] - value))
