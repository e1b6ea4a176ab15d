"""From scores to estimates and comparisons: which statistical method fits which metric."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import ComparisonError
from harness.estimate import Comparison, Estimate
from harness.metrics.metric import Metric
from harness.scores import Column, Scores, common, group_codes
from harness.stats.bootstrap import bootstrap, paired_bootstrap
from harness.stats.mean import mean_interval
from harness.stats.multiseed import Seeded, multi_bootstrap
from harness.stats.paired import compare_means
from harness.stats.proportion import few_for_coverage, wilson_clustered
from harness.stats.quantile import quantile_interval, quantile_lower_bound, quantile_upper_bound

DRAWS = 2000
_LEVEL, _ONE_SIDED = 0.95, 0.90
"""The ends of a two-sided 90 % interval are one-sided 95 % bounds."""


def metric_estimate(metric: Metric, runs: Sequence[Scores], rng: np.random.Generator) -> Estimate:
    """The figure of a metric over the runs of one candidate (one per seed), with its intervals.

    Proportions: Wilson, with the effective n where items are grouped. Other means: (clustered) t. Other aggregates:
    bootstrap over items or clusters. Several seeds: items and seeds resampled crossed.

    Raises:
        ComparisonError: there is no scored item.
    """
    if len(runs) > 1:
        return _over_seeds(metric, runs, rng)
    scores = runs[0]
    column, groups, missing = _answered(metric, scores)
    if len(column.codes) == 0:
        raise ComparisonError(f"no item has a score in {metric.name}.")
    warning = None
    if metric.is_mean and _binary(column):
        value = float(column.numbers.mean())
        low, high = wilson_clustered(column.numbers, groups, _LEVEL)
        lower, upper = wilson_clustered(column.numbers, groups, _ONE_SIDED)
        method = "Wilson" if groups is None else "Wilson, effective n of grouped items"
        clusters = None if groups is None else len(np.unique(groups))
        if few_for_coverage(float(column.numbers.sum()), len(column.codes), clusters):
            warning = "Too few items or groups on one side for an interval that surely covers."
    elif metric.is_mean:
        wide = mean_interval(column.numbers, groups, _LEVEL, metric.bounds)
        narrow = mean_interval(column.numbers, groups, _ONE_SIDED, metric.bounds)
        value, low, high, lower, upper = wide.value, wide.low, wide.high, narrow.low, narrow.high
        method = "t" if groups is None else "cluster-robust t"
    else:
        seed = int(rng.integers(2**63))
        ends = []
        for level in (_LEVEL, _ONE_SIDED):
            found = bootstrap(
                metric.aggregate,
                column.values,
                column.codes,
                DRAWS,
                np.random.default_rng(seed),
                groups=groups,
                level=level,
                bounds=metric.bounds,
            )
            value = found.value
            ends += [found.low, found.high]
        low, high, lower, upper = ends
        method = "bootstrap" if groups is None else "bootstrap over groups"
    return Estimate(
        value, low, high, lower, upper, _LEVEL, len(column.codes), missing, method, warning, metric.failed is None
    )


def compare(
    metric: Metric, a: Sequence[Scores], b: Sequence[Scores], against: str, rng: np.random.Generator
) -> Comparison:
    """How much better A is than B in a metric, paired on the items of both.

    Raises:
        ComparisonError: no item in common.
    """
    places, _ = common([*a, *b])
    n = len(places[0])
    if n == 0:
        raise ComparisonError("the two have no item in common.")
    columns = [_taken(s.columns[metric.name], p) for s, p in zip([*a, *b], places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    columns = [_taken(c, keep) for c in columns]
    n = int(keep.sum())
    if n == 0:
        raise ComparisonError("the two have no item in common that both answered.")
    codes = group_codes([a[0].groups[i] for i in places[0]])
    groups = None if codes is None else codes[keep]
    ours, theirs = columns[: len(a)], columns[len(a) :]
    if len(a) > 1 or len(b) > 1:
        both = multi_bootstrap(
            _seeded(metric, ours), DRAWS, rng, baseline=_seeded(metric, theirs), groups=groups, bounds=_range(metric)
        )
        method = "items and seeds resampled crossed"
        return Comparison(against, both.value, both.low, both.high, both.p_value, n, method)
    if metric.is_mean:
        binary = _binary(ours[0]) and _binary(theirs[0])
        means = compare_means(ours[0].numbers, theirs[0].numbers, groups, binary, rng, level=_LEVEL)
        return Comparison(against, means.difference, means.low, means.high, means.p_value, n, means.method)
    drawn = paired_bootstrap(
        metric.aggregate,
        ours[0].values,
        ours[0].codes,
        theirs[0].values,
        theirs[0].codes,
        draws=DRAWS,
        rng=rng,
        groups=groups,
        bounds=_range(metric),
    )
    return Comparison(against, drawn.value, drawn.low, drawn.high, drawn.p_value, n, "paired bootstrap")


def quantile_estimate(values: Sequence[float], q: float) -> Estimate:
    """A percentile of measured values, bounded by order statistics."""
    found = quantile_interval(values, q, _LEVEL)
    return Estimate(
        found.value,
        found.low,
        found.high,
        quantile_lower_bound(values, q),
        quantile_upper_bound(values, q),
        _LEVEL,
        found.n,
        0,
        "order statistics",
    )


def _over_seeds(metric: Metric, runs: Sequence[Scores], rng: np.random.Generator) -> Estimate:
    places, _ = common(runs)
    columns = [_taken(s.columns[metric.name], p) for s, p in zip(runs, places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    if not keep.any():
        raise ComparisonError(f"no item has a score in {metric.name} under every seed.")
    codes = group_codes([runs[0].groups[i] for i in places[0]])
    groups = None if codes is None else codes[keep]
    seeded = _seeded(metric, [_taken(c, keep) for c in columns])
    seed = int(rng.integers(2**63))
    wide, narrow = (
        multi_bootstrap(seeded, DRAWS, np.random.default_rng(seed), groups=groups, level=level, bounds=metric.bounds)
        for level in (_LEVEL, _ONE_SIDED)
    )
    return Estimate(
        wide.value,
        wide.low,
        wide.high,
        narrow.low,
        narrow.high,
        _LEVEL,
        int(keep.sum()),
        int(sum(s.without_answer.sum() for s in runs)),
        f"items and {len(runs)} seeds resampled crossed",
        None,
        metric.failed is None,
    )


def _answered(metric: Metric, scores: Scores) -> tuple[Column, NDArray[np.int64] | None, int]:
    column = scores.columns[metric.name]
    keep = column.codes >= 0
    groups = group_codes(scores.groups)
    return _taken(column, keep), None if groups is None else groups[keep], int(scores.without_answer.sum())


def _taken(column: Column, which: NDArray[Any]) -> Column:
    return Column(column.values, column.codes[which])


def _seeded(metric: Metric, columns: Sequence[Column]) -> Seeded:
    """The columns of several seeds over one list of distinct values."""
    values: dict[Any, int] = {}
    tables = [np.asarray([values.setdefault(v, len(values)) for v in c.values], dtype=np.int64) for c in columns]
    codes = np.stack([table[c.codes] for table, c in zip(tables, columns, strict=True)])
    return Seeded(metric.aggregate, list(values), codes)


def _binary(column: Column) -> bool:
    return all(v in (0, 1) for v in column.values)


def _range(metric: Metric) -> tuple[float, float] | None:
    """Of a difference."""
    if metric.bounds is None:
        return None
    width = metric.bounds[1] - metric.bounds[0]
    return (-width, width)
