"""What a figure rests on where that is not every item: the units of a share, the rarer items of a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.metrics.metric import Metric
from harness.metrics.share import Share
from harness.scores import Column
from harness.stats.clusters import unit_count
from harness.stats.interval import Interval
from harness.stats.mean import constant_interval
from harness.stats.proportion import clopper_pearson

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


def rests_on(metric: Metric, columns: Sequence[Column], groups: NDArray[np.int64] | None) -> float:
    """How many independent items' worth the least certain of some columns' figures rests on, at least 1.

    Args:
        metric: whose figures they are.
        columns: of n items, every one of them scored.
        groups: (n,) cluster codes.
    """
    units = float(unit_count(groups, len(columns[0].codes)))
    if metric.support is not None:
        for column in columns:
            counts = np.bincount(column.codes, minlength=len(column.values))
            units = min(units, metric.support(column.values, counts))
    return max(1.0, units)


def unvaried(value: float, units: float, level: float, bounds: tuple[float, float] | None, *, exact: bool) -> Interval:
    """The interval of a figure that every resample gives alike, by the units that it rests on.

    As `constant_interval`; by the exact bound for none of so many units rather than Wilson's where it is `exact`.
    """
    if bounds is None or not exact:
        return constant_interval(value, int(units), level, bounds)
    elsewhere = clopper_pearson(0, units, level).high
    return Interval(value - elsewhere * (value - bounds[0]), value + elsewhere * (bounds[1] - value))
