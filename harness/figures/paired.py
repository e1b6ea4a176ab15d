"""Two candidates on the items of both: their scores side by side, and the difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.figures.columns import DRAWS, LEVEL, METHODS, binary, seeded
from harness.figures.units import Resampled, concerned, grounded, of_difference, rests_on
from harness.metrics.metric import Metric
from harness.scores import Column, Scores, common
from harness.stats.bootstrap import Bootstrapped, paired_bootstrap
from harness.stats.multiseed import MultiSeed, multi_bootstrap
from harness.stats.paired import compare_means


@dataclass(frozen=True)
class Paired:
    """Two candidates on the n items that both have, in the same order."""

    metric: Metric
    a: Sequence[Column]
    """One for each seed of A; a single one where all seeds scored the same."""
    b: Sequence[Column]
    places: NDArray[np.int64]
    """(n,) of the items in A's first run; of a share those that hold a unit of it, e.g. the items of one class."""
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
        return self.metric.is_mean and all(binary(column) for column in (*self.a, *self.b))


def pair(metric: Metric, a: Sequence[Scores], b: Sequence[Scores]) -> Paired:
    """The scores of two candidates on the items of both.

    Raises:
        ComparisonError: no item in common.
    """
    places, others = common([*a, *b])
    if len(places[0]) == 0:
        raise ComparisonError("the two have no item in common.")
    columns = [s.columns[metric.name].taken(p) for s, p in zip([*a, *b], places, strict=True)]
    scored = np.all([c.codes >= 0 for c in columns], axis=0)
    keep = scored & concerned(metric, columns)
    if not keep.any():
        raise ComparisonError(f"the two have no item in common that both have a score for in {metric.name}.")
    columns = [c.taken(keep) for c in columns]
    codes = a[0].clusters
    groups = None if codes is None else codes[places[0]][keep]
    ours, theirs = of_seeds(columns[: len(a)]), of_seeds(columns[len(a) :])
    return Paired(metric, ours, theirs, places[0][keep], groups, others, int(len(scored) - scored.sum()))


def of_seeds(columns: Sequence[Column]) -> Sequence[Column]:
    """One column where every seed scored the same: asked again, what is deterministic is no further evidence."""
    return columns[:1] if all(columns[0].same_as(column) for column in columns[1:]) else columns


def compare(
    metric: Metric, a: Sequence[Scores], b: Sequence[Scores], against: str, rng: np.random.Generator
) -> Comparison:
    """How much better A is than B in a metric, paired on the items of both.

    Raises:
        ComparisonError: no item in common.
    """
    return difference(pair(metric, a, b), against, rng)


def difference(paired: Paired, against: str, rng: np.random.Generator, level: float = LEVEL) -> Comparison:
    """How much better A is than B, by the method that fits metric and scores."""
    metric, a, b, groups, n = paired.metric, paired.a, paired.b, paired.groups, paired.n
    bounds = difference_range(metric)
    single = len(a) == len(b) == 1
    if metric.is_mean and single:
        means = compare_means(a[0].numbers, b[0].numbers, groups, paired.binary, rng, level=level, bounds=bounds)
        return Comparison(against, means.difference, means.low, means.high, means.p_value, n, means.method)
    drawn: Bootstrapped | MultiSeed
    if single:
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
            method=metric.intervals.aggregate,
            bounds=bounds,
        )
        method = f"paired bootstrap{METHODS[drawn.method]}"
    else:
        drawn = multi_bootstrap(
            seeded(metric, a), DRAWS, rng, baseline=seeded(metric, b), groups=groups, level=level, bounds=bounds
        )
        method = "items and seeds resampled crossed"
    footing = of_difference([rests_on(metric, columns, groups) for columns in (a, b)])
    found = Resampled(drawn.value, drawn.standard_error, level, drawn.low, drawn.high)
    low, high = grounded(found, footing, bounds)
    return Comparison(against, drawn.value, low, high, drawn.p_value, n, method)


def difference_range(metric: Metric) -> tuple[float, float] | None:
    """Of the difference of two figures; None where the metric has no bounds."""
    if metric.bounds is None:
        return None
    width = metric.bounds[1] - metric.bounds[0]
    return (-width, width)
