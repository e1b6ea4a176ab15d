"""Whether one run is worse than another by more than a margin."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from harness.compare.flips import flips
from harness.errors import ComparisonError
from harness.figures.columns import ONE_SIDED
from harness.figures.paired import difference, pair
from harness.metrics.metric import Metric
from harness.scores import Scores
from harness.stats.equivalence import claims


class Loss(StrEnum):
    """Whether it is worse by more than the margin."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


def loss_beyond(
    metric: Metric, a: Sequence[Scores], b: Sequence[Scores], margin: float, rng: np.random.Generator
) -> Loss:
    """Whether A is worse than B by more than the margin, by one-sided 95 % bounds on the same items.

    Args:
        metric: in whose units the margin is.
        a: one for each seed.
        b: the same.
        margin: 0 or more.
        rng: for a bootstrap.
    """
    try:
        paired = pair(metric, a, b)
    except ComparisonError:
        return Loss.OPEN
    if not flips(paired, a[0]):
        return Loss.NO
    narrow = difference(paired, "", rng, ONE_SIDED)
    low, high = (narrow.low, narrow.high) if metric.higher_is_better else (-narrow.high, -narrow.low)
    if claims(-high, -low, margin).superior_by_margin:
        return Loss.YES
    return Loss.NO if claims(low, high, margin).non_inferior else Loss.OPEN
