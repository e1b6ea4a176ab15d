"""Two candidates scored by a judge on all items and by people on some: the difference that people would find."""

from collections.abc import Mapping

import numpy as np

from harness.compare import Flip, PairedComparison, claims_of
from harness.data.table import group_codes
from harness.errors import ComparisonError
from harness.estimate import Comparison
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
        ComparisonError: no item in common, fewer than two labelled ones, none without a label, or a negative margin.
    """
    if margin < 0:
        raise ComparisonError(f"the margin is 0 or more, found {margin:g}.")
    shared = [item for item in a if item in b]
    labelled = [item for item in shared if a[item][1] is not None and b[item][1] is not None]
    rest = [item for item in shared if item not in set(labelled)]
    if not shared:
        raise ComparisonError("the two have no item in common.")
    if len(labelled) < 2 or not rest:
        raise ComparisonError(
            f"of {len(shared)} items of both, {len(labelled)} have a human label for both: some must, and some not. "
            "With a label on every item compare the labels: --metric gold."
        )
    codes = group_codes([groups.get(item) for item in (*labelled, *rest)])
    if codes is not None and len(np.unique(codes[: len(labelled)])) < 2:
        raise ComparisonError("the labelled items belong to one group; at least 2 groups are needed.")
    low, high = metric.bounds or (None, None)
    bounds = None if low is None or high is None else (low - high, high - low)

    def at(level: float) -> Comparison:
        found = judged_difference(
            (np.array([a[i][1] for i in labelled], dtype=float), np.array([b[i][1] for i in labelled], dtype=float)),
            (np.array([a[i][0] for i in labelled]), np.array([b[i][0] for i in labelled])),
            (np.array([a[i][0] for i in rest]), np.array([b[i][0] for i in rest])),
            groups=None if codes is None else codes[: len(labelled)],
            groups_unlabelled=None if codes is None else codes[len(labelled) :],
            level=level,
            bounds=bounds,
        )
        method = f"PPI++, {found.labelled} human labels, judge relied on by {found.tuning:.0%}"
        return Comparison(names[1], found.value, found.low, found.high, float("nan"), len(shared), method)

    wide, narrow = at(0.95), at(0.90)
    few = (f"{len(labelled)} human labels are few: the interval may not cover as it says.",)
    return PairedComparison(
        a=names[0],
        b=names[1],
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        margin=margin,
        n=len(shared),
        groups=0 if codes is None else len(np.unique(codes)),
        others=len(a) + len(b) - 2 * len(shared),
        unscored=0,
        failed=(0, 0),
        estimates=None,
        difference=wide,
        claimed=claims_of(narrow.low, narrow.high, margin, higher_is_better=metric.higher_is_better),
        table=None,
        flips=tuple(Flip(i, a[i][1], b[i][1]) for i in labelled if a[i][1] != b[i][1]),
        warnings=few if len(labelled) < FEWEST else (),
        kind="judged",
    )
