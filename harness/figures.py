"""From scores to estimates and comparisons: which statistical method fits which metric."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import ComparisonError
from harness.estimate import Comparison, Estimate
from harness.metrics.arrays import Values
from harness.metrics.metric import Metric
from harness.scores import Column, Scores, common
from harness.stats.bootstrap import JointDraws, Side, bootstrap, joint_draws, paired_bootstrap
from harness.stats.influence import MOST_VALUES, normal_draws, normal_interval
from harness.stats.mean import mean_interval
from harness.stats.multiseed import Seeded, multi_bootstrap
from harness.stats.paired import compare_means
from harness.stats.proportion import clopper_pearson, few_for_coverage, wilson_clustered
from harness.stats.quantile import quantile_interval, quantile_lower_bound, quantile_upper_bound

DRAWS = 2000
MANY = 10_000
"""Items or clusters from which on draws are normal: the bootstrap would take minutes for the same."""
_LEVEL, _ONE_SIDED = 0.95, 0.90
"""The ends of a two-sided 90 % interval are one-sided 95 % bounds."""


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
    scores = runs[0]
    column, groups, missing = _answered(metric, scores)
    if len(column.codes) == 0:
        raise ComparisonError(f"no item has a score in {metric.name}.")
    warning = None
    if metric.is_mean and _binary(column):
        value = float(column.numbers.mean())
        low, high = wilson_clustered(column.numbers, groups, _LEVEL)
        if groups is None:
            # A requirement is met or missed by these: Wilson's would call 2,703 of 2,703 right "at least 99.9 %".
            lower, upper = clopper_pearson(float(column.numbers.sum()), len(column.codes), _ONE_SIDED)
        else:
            lower, upper = wilson_clustered(column.numbers, groups, _ONE_SIDED)
        method = "Wilson, exact bounds" if groups is None else "Wilson, effective n of grouped items"
        clusters = None if groups is None else int(np.count_nonzero(np.bincount(groups)))
        if few_for_coverage(float(column.numbers.sum()), len(column.codes), clusters):
            warning = "Too few items or groups on one side for an interval that surely covers."
    elif metric.is_mean:
        wide = mean_interval(column.numbers, groups, _LEVEL, metric.bounds)
        narrow = mean_interval(column.numbers, groups, _ONE_SIDED, metric.bounds)
        value, low, high, lower, upper = wide.value, wide.low, wide.high, narrow.low, narrow.high
        method = "t" if groups is None else "cluster-robust t"
    elif groups is not None and _many([column], groups):
        side = Side(metric.aggregate, column.values, column.codes)
        value, (low, high) = normal_interval(side, groups, _LEVEL, metric.bounds)
        lower, upper = normal_interval(side, groups, _ONE_SIDED, metric.bounds)[1]
        method = "normal, by the groups' influence"
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


def undefined(metric: Metric, runs: Sequence[Scores]) -> str | None:
    """Why these runs have no figure in a metric: nothing was scored, or its aggregate is not a number."""
    for scores in runs:
        column = scores.columns[metric.name]
        scored = column.codes[column.codes >= 0]
        if not scored.size:
            missing = int(scores.without_answer.sum())
            return f"no item has a score in {metric.name} ({missing} of {len(scores)} without an answer)."
        counts = np.bincount(scored, minlength=len(column.values))
        if not np.isfinite(metric.aggregate(column.values, counts[None, :])[0]):
            return f"{metric.name} is not defined on these items (are all targets of one class?)."
    return None


@dataclass(frozen=True)
class Paired:
    """Two candidates on the n items that both have, in the same order."""

    metric: Metric
    a: Sequence[Column]
    """One for each seed of A."""
    b: Sequence[Column]
    places: NDArray[np.int64]
    """(n,) of the items in A's first run."""
    groups: NDArray[np.int64] | None
    """(n,) cluster codes."""
    others: int
    """Items that only one of the two has."""
    unscored: int
    """Items of both that one of the two has no score for, in a metric without a worst value."""

    @property
    def n(self) -> int:
        """Items."""
        return len(self.places)

    @property
    def binary(self) -> bool:
        """Whether every score is 0 or 1."""
        return self.metric.is_mean and all(_binary(column) for column in (*self.a, *self.b))


def pair(metric: Metric, a: Sequence[Scores], b: Sequence[Scores]) -> Paired:
    """The scores of two candidates on the items of both.

    Raises:
        ComparisonError: no item in common.
    """
    places, others = common([*a, *b])
    if len(places[0]) == 0:
        raise ComparisonError("the two have no item in common.")
    columns = [s.columns[metric.name].taken(p) for s, p in zip([*a, *b], places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    if not keep.any():
        raise ComparisonError(f"the two have no item in common that both have a score for in {metric.name}.")
    columns = [c.taken(keep) for c in columns]
    codes = a[0].clusters
    groups = None if codes is None else codes[places[0]][keep]
    return Paired(
        metric, columns[: len(a)], columns[len(a) :], places[0][keep], groups, others, int(len(keep) - keep.sum())
    )


def compare(
    metric: Metric, a: Sequence[Scores], b: Sequence[Scores], against: str, rng: np.random.Generator
) -> Comparison:
    """How much better A is than B in a metric, paired on the items of both.

    Raises:
        ComparisonError: no item in common.
    """
    return difference(pair(metric, a, b), against, rng)


def difference(paired: Paired, against: str, rng: np.random.Generator, level: float = _LEVEL) -> Comparison:
    """How much better A is than B, by the method that fits metric and scores."""
    metric, a, b, groups, n = paired.metric, paired.a, paired.b, paired.groups, paired.n
    if len(a) > 1 or len(b) > 1:
        both = multi_bootstrap(
            _seeded(metric, a),
            DRAWS,
            rng,
            baseline=_seeded(metric, b),
            groups=groups,
            level=level,
            bounds=_range(metric),
        )
        method = "items and seeds resampled crossed"
        return Comparison(against, both.value, both.low, both.high, both.p_value, n, method)
    if metric.is_mean:
        means = compare_means(a[0].numbers, b[0].numbers, groups, paired.binary, rng, level=level)
        return Comparison(against, means.difference, means.low, means.high, means.p_value, n, means.method)
    drawn = paired_bootstrap(
        metric.aggregate,
        a[0].values,
        a[0].codes,
        b[0].values,
        b[0].codes,
        draws=DRAWS,
        rng=rng,
        groups=groups,
        level=level,
        bounds=_range(metric),
    )
    return Comparison(against, drawn.value, drawn.low, drawn.high, drawn.p_value, n, "paired bootstrap")


def joint_figures(
    sides: Sequence[Side], draws: int, rng: np.random.Generator, groups: NDArray[np.int64] | None
) -> JointDraws:
    """The figures of several candidates in the same resamples of their common items.

    Of `MANY` items or clusters and more the draws are normal ones, which is the same to all digits that count.
    """
    if _many(sides, groups):
        return normal_draws(sides, draws, rng, groups)
    return joint_draws(sides, draws, rng, groups)


def _many(sides: Sequence[Side | Column], groups: NDArray[np.int64] | None) -> bool:
    units = len(np.asarray(sides[0].codes)) if groups is None else int(np.count_nonzero(np.bincount(groups)))
    return units >= MANY and all(len(side.values) <= MOST_VALUES for side in sides)


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
    columns = [s.columns[metric.name].taken(p) for s, p in zip(runs, places, strict=True)]
    keep = np.all([c.codes >= 0 for c in columns], axis=0)
    if not keep.any():
        raise ComparisonError(f"no item has a score in {metric.name} under every seed.")
    codes = runs[0].clusters
    groups = None if codes is None else codes[places[0]][keep]
    seeded = _seeded(metric, [c.taken(keep) for c in columns])
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
    groups = scores.clusters
    return column.taken(keep), None if groups is None else groups[keep], int(scores.without_answer.sum())


def _seeded(metric: Metric, columns: Sequence[Column]) -> Seeded:
    """The columns of several seeds over one list of distinct values."""
    values: dict[Any, int] = {}
    tables = [np.asarray([values.setdefault(v, len(values)) for v in c.values], dtype=np.int64) for c in columns]
    codes = np.stack([table[c.codes] for table, c in zip(tables, columns, strict=True)])
    return Seeded(metric.aggregate, Values(values), codes)


def _binary(column: Column) -> bool:
    return all(v in (0, 1) for v in column.values)


def _range(metric: Metric) -> tuple[float, float] | None:
    """Of a difference."""
    if metric.bounds is None:
        return None
    width = metric.bounds[1] - metric.bounds[0]
    return (-width, width)
