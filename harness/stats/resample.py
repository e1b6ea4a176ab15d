"""Resampling by counts: what is drawn is how often each distinct unit stands in a resample.

Ten thousand draws over a million items of a 0/1 score are then ten thousand pairs of numbers. A unit is
an item, or a cluster where items are grouped; units that look the same (the same scores on every side)
are one row, drawn with its multiplicity. Several sides (two candidates, the seeds of one, a whole
leaderboard) that were scored on the same items are drawn together, which keeps them paired.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from harness.stats.arrays import FloatArray, IntArray, as_clusters
from harness.stats.multinomial import multinomial, plan

# Numbers held at once while drawing: 32 MiB of them, which stays near the cache.
CHUNK = 2**22
# Above this share of entries that are not 0 a dense product is faster.
DENSE = 0.1


@dataclass(frozen=True)
class Units:
    """The distinct units of one or more sides, most frequent first."""

    times: IntArray
    """(r,) how often each distinct unit stands in the data."""
    table: sparse.csr_array
    """(c, r) how often each distinct score, of all sides one after another, stands in each unit."""
    widths: tuple[int, ...]
    """How many distinct scores each side has; they sum to c."""


def distinct_units(codes: Sequence[ArrayLike], widths: Sequence[int], groups: ArrayLike | None = None) -> Units:
    """The distinct units of sides that were scored on the same n items.

    Args:
        codes: per side (n,) which of its distinct scores each item has.
        widths: per side how many distinct scores it has.
        groups: (n,) cluster codes; without them every item is a unit.

    Raises:
        ValueError: no items, sides of different length, or a code outside 0 to its width - 1.
    """
    sides = [_check(side, width) for side, width in zip(codes, widths, strict=True)]
    n = sides[0].size
    if any(side.size != n for side in sides):
        raise ValueError(f"sides have different numbers of items: {[side.size for side in sides]}")
    starts = np.concatenate([[0], np.cumsum(widths)])
    if groups is None and len(sides) == 1:
        return _of_one_side(sides[0], widths[0])
    # Rows are told apart by a random 64-bit sum of what they hold. Comparing the rows themselves would
    # take clusters x scores of memory; two of a million rows collide with probability 3e-8.
    marks = np.random.PCG64(1).random_raw(int(starts[-1]))
    columns = [start + side for start, side in zip(starts[:-1], sides, strict=True)]
    cluster, clusters = as_clusters(groups, n)
    if groups is None:
        keys = np.zeros(n, dtype=np.uint64)
        for column in columns:
            keys += marks[column]
    else:
        table = _table(cluster, columns, clusters, int(starts[-1]))
        keys = table.astype(np.uint64).T @ marks
    _, first, times = np.unique(keys, return_index=True, return_counts=True)
    order = np.argsort(-times, kind="stable")
    first, times = first[order], times[order].astype(np.int64)
    if groups is None:
        kept = [column[first] for column in columns]
        return Units(times, _table(np.arange(first.size), kept, first.size, int(starts[-1])), tuple(widths))
    return Units(times, table[:, first].tocsr(), tuple(widths))


def _of_one_side(codes: IntArray, width: int) -> Units:
    """The distinct scores themselves, counted and not sorted."""
    counts = np.bincount(codes, minlength=width)
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    return Units(counts[order].astype(np.int64), _table(np.arange(order.size), [order], order.size, width), (width,))


def draw_counts(units: Units, draws: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Counts of the distinct scores in `draws` resamples, in chunks of shape (b, c)."""
    drawing = plan(units.times)
    full = units.table.nnz > DENSE * units.table.shape[0] * units.table.shape[1]
    dense = units.table.toarray().astype(np.float64) if full else None
    for size in _chunks(draws, max(drawing.width, units.table.shape[0])):
        yield _product(multinomial(drawing, size, rng), units.table, dense)


def leave_one_out(units: Units) -> Iterator[tuple[IntArray, IntArray]]:
    """For each distinct unit the counts without one of it, (b, c), and its multiplicity, (b,)."""
    total = units.table @ units.times
    done = 0
    for size in _chunks(units.times.size, units.table.shape[0]):
        part = slice(done, done + size)
        yield total - units.table[:, part].toarray().T, units.times[part]
        done += size


def split(counts: IntArray, widths: Sequence[int]) -> list[IntArray]:
    """The counts (b, c) of all sides, as one array (b, width) per side."""
    return np.split(counts, np.cumsum(widths)[:-1], axis=1)


def _product(weights: IntArray, table: sparse.csr_array, dense: FloatArray | None) -> IntArray:
    if dense is None:
        return np.asarray((table @ weights).T)
    # Sums of integers are exact in floating point as long as they stay below 2^53.
    return np.asarray((dense @ weights.astype(np.float64)).T.astype(np.int64))


def _chunks(rows: int, width: int) -> Iterator[int]:
    size = max(1, CHUNK // width)
    for start in range(0, rows, size):
        yield min(size, rows - start)


def _table(unit: IntArray, columns: Sequence[NDArray[np.int64]], n_units: int, c: int) -> sparse.csr_array:
    rows = np.concatenate(columns)
    ones = np.ones(rows.size, dtype=np.int64)
    # Built from coordinates, equal ones are summed.
    return sparse.csr_array((ones, (rows, np.tile(unit, len(columns)))), shape=(c, n_units))


def _check(codes: ArrayLike, width: int) -> IntArray:
    array = np.asarray(codes)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"expected at least one item and shape (n,), found shape {array.shape}")
    if array.min() < 0 or array.max() >= width:
        raise ValueError(f"codes from {array.min()} to {array.max()} do not index {width} distinct scores")
    return array.astype(np.int64)
