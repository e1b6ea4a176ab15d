"""The items that two candidates scored differently."""

import math
from typing import Any

import numpy as np

from harness.compare.result import Flip
from harness.figures.paired import Paired
from harness.metrics.metric import Metric
from harness.scores import Scores


def flips(paired: Paired, run: Scores) -> tuple[Flip, ...]:
    """The items that the two scored differently; `run` is A's first."""
    a, b = (_shown(paired.metric, columns) for columns in (paired.a, paired.b))
    wrong = [i for i in range(paired.n) if a[i] != b[i]]
    wrong.sort(key=lambda i: (-_distance(a[i], b[i]), paired.metric.is_mean and a[i] < b[i]))
    return tuple(Flip(run.ids[paired.places[i]], a[i], b[i]) for i in wrong)


def _distance(a: Any, b: Any) -> float:
    """Between two scores: of pairs such as a confidence and a target the sum; 0 where they are no numbers."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return sum(_distance(one, other) for one, other in zip(a, b, strict=False))
    numbers = all(isinstance(score, (int, float)) and math.isfinite(score) for score in (a, b))
    return float(abs(a - b)) if numbers else 0.0


def _shown(metric: Metric, columns: Any) -> list[Any]:
    """The score of each item: the mean over seeds where there is one, else what the first seed scored."""
    if metric.is_mean:
        means: list[Any] = np.mean([c.numbers for c in columns], axis=0).tolist()
        return means
    return [columns[0].values[code] for code in columns[0].codes]
