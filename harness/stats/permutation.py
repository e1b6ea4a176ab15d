"""Permutation p-values for paired scores: (1 + hits) / (1 + draws), never 0 (Phipson and Smyth 2010)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import FloatArray, as_clusters, as_scores
from harness.stats.bootstrap import Aggregate
from harness.stats.resample import CHUNK, distinct_units

DRAWS = 10_000
# Sums in another order differ by rounding; what is equal up to that is a hit.
ROUNDING = 1 - 1e-12


def sign_flip_p(
    differences: ArrayLike, rng: np.random.Generator, groups: ArrayLike | None = None, draws: int = DRAWS
) -> float:
    """Two-sided p that paired differences are symmetric about 0, by flipping the signs of cluster sums.

    Args:
        differences: (n,) score of A minus score of B.
        rng: where the randomness comes from.
        groups: (n,) cluster codes; a cluster keeps or changes its sign as a whole.
        draws: number of random sign patterns.
    """
    scores = as_scores(differences)
    codes, clusters = as_clusters(groups, scores.size)
    sums = np.abs(np.bincount(codes, weights=scores, minlength=clusters))
    # Equal sums are flipped together: of m, Binomial(m, 1/2) turn positive.
    sizes, times = np.unique(sums[sums > 0], return_counts=True)
    observed, hits = abs(float(scores.sum())) * ROUNDING, 0
    for rows in _chunks(draws, sizes.size):
        positive = rng.binomial(times, 0.5, size=(rows, sizes.size))
        hits += int(np.sum(np.abs((2 * positive - times) @ sizes) >= observed))
    return (1 + hits) / (1 + draws)


def swap_p(
    aggregate: Aggregate,
    values: Any,
    codes_a: ArrayLike,
    codes_b: ArrayLike,
    rng: np.random.Generator,
    *,
    groups: ArrayLike | None = None,
    draws: int = DRAWS,
) -> float:
    """Two-sided p that A and B are exchangeable, for an aggregate that is no mean.

    In each draw every item (every cluster, as a whole) keeps or swaps its two scores at random, and the
    difference of the aggregates is taken anew. Where it is not defined, the draw counts as a hit.

    Args:
        aggregate: from the values and (b, u) counts to b figures.
        values: the u distinct scores of both sides.
        codes_a: (n,) which of the values A scored on each item.
        codes_b: the same of B.
        rng: where the randomness comes from.
        groups: (n,) cluster codes.
        draws: number of random swaps.
    """
    u = len(values)
    units = distinct_units([codes_a, codes_b], [u, u], groups)
    total_a, total_b = np.split(units.table @ units.times, 2)
    moves = units.table[u:] - units.table[:u]

    def gap(moved: Any) -> FloatArray:
        return np.abs(aggregate(values, total_a + moved) - aggregate(values, total_b - moved))

    observed, hits = float(gap(np.zeros((1, u), dtype=np.int64))[0]) * ROUNDING, 0
    for rows in _chunks(draws, max(units.times.size, u)):
        swapped = rng.binomial(units.times, 0.5, size=(rows, units.times.size))
        hits += int(np.sum(~(gap((moves @ swapped.T).T) < observed)))
    return (1 + hits) / (1 + draws)


def _chunks(draws: int, width: int) -> list[int]:
    step = max(1, CHUNK // max(1, width))
    return [min(step, draws - start) for start in range(0, draws, step)]
