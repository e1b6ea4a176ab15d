"""What a figure rests on where that is not every item: the units of a share, the rarer items of a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from harness.metrics.arrays import FloatArray
from harness.metrics.metric import Metric
from harness.metrics.share import Share
from harness.scores import Column
from harness.stats.clusters import unit_count
from harness.stats.interval import Interval
from harness.stats.mean import constant_interval
from harness.stats.proportion import clopper_pearson, wilson
from harness.stats.tails import ROUNDING, reached

FEW = 20
"""Items below which a ranking's bootstrap cannot be trusted, as with clusters: see `few_for_coverage`."""
_MANY = 400
"""Items of a sort, or groups that hold any, from which t and skewness hardly move the percentiles of a bootstrap."""


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
    alike: tuple[float, float] | None = None
    """Units, and part of the figure, of the sort that leaves most open of those whose units all did the same:
    resamples show nothing of how else these could do."""

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
    every = float(unit_count(groups, len(columns[0].codes)))
    if metric.support is None:
        return Footing(every)
    fewest, same = np.inf, list[tuple[float, float]]()
    for column in columns:
        counts = np.bincount(column.codes, minlength=len(column.values))
        for sort in metric.support(column.values, counts):
            if not counts @ sort.held:
                continue
            units = _independent(sort.held, column.codes, counts, groups)
            fewest = min(fewest, units / sort.part)
            if np.ptp(sort.seen[(sort.held > 0) & (counts > 0)]) <= ROUNDING:
                same.append((units, sort.part))
    return Footing(every, fewest, _most_open(same))


def _most_open(sorts: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Of sorts that did the same throughout, as units and part of the figure, the one that may move it most."""
    return max(sorts, key=lambda one: one[1] / one[0], default=None)


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
    """What the difference of figures rests on: the least of what each does.

    A sort that did the same under each may differ elsewhere; its part is halved, a difference having twice the range.
    """
    same = [(one.alike[0], one.alike[1] / 2) for one in footings if one.alike]
    return Footing(
        min(one.all for one in footings),
        min(one.fewest for one in footings),
        _most_open(same) if len(same) == len(footings) else None,
    )


def grounded(
    found: Resampled, footing: Footing, bounds: tuple[float, float] | None, *, exact: bool = False, scaled: bool = False
) -> Interval:
    """The interval of a figure, as wide as what it rests on allows.

    Where every resample gives the same, it is `unvaried`; so it is on less than 2 units. On fewer than 400 it reaches t
    standard errors of so few. Where the units of a sort all did the same, it holds what they would show alone, since
    only the others vary.

    Args:
        found: as resamples show it.
        footing: what it rests on.
        bounds: of the figure.
        exact: whether what nothing shows has the exact bound rather than Wilson's.
        scaled: whether standard errors are those of the logit, in place of what was found: of an area or an average
            near its bound, whose resamples are skewed.
    """
    if found.error == 0:
        return unvaried(found.value, footing.units, found.level, bounds, exact=exact)
    least, greatest = (-np.inf, np.inf) if bounds is None else bounds
    low, high = found.low, found.high
    if footing.fewest < 2:
        alone = unvaried(found.value, footing.units, found.level, bounds, exact=exact)
        low, high = min(low, alone.low), max(high, alone.high)
    elif footing.fewest < _MANY:
        reach = reached(max(2, int(footing.units)), found.level, max(1.0, footing.units - 1))
        if scaled and skewed(found, footing, bounds):
            low, high = _by_logit(found, reach, least, greatest)
        else:
            reach *= found.error
            low, high = min(low, max(found.value - reach, least)), max(high, min(found.value + reach, greatest))
    if footing.alike is not None:
        units, part = footing.alike
        share = _unseen(units, found.level, exact=exact)
        down, up = found.value - least, greatest - found.value
        most = part * (greatest - least)
        low, high = min(low, found.value - share * min(down, most)), max(high, found.value + share * min(up, most))
    return Interval(low, high)


def skewed(found: Resampled, footing: Footing, bounds: tuple[float, float] | None) -> bool:
    """Whether a figure inside its bounds rests on so few that the skewness of its resamples matters."""
    inside = bounds is not None and bounds[0] < found.value < bounds[1] and np.isfinite(bounds[1] - bounds[0])
    return bool(inside) and found.error > 0 and 2 <= footing.fewest < _MANY


def _by_logit(found: Resampled, reach: float, least: float, greatest: float) -> tuple[float, float]:
    """So many standard errors either way of the logit of a figure inside its bounds, by the delta method."""
    width = greatest - least
    share = (found.value - least) / width
    error = found.error / width / (share * (1 - share))
    low, high = special.expit(special.logit(share) + np.array([-reach, reach]) * error)
    return least + width * float(low), least + width * float(high)


def _unseen(units: float, level: float, *, exact: bool) -> float:
    """The share of units that may do otherwise though none of so many did."""
    return (clopper_pearson if exact else wilson)(0, units, level).high


def unvaried(value: float, units: float, level: float, bounds: tuple[float, float] | None, *, exact: bool) -> Interval:
    """The interval of a figure that every resample gives alike, by the units that it rests on.

    As `constant_interval`; by the exact bound for none of so many units rather than Wilson's where it is `exact`.
    """
    if bounds is None:
        return constant_interval(value, int(units), level)
    elsewhere = _unseen(units, level, exact=exact)
    return Interval(value - elsewhere * (value - bounds[0]), value + elsewhere * (bounds[1] - value))
