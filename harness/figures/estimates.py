"""The figure of one candidate in a metric, by the method that fits the metric and its scores."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.errors import ComparisonError
from harness.estimate import Estimate
from harness.figures.columns import DRAWS, LEVEL, METHODS, ONE_SIDED, SURE, binary, many, seeded
from harness.figures.units import FEW, Footing, Resampled, concerned, grounded, rests_on, skewed, units_of
from harness.metrics.metric import Metric
from harness.metrics.share import Share
from harness.scores import Column, Scores, common
from harness.stats.beta_binomial import beta_binomial
from harness.stats.bootstrap import Bootstrapped, Side, bootstrap
from harness.stats.clusters import few_clusters, unit_count
from harness.stats.influence import normal_interval
from harness.stats.mean import mean_interval
from harness.stats.multiseed import MultiSeed, multi_bootstrap
from harness.stats.proportion import clopper_pearson_clustered, few_for_coverage, wilson_clustered
from harness.stats.quantile import quantile_interval, quantile_lower_bound, quantile_upper_bound

_FEW = "Too few items or groups on one side for an interval that surely covers."
_FEW_GROUPS = "Too few groups, or one with too large a share of the items, for an interval that surely covers."
_SAME = (
    "All items, or all groups, scored the same: how far off others could be is not known, and such an end of the "
    "interval is shown as ?."
)
_EFFECTIVE = ", effective n of grouped items"
_Groups = NDArray[np.int64] | None
"""(n,) cluster codes."""


def metric_estimate(
    metric: Metric, runs: Sequence[Scores], rng: np.random.Generator, narrow: float = ONE_SIDED
) -> Estimate:
    """The figure of a metric over the runs of one candidate (one per seed), with its intervals.

    Proportions: as the metric's `intervals` say; by default Wilson, with the effective n where items are grouped and
    with exact one-sided bounds where not, over the units that they are a share of: 30 positive items for a recall.
    Other means: (clustered) t. Other aggregates: bootstrap over items or clusters, of very many clusters its normal
    limit. Several seeds: items and seeds resampled crossed.

    Args:
        metric: of which.
        runs: one per seed.
        rng: for a bootstrap.
        narrow: level of the two-sided interval whose ends are the one-sided bounds.

    Raises:
        ComparisonError: there is no scored item, or the metric is not defined on them.
    """
    if reason := undefined(metric, runs):
        raise ComparisonError(reason)
    if len(runs) > 1:
        return _over_seeds(metric, runs, rng, narrow)
    column, groups, missing = _answered(metric, runs[0])
    found = _bounded(metric, column, groups, rng, narrow)
    return Estimate(
        found.value,
        found.low,
        found.high,
        found.lower,
        found.upper,
        LEVEL,
        found.n or len(column.codes),
        missing,
        found.method,
        _unbounded(found) or found.warning,
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
    return not_defined(metric, runs)


def not_defined(metric: Metric, runs: Sequence[Scores]) -> str | None:
    """Why the aggregate of what was scored is not a number; None where it is one, or nothing was scored."""
    for scores in runs:
        column = scores.columns[metric.name]
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
        if counts.any() and not np.isfinite(metric.aggregate(column.values, counts[None, :])[0]):
            why = metric.aggregate.empty if isinstance(metric.aggregate, Share) else metric.empty
            return f"{metric.name} is not defined on these items ({why})."
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
    n: int | None = None
    """Items that it is computed over; None for all that have a score."""


def _unbounded(found: _Bounded) -> str | None:
    return None if np.isfinite(found.low) and np.isfinite(found.high) else _SAME


def _bounded(metric: Metric, column: Column, groups: _Groups, rng: np.random.Generator, narrow: float) -> _Bounded:
    """By the method that fits."""
    if metric.is_mean:
        return _proportion(metric, column, groups, narrow) if binary(column) else _mean(metric, column, groups, narrow)
    if isinstance(metric.aggregate, Share):
        return _share(metric, metric.aggregate, column, groups, narrow)
    if groups is not None and many([column], groups):
        return _normal(metric, column, groups, narrow)
    return _resampled(metric, column, groups, rng, narrow)


def _proportion(metric: Metric, column: Column, groups: _Groups, narrow: float) -> _Bounded:
    scores, chosen = column.numbers, metric.intervals.proportion
    interval = {
        "wilson": wilson_clustered,
        "clopper-pearson": clopper_pearson_clustered,
        "beta-binomial": beta_binomial,
    }[chosen]
    # A requirement is met or missed by the bounds: Wilson's would call 2,703 of 2,703 right "at least 99.9 %".
    exact = chosen == "wilson" and groups is None
    low, high = interval(scores, groups, LEVEL)
    lower, upper = (clopper_pearson_clustered if exact else interval)(scores, groups, narrow)
    method = {
        "wilson": "Wilson, exact bounds" if exact else f"Wilson{_EFFECTIVE}",
        "clopper-pearson": "Clopper-Pearson" if groups is None else f"Clopper-Pearson{_EFFECTIVE}",
        "beta-binomial": "beta posterior: without groups no beta-binomial" if groups is None else "beta-binomial",
    }[chosen]
    clusters = None if groups is None else unit_count(groups, scores.size)
    few = few_for_coverage(float(scores.sum()), scores.size, clusters)
    warning = _few_groups(groups) or (_FEW if few else None)
    return _Bounded(float(scores.mean()), low, high, lower, upper, method, warning)


def _few_groups(groups: _Groups) -> str | None:
    return _FEW_GROUPS if groups is not None and few_clusters(groups) else None


def _share(metric: Metric, share: Share, column: Column, groups: _Groups, narrow: float) -> _Bounded:
    """As a proportion of its units, carried over to the figure where that is F1."""
    units = units_of(share, column, groups)
    found = _proportion(metric, units.column, units.groups, narrow)
    ends = (found.value, found.low, found.high, found.lower, found.upper)
    value, low, high, lower, upper = share.figure(ends).tolist()
    return _Bounded(value, low, high, lower, upper, found.method, found.warning, units.items)


def _mean(metric: Metric, column: Column, groups: _Groups, narrow: float) -> _Bounded:
    wide, ends = (mean_interval(column.numbers, groups, level, metric.bounds) for level in (LEVEL, narrow))
    method = "t" if groups is None else "cluster-robust t"
    return _Bounded(wide.value, wide.low, wide.high, ends.low, ends.high, method, _few_groups(groups))


def _normal(metric: Metric, column: Column, groups: NDArray[np.int64], narrow: float) -> _Bounded:
    side = Side(metric.aggregate, column.values, column.codes)
    footing = rests_on(metric, [column], groups)
    drawn = [
        Resampled(value, error, level, low, high)
        for level in (LEVEL, narrow)
        for value, error, (low, high) in [normal_interval(side, groups, level, metric.bounds)]
    ]
    (low, high), (lower, upper) = (grounded(one, footing, metric.bounds, scaled=True) for one in drawn)
    method, warning = "normal, by the groups' influence", _few(metric, drawn[0].value, footing, groups)
    return _Bounded(drawn[0].value, low, high, lower, upper, method, warning)


def _resampled(metric: Metric, column: Column, groups: _Groups, rng: np.random.Generator, narrow: float) -> _Bounded:
    """Both levels from the same draws, so that one interval holds the other."""
    seed, draws = int(rng.integers(2**63)), _draws(narrow)
    wide, ends = (
        bootstrap(
            metric.aggregate,
            column.values,
            column.codes,
            draws,
            np.random.default_rng(seed),
            groups=groups,
            level=level,
            method=metric.intervals.aggregate,
            bounds=metric.bounds,
        )
        for level in (LEVEL, narrow)
    )
    found = _grounded(metric, [column], groups, (wide, ends), narrow)
    method = f"bootstrap{'' if groups is None else ' over groups'}{METHODS[found.method or wide.method]}"
    return found._replace(method=method)


def _grounded(
    metric: Metric,
    columns: Sequence[Column],
    groups: _Groups,
    drawn: tuple[Bootstrapped | MultiSeed, Bootstrapped | MultiSeed],
    narrow: float,
) -> _Bounded:
    """What was drawn, with its interval and its bounds no surer than what the figure rests on."""
    footing = rests_on(metric, columns, groups)
    wide, ends = (
        Resampled(one.value, one.standard_error, level, one.low, one.high)
        for one, level in zip(drawn, (LEVEL, narrow), strict=True)
    )
    scaled = metric.intervals.aggregate == "percentile"
    low, high = grounded(wide, footing, metric.bounds, scaled=scaled)
    lower, upper = grounded(ends, footing, metric.bounds, exact=groups is None, scaled=scaled)
    method = "logit" if scaled and skewed(wide, footing, metric.bounds) else ""
    return _Bounded(wide.value, low, high, lower, upper, method, _few(metric, wide.value, footing, groups))


def _few(metric: Metric, value: float, footing: Footing, groups: _Groups) -> str | None:
    """Whether its sorts of items are few for a figure so near to its bound."""
    if reason := _few_groups(groups):
        return reason
    if metric.support is None or metric.bounds is None:
        return None
    share = (value - metric.bounds[0]) / (metric.bounds[1] - metric.bounds[0])
    return _FEW if footing.units < FEW or min(share, 1 - share) * footing.fewest < 2 else None


def _draws(narrow: float) -> int:
    """So many that ten lie beyond each bound."""
    return max(DRAWS, math.ceil(20 / (1 - narrow)))


def _over_seeds(metric: Metric, runs: Sequence[Scores], rng: np.random.Generator, narrow: float) -> Estimate:
    places, _ = common(runs)
    columns = [s.columns[metric.name].taken(p) for s, p in zip(runs, places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    keep &= concerned(metric, columns)
    if not keep.any():
        raise ComparisonError(f"no item has a score in {metric.name} under every seed.")
    codes = runs[0].clusters
    groups = None if codes is None else codes[places[0]][keep]
    columns = [c.taken(keep) for c in columns]
    side = seeded(metric, columns)
    seed = int(rng.integers(2**63))
    wide, ends = (
        multi_bootstrap(side, DRAWS, np.random.default_rng(seed), groups=groups, level=level, bounds=metric.bounds)
        for level in (LEVEL, narrow)
    )
    found = _grounded(metric, columns, groups, (wide, ends), narrow)
    return Estimate(
        found.value,
        found.low,
        found.high,
        found.lower,
        found.upper,
        LEVEL,
        int(keep.sum()),
        int(sum(s.without_answer.sum() for s in runs)),
        f"items and {len(runs)} seeds resampled crossed",
        _unbounded(found) or found.warning,
        metric.failed is None,
    )


def _answered(metric: Metric, scores: Scores) -> tuple[Column, _Groups, int]:
    column = scores.columns[metric.name]
    keep = column.codes >= 0
    groups = scores.clusters
    return column.taken(keep), None if groups is None else groups[keep], int(scores.without_answer.sum())


def quantile_estimate(values: Sequence[float], q: float, narrow: float = ONE_SIDED) -> Estimate:
    """A percentile of measured values, bounded by order statistics.

    Args:
        values: as measured.
        q: 0.95 for the 95th percentile.
        narrow: level of the two-sided interval whose ends are the one-sided bounds, brought down to what so many
            values can bound: 60 show of a 95th percentile what they show at 95.4 %, and nothing above.
    """
    found = quantile_interval(values, q, LEVEL)
    below, above = (max(SURE, min((1 + narrow) / 2, 1 - p**found.n - 1e-12)) for p in (1 - q, q))
    return Estimate(
        found.value,
        found.low,
        found.high,
        quantile_lower_bound(values, q, below),
        quantile_upper_bound(values, q, above),
        LEVEL,
        found.n,
        0,
        "order statistics",
    )
