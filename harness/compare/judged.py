"""Two candidates scored by a judge on all items and by people on some: the difference that people would find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.compare.claims import check_margin, claims_of
from harness.compare.result import Flip, PairedComparison
from harness.data.table import group_codes
from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.figures.columns import LEVEL, ONE_SIDED
from harness.figures.paired import difference_range
from harness.metrics.metric import Metric
from harness.stats.judged import judged_difference

FEWEST = 20
"""Labelled items, with fewer of which the interval may not cover as it says."""
Judged = Mapping[str, tuple[float, float | None]]
"""By item the judge's score and the human label, None where there is none."""


def compare_judged(
    metric: Metric, names: tuple[str, str], a: Judged, b: Judged, groups: Mapping[str, str], margin: float
) -> PairedComparison:
    """The paired difference of the human labels, prediction-powered (PPI++, arXiv 2311.01453).

    The items with labels must be a random part of all.

    Args:
        metric: for its name, direction and range.
        names: of A and B.
        a: A's scores and labels.
        b: B's.
        groups: by item; empty where items have none.
        margin: the smallest difference that matters.

    Raises:
        ComparisonError: no item in common, fewer than two labelled ones, none without a label, or a margin that cannot
            be.
    """
    check_margin(metric, margin)
    both = _both(a, b, groups)
    wide, narrow = (_difference(metric, names[1], both, level) for level in (LEVEL, ONE_SIDED))
    n, labelled = len(both.items), len(both.labelled)
    few = (f"{labelled} human labels are few: the interval may not cover as it says.",)
    return PairedComparison(
        a=names[0],
        b=names[1],
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        margin=margin,
        n=n,
        groups=0 if both.groups is None else len(np.unique(both.groups)),
        others=len(a) + len(b) - 2 * n,
        unscored=0,
        failed=(0, 0),
        estimates=None,
        difference=wide,
        claimed=claims_of(wide, narrow, margin, higher_is_better=metric.higher_is_better),
        table=None,
        flips=tuple(Flip(i, a[i][1], b[i][1]) for i in both.labelled if a[i][1] != b[i][1]),
        warnings=few if labelled < FEWEST else (),
        kind="judged",
    )


@dataclass(frozen=True)
class _Both:
    """The items of both, those with a human label for both first."""

    a: Judged
    b: Judged
    labelled: Sequence[str]
    rest: Sequence[str]
    groups: NDArray[np.int64] | None
    """(n,) cluster codes in the order of `items`."""

    @property
    def items(self) -> Sequence[str]:
        return [*self.labelled, *self.rest]

    def labels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What people say of A and B."""
        a, b = (np.array([side[item][1] for item in self.labelled], dtype=float) for side in (self.a, self.b))
        return a, b

    def scores(self, items: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the judge says of A and B."""
        a, b = (np.array([side[item][0] for item in items], dtype=float) for side in (self.a, self.b))
        return a, b


def _both(a: Judged, b: Judged, groups: Mapping[str, str]) -> _Both:
    shared = [item for item in a if item in b]
    if not shared:
        raise ComparisonError("the two have no item in common.")
    labelled = [item for item in shared if a[item][1] is not None and b[item][1] is not None]
    without = set(shared) - set(labelled)
    rest = [item for item in shared if item in without]
    if len(labelled) < 2 or not rest:
        raise ComparisonError(
            f"of {len(shared)} items of both, {len(labelled)} have a human label for both: some must, and some not. "
            "With a label on every item compare the labels: --metric gold."
        )
    codes = group_codes([groups.get(item) for item in (*labelled, *rest)])
    if codes is not None and len(np.unique(codes[: len(labelled)])) < 2:
        raise ComparisonError("the labelled items belong to one group; at least 2 groups are needed.")
    return _Both(a, b, labelled, rest, codes)


def _difference(metric: Metric, against: str, both: _Both, level: float) -> Comparison:
    labelled = len(both.labelled)
    found = judged_difference(
        both.labels(),
        both.scores(both.labelled),
        both.scores(both.rest),
        groups=None if both.groups is None else both.groups[:labelled],
        groups_unlabelled=None if both.groups is None else both.groups[labelled:],
        level=level,
        bounds=difference_range(metric),
    )
    method = f"PPI++, {found.labelled} human labels, judge relied on by {found.tuning:.0%}"
    return Comparison(against, found.value, found.low, found.high, float("nan"), len(both.items), method)
