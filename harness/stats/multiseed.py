"""Several seeds of one candidate: intervals that hold the luck of the seeds and of the items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_clusters, check_level
from harness.stats.bootstrap import Aggregate, JointDraws, Side, joint_draws
from harness.stats.clusters import unit_degrees
from harness.stats.mean import clustered_variance, constant_interval
from harness.stats.tails import two_sided_p


@dataclass(frozen=True)
class MultiSeed:
    """A figure averaged over seeds (or a difference of two such), with its interval."""

    value: float
    """The mean over seeds of the aggregate."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    standard_error: float
    """Standard deviation of the draws."""
    p_value: float
    """Two-sided, that the true figure is 0; meant for differences."""
    draws: int
    """Resamples in which the figure was defined."""


@dataclass(frozen=True)
class VarianceShares:
    """Where the variance of a mean over items and seeds comes from; the shares sum to 1."""

    items: float
    """Which items (clusters) were asked."""
    seeds: float
    """Which seeds were run."""
    residual: float
    """Luck of single answers, that belongs to neither."""


@dataclass(frozen=True)
class Seeded:
    """What the seeds of one candidate scored."""

    aggregate: Aggregate
    """The rule from values and counts to figures."""
    values: Any
    """The u distinct scores."""
    codes: ArrayLike
    """(seeds, n) which of the values each seed scored on each item."""


class Spread(NamedTuple):
    """A standard error with its degrees of freedom."""

    error: float
    df: float


@dataclass(frozen=True)
class Crossed(JointDraws):
    """Figures of K candidates, averaged over the seeds of each, in resamples of items and seeds."""

    from_seeds: FloatArray
    """(K,) variance of each figure that the seeds bring; 0 where there is one seed."""
    seeds: IntArray
    """(K,) how many each has."""

    def spread(self, of: Sequence[int], error: float, units: int, df: float) -> Spread:
        """The standard error of a figure, or of the difference of two, for few units and seeds.

        What the units bring is made unbiased by units / (units - 1); the degrees of freedom of the parts together are
        Satterthwaite's.

        Args:
            of: the candidates.
            error: standard deviation of the draws of that figure or difference, above 0.
            units: items, or clusters, that are resampled; at least 2.
            df: their degrees of freedom.
        """
        few = [k for k in of if self.seeds[k] > 1]
        seeds = float(self.from_seeds[few].sum())
        items = max(0.0, error**2 - seeds) * units / (units - 1)
        weighted = float(np.sum(self.from_seeds[few] ** 2 / (self.seeds[few] - 1))) + items**2 / df
        return Spread(float(np.sqrt(seeds + items)), (seeds + items) ** 2 / weighted)


def multi_bootstrap(
    candidate: Seeded,
    draws: int,
    rng: np.random.Generator,
    *,
    baseline: Seeded | None = None,
    groups: ArrayLike | None = None,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> MultiSeed:
    """Items and seeds resampled crossed (Sellam et al. 2022, MultiBERTs, arXiv 2106.16163): see `over_seeds`.

    The interval reaches t standard errors with Satterthwaite's degrees of freedom, since few seeds say little of
    their own spread.

    Args:
        candidate: at least one seed; with one, only the items' luck can be seen.
        draws: number of resamples, at least 2.
        rng: where the randomness comes from.
        baseline: seeds of another candidate on the same items, to be subtracted.
        groups: (n,) cluster codes.
        level: coverage of the two-sided interval.
        bounds: the least and the greatest figure there can be; the interval is cut to them. They are needed
            where no draw differs: see `harness.stats.mean.constant_interval`.

    Raises:
        ValueError: codes that are not (seeds, n), different items, or a figure that is not defined.
    """
    check_level(level)
    parts = [candidate] if baseline is None else [candidate, baseline]
    tables = [_codes(part.codes) for part in parts]
    n = tables[0].shape[1]
    units = as_clusters(groups, n)[1]
    sides = [Side(part.aggregate, part.values, row) for part, table in zip(parts, tables, strict=True) for row in table]
    owners = [k for k, table in enumerate(tables) for _ in table]
    crossed = over_seeds(joint_draws(sides, draws, rng, groups), owners, rng)
    signs = np.array([1.0, -1.0])[: len(parts)]
    value, figures = float(crossed.estimates @ signs), crossed.draws @ signs
    figures = figures[np.isfinite(figures)]
    if not np.isfinite(value) or figures.size < 2:
        raise ValueError("the aggregate is not defined on these items (are all targets of one class?)")
    error = float(figures.std(ddof=1))
    # Draws that differ by rounding alone do not vary.
    if units < 2 or error <= 1e-12 * (1 + abs(value)):
        low, high = constant_interval(value, units, level, bounds)
        return MultiSeed(value, low, high, 0.0, two_sided_p(figures), figures.size)
    wide = crossed.spread(range(len(parts)), error, units, unit_degrees(groups, n))
    reach = float(stats.t.ppf((1 + level) / 2, wide.df)) * wide.error
    least, greatest = (-np.inf, np.inf) if bounds is None else bounds
    return MultiSeed(
        value,
        max(value - reach, least),
        min(value + reach, greatest),
        error,
        float(2 * stats.t.sf(abs(value) / wide.error, wide.df)),
        figures.size,
    )


def over_seeds(joint: JointDraws, owners: Sequence[int], rng: np.random.Generator) -> Crossed:
    """Draws of single runs, crossed with their seeds: the figures of candidates, with both kinds of luck.

    Each draw weighs the seeds of a candidate anew, by normal weights with the mean and the covariance of drawing
    S - 1 of its S seeds with replacement, which makes the variance between them unbiased (Rao and Wu 1988). Normal
    ones (Chernozhukov, Chetverikov and Kato 2013), since the draws of two or three seeds have no tails.

    Args:
        joint: figures of R runs in the same resamples of their items.
        owners: per run which of K candidates it is of, from 0 on.
        rng: where the randomness comes from.
    """
    owner = np.asarray(owners)
    runs = [np.flatnonzero(owner == k) for k in range(owner.max() + 1)]
    draws = [np.sum(joint.draws[:, r] * _seed_weights(r.size, len(joint.draws), rng), axis=1) for r in runs]
    between = [float(joint.estimates[r].var(ddof=1)) / r.size if r.size > 1 else 0.0 for r in runs]
    return Crossed(
        np.array([joint.estimates[r].mean() for r in runs]),
        np.stack(draws, axis=1),
        np.array(between),
        np.array([r.size for r in runs]),
    )


def variance_shares(scores: ArrayLike, groups: ArrayLike | None = None) -> VarianceShares:
    """Shares of items, seeds and residual in the variance of the mean over both.

    Two-way random effects without repeats (Searle, Casella and McCulloch 1992): the variance
    between item means, cluster-robust, and the variance between seed means each hold the residual's part
    once, which is taken off; what is then negative is 0.

    Args:
        scores: (seeds, n) at least two seeds and two items.
        groups: (n,) cluster codes.

    Raises:
        ValueError: fewer than two seeds or items.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise ValueError(f"expected (seeds, items) with two of each at least, found shape {table.shape}")
    seeds, n = table.shape
    by_item, by_seed = table.mean(axis=0), table.mean(axis=1)
    rest = table - by_item - by_seed[:, None] + table.mean()
    residual = float(np.sum(rest**2)) / ((seeds - 1) * (n - 1)) / table.size
    items = max(0.0, clustered_variance(by_item, groups) * n / (n - 1) - residual)
    between_seeds = max(0.0, float(by_seed.var(ddof=1)) / seeds - residual)
    total = items + between_seeds + residual
    if total == 0:
        return VarianceShares(0.0, 0.0, 1.0)
    return VarianceShares(items / total, between_seeds / total, residual / total)


def _codes(codes: ArrayLike) -> IntArray:
    table = np.asarray(codes)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"expected codes of shape (seeds, items), found shape {table.shape}")
    return table.astype(np.int64)


def _seed_weights(seeds: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """(draws, seeds) weights around 1 / seeds that sum to 1."""
    if seeds == 1:
        return np.ones((draws, 1))
    normal = rng.standard_normal((draws, seeds))
    return np.asarray(1 / seeds + (normal - normal.mean(axis=1, keepdims=True)) / np.sqrt(seeds * (seeds - 1)))
