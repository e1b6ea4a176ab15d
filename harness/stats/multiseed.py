"""Several seeds of one candidate: intervals that hold the luck of the seeds and of the items."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_clusters, check_level
from harness.stats.bootstrap import Aggregate, Side, joint_draws
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
    """Items and seeds resampled crossed (Sellam et al. 2022, MultiBERTs, arXiv 2106.16163).

    Each draw resamples items (clusters) once for all seeds, and seeds of each candidate on their own, and
    averages the aggregate over the drawn seeds. Two things are done for few seeds: S - 1 of S seeds are
    drawn, which makes the variance between them unbiased (Rao and Wu 1988), and the interval reaches t
    standard errors with Satterthwaite's degrees of freedom, since the draws of two seeds have no tails.

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
    units = as_clusters(groups, tables[0].shape[1])[1]
    value, figures, between = _crossed(parts, tables, draws, rng, groups)
    if not np.isfinite(value) or figures.size < 2:
        raise ValueError("the aggregate is not defined on these items (are all targets of one class?)")
    error = float(figures.std(ddof=1))
    # Draws that differ by rounding alone do not vary.
    if units < 2 or error <= 1e-12 * (1 + abs(value)):
        low, high = constant_interval(value, units, level, bounds)
        return MultiSeed(value, low, high, 0.0, two_sided_p(figures), figures.size)
    df = _degrees(error**2, between, units)
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    least, greatest = (-np.inf, np.inf) if bounds is None else bounds
    return MultiSeed(
        value,
        max(value - reach, least),
        min(value + reach, greatest),
        error,
        float(2 * stats.t.sf(abs(value) / error, df)),
        figures.size,
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


def _crossed(
    parts: list[Seeded],
    tables: list[IntArray],
    draws: int,
    rng: np.random.Generator,
    groups: ArrayLike | None,
) -> tuple[float, FloatArray, list[tuple[float, int]]]:
    """The value, its defined draws, and each candidate's variance from seeds with its degrees of freedom."""
    sides = [Side(part.aggregate, part.values, row) for part, table in zip(parts, tables, strict=True) for row in table]
    joint = joint_draws(sides, draws, rng, groups)
    value, figures, between, start = 0.0, np.zeros(draws), [], 0
    for sign, table in zip((1, -1), tables, strict=False):
        seeds = len(table)
        columns = slice(start, start + seeds)
        value += sign * float(joint.estimates[columns].mean())
        figures += sign * np.sum(joint.draws[:, columns] * _seed_weights(seeds, draws, rng), axis=1)
        if seeds > 1:
            between.append((float(joint.estimates[columns].var(ddof=1)) / seeds, seeds - 1))
        start += seeds
    return value, figures[np.isfinite(figures)], between


def _codes(codes: ArrayLike) -> IntArray:
    table = np.asarray(codes)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(f"expected codes of shape (seeds, items), found shape {table.shape}")
    return table.astype(np.int64)


def _seed_weights(seeds: int, draws: int, rng: np.random.Generator) -> FloatArray:
    drawn = max(1, seeds - 1)
    return rng.multinomial(drawn, np.full(seeds, 1 / seeds), size=draws) / drawn


def _degrees(total: float, between: list[tuple[float, int]], units: int) -> float:
    """Satterthwaite's degrees of freedom of a variance whose parts come from seeds and from items."""
    from_seeds = sum(variance for variance, _ in between)
    from_items = max(0.0, total - from_seeds)
    weighted = sum(variance**2 / df for variance, df in between) + from_items**2 / (units - 1)
    return float((from_seeds + from_items) ** 2 / weighted)
