"""Many multinomial draws of the same integer frequencies, several times faster than one by one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.stats.sampling import DiscreteAliasUrn

from harness.stats.arrays import IntArray

# What one draw costs, in nanoseconds: a binomial whose parameters change, one item, a table look-up.
BINOMIAL, ITEM, LOOKUP = 85.0, 8.0, 10.0


@dataclass(frozen=True)
class Plan:
    """Which cells are drawn how; the most frequent come first."""

    times: IntArray
    """(r,) how often each cell stands in the data, not increasing; they sum to n, the items of a draw."""
    big: int
    """So many of the first cells share what the others leave of the n items."""
    singly: bool
    """Whether those items are drawn one by one, and not by binomials."""
    width: int
    """Numbers held per draw."""


def plan(times: IntArray) -> Plan:
    """The cheapest way to draw these frequencies, sorted from the greatest down."""
    cells, held = np.arange(1, times.size + 1), np.cumsum(times)
    shared = np.minimum(BINOMIAL * cells, ITEM * held)
    looked_up = LOOKUP * (times.size - cells) / np.sqrt(held / held[-1])
    big = int(np.argmin(shared + looked_up))
    singly = bool(BINOMIAL * cells[big] > ITEM * held[big])
    return Plan(times, big + 1, singly, max(times.size, int(held[big]) if singly else 0))


def multinomial(plan: Plan, draws: int, rng: np.random.Generator) -> IntArray:
    """(r, draws) counts of the cells; every column sums to n.

    Independent Poisson counts, given their sum, are multinomial. So all but the big cells are drawn from
    Poisson distributions, of which there are few, since frequencies repeat; what they leave of n goes to
    the big cells, and a draw is kept with the probability, up to a factor, that Poisson counts of the big
    cells have just that sum. This is exact, and about the share sqrt(big / n) of the draws is kept.
    """
    counts = np.empty((plan.times.size, draws), dtype=np.int64)
    rest = np.full(draws, plan.times.sum())
    if plan.big < plan.times.size:
        counts[plan.big :] = _small(plan, draws, rng)
        rest -= counts[plan.big :].sum(axis=0)
    frequent = plan.times[: plan.big]
    if plan.singly:
        counts[: plan.big] = _items(frequent, rest, rng)
    else:
        counts[: plan.big] = rng.multinomial(rest, frequent / frequent.sum()).T
    return counts


def _small(plan: Plan, draws: int, rng: np.random.Generator) -> NDArray[np.int32]:
    n, shared = int(plan.times.sum()), int(plan.times[: plan.big].sum())
    small = plan.times[plan.big :]
    kept: list[NDArray[np.int32]] = []
    missing = draws
    while missing > 0:
        rows = int(1.1 * missing / np.sqrt(shared / n)) + 8
        counts = np.concatenate([_poisson(m, (k, rows), rng) for m, k in _runs(small)])
        rest = n - counts.sum(axis=0, dtype=np.int64)
        possible = np.maximum(rest, 0)
        # The Poisson probability of `rest` over that of the likeliest sum, which is `shared` itself.
        log_share = (possible - shared) * np.log(shared) - special.gammaln(possible + 1)
        keep = np.log(rng.random(rows)) < log_share + special.gammaln(shared + 1)
        found = np.flatnonzero(keep & (rest >= 0))[:missing]
        kept.append(counts.take(found, axis=1))
        missing -= found.size
    return np.concatenate(kept, axis=1)


def _runs(times: IntArray) -> list[tuple[int, int]]:
    """Each distinct frequency and how many cells have it, in the order of the cells."""
    distinct, counts = np.unique(-times, return_counts=True)
    return [(-int(m), int(k)) for m, k in zip(distinct, counts, strict=True)]


def _poisson(mean: int, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.int32]:
    # Beyond these ends lies less than 1e-16 of the probability (Bernstein).
    reach = 9 * math.sqrt(mean)
    low, high = max(0, int(mean - reach)), int(mean + reach + 20)
    weights = stats.poisson.pmf(np.arange(low, high + 1), mean)
    urn = DiscreteAliasUrn(weights, domain=(low, high), random_state=rng)
    return np.asarray(urn.rvs(shape[0] * shape[1]), dtype=np.int32).reshape(shape)


def _items(times: IntArray, totals: IntArray, rng: np.random.Generator) -> IntArray:
    """`totals` items per draw, one by one."""
    cell_of = np.repeat(np.arange(times.size) * totals.size, times)
    picked = cell_of[rng.integers(0, cell_of.size, size=int(totals.sum()))]
    picked += np.repeat(np.arange(totals.size), totals)
    return np.bincount(picked, minlength=times.size * totals.size).reshape(times.size, -1)
