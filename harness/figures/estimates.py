"""The figure of one candidate in a metric, by the method that fits the metric and its scores."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.errors import ComparisonError
from harness.estimate import Estimate
from harness.figures.columns import DRAWS, LEVEL, ONE_SIDED, binary, many, seeded
from harness.metrics.metric import Metric
from harness.scores import Column, Scores, common
from harness.stats.bootstrap import Side, bootstrap
from harness.stats.influence import normal_interval
from harness.stats.mean import mean_interval
from harness.stats.multiseed import multi_bootstrap
from harness.stats.proportion import clopper_pearson, few_for_coverage, wilson_clustered
from harness.stats.quantile import quantile_interval, quantile_lower_bound, quantile_upper_bound

_Groups = NDArray[np.int64] | None
"""(n,) cluster codes."""


def metric_estimate(metric: Metric, runs: Sequence[Scores], rng: np.random.Generator) -> Estimate:
    """The figure of a metric over the runs of one candidate (one per seed), with its intervals.

    Proportions: Wilson, with the effective n where items are grouped and with exact one-sided bounds where not. Other
    means: (clustered) t. Other aggregates: bootstrap over items or clusters, of very many clusters its normal limit.
    Several seeds: items and seeds resampled crossed.

    Raises:
        ComparisonError: there is no scored item, or the metric is not defined on them.
    """
    if reason := undefined(metric, runs):
        raise ComparisonError(reason)
    if len(runs) > 1:
        return _over_seeds(metric, runs, rng)
    column, groups, missing = _answered(metric, runs[0])
    found = _bounded(metric, column, groups, rng)
    return Estimate(
        found.value,
        found.low,
        found.high,
        found.lower,
        found.upper,
        LEVEL,
        len(column.codes),
        missing,
        found.method,
        found.warning,
        metric.failed is None,
    )


def undefined(metric: Metric, runs: Sequence[Scores]) -> str | None:
    """Why these runs have no figure in a metric: nothing was scored, or its aggregate is not a number."""
    for scores in runs:
        column = scores.columns[metric.name]
        scored = column.codes[column.codes >= 0]
        if not scored.size:
            missing = int(scores.without_answer.sum())
            if metric.needs == "judge":
                return f"nothing of it was judged in {metric.name} yet: harness judge does that."
            return f"no item has a score in {metric.name} ({missing} of {len(scores)} without an answer)."
        counts = np.bincount(scored, minlength=len(column.values))
        if not np.isfinite(metric.aggregate(column.values, counts[None, :])[0]):
            return f"{metric.name} is not defined on these items (are all targets of one class?)."
    return None


class _Bounded(NamedTuple):
    """A figure with the ends of its intervals, named as those of `Estimate`."""

    value: float
    low: float
    high: float
    lower: float
    upper: float
    method: str
    warning: str | None = None


def _bounded(metric: Metric, column: Column, groups: _Groups, rng: np.random.Generator) -> _Bounded:
    """By the method that fits."""
    if metric.is_mean:
        return _proportion(column, groups) if binary(column) else _mean(metric, column, groups)
    if groups is not None and many([column], groups):
        return _normal(metric, column, groups)
    return _resampled(metric, column, groups, rng)


def _proportion(column: Column, groups: _Groups) -> _Bounded:
    right, n = float(column.numbers.sum()), len(column.codes)
    low, high = wilson_clustered(column.numbers, groups, LEVEL)
    if groups is None:
        # A requirement is met or missed by these: Wilson's would call 2,703 of 2,703 right "at least 99.9 %".
        lower, upper = clopper_pearson(right, n, ONE_SIDED)
        method, clusters = "Wilson, exact bounds", None
    else:
        lower, upper = wilson_clustered(column.numbers, groups, ONE_SIDED)
        method, clusters = "Wilson, effective n of grouped items", int(np.count_nonzero(np.bincount(groups)))
    few = few_for_coverage(right, n, clusters)
    warning = "Too few items or groups on one side for an interval that surely covers." if few else None
    return _Bounded(float(column.numbers.mean()), low, high, lower, upper, method, warning)


def _mean(metric: Metric, column: Column, groups: _Groups) -> _Bounded:
    wide, narrow = (mean_interval(column.numbers, groups, level, metric.bounds) for level in (LEVEL, ONE_SIDED))
    method = "t" if groups is None else "cluster-robust t"
    return _Bounded(wide.value, wide.low, wide.high, narrow.low, narrow.high, method)


def _normal(metric: Metric, column: Column, groups: NDArray[np.int64]) -> _Bounded:
    side = Side(metric.aggregate, column.values, column.codes)
    value, (low, high) = normal_interval(side, groups, LEVEL, metric.bounds)
    lower, upper = normal_interval(side, groups, ONE_SIDED, metric.bounds)[1]
    return _Bounded(value, low, high, lower, upper, "normal, by the groups' influence")


def _resampled(metric: Metric, column: Column, groups: _Groups, rng: np.random.Generator) -> _Bounded:
    """Both levels from the same draws, so that one interval holds the other."""
    seed = int(rng.integers(2**63))
    wide, narrow = (
        bootstrap(
            metric.aggregate,
            column.values,
            column.codes,
            DRAWS,
            np.random.default_rng(seed),
            groups=groups,
            level=level,
            bounds=metric.bounds,
        )
        for level in (LEVEL, ONE_SIDED)
    )
    method = "bootstrap" if groups is None else "bootstrap over groups"
    return _Bounded(wide.value, wide.low, wide.high, narrow.low, narrow.high, method)


def _over_seeds(metric: Metric, runs: Sequence[Scores], rng: np.random.Generator) -> Estimate:
    places, _ = common(runs)
    columns = [s.columns[metric.name].taken(p) for s, p in zip(runs, places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    if not keep.any():
        raise ComparisonError(f"no item has a score in {metric.name} under every seed.")
    codes = runs[0].clusters
    groups = None if codes is None else codes[places[0]][keep]
    side = seeded(metric, [c.taken(keep) for c in columns])
    seed = int(rng.integers(2**63))
    wide, narrow = (
        multi_bootstrap(side, DRAWS, np.random.default_rng(seed), groups=groups, level=level, bounds=metric.bounds)
        for level in (LEVEL, ONE_SIDED)
    )
    return Estimate(
        wide.value,
        wide.low,
        wide.high,
        narrow.low,
        narrow.high,
        LEVEL,
        int(keep.sum()),
        int(sum(s.without_answer.sum() for s in runs)),
        f"items and {len(runs)} seeds resampled crossed",
        None,
        metric.failed is None,
    )


def _answered(metric: Metric, scores: Scores) -> tuple[Column, _Groups, int]:
    column = scores.columns[metric.name]
    keep = column.codes >= 0
    groups = scores.clusters
    return column.taken(keep), None if groups is None else groups[keep], int(scores.without_answer.sum())


def quantile_estimate(values: Sequence[float], q: float) -> Estimate:
    """A percentile of measured values, bounded by order statistics."""
    found = quantile_interval(values, q, LEVEL)
    return Estimate(
        found.value,
        found.low,
        found.high,
        quantile_lower_bound(values, q),
        quantile_upper_bound(values, q),
        LEVEL,
        found.n,
        0,
        "order statistics",
    )
