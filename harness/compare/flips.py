"""The items that two candidates scored differently."""

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
    if paired.metric.is_mean:
        wrong.sort(key=lambda i: (-abs(a[i] - b[i]), a[i] < b[i]))
    return tuple(Flip(run.ids[paired.places[i]], a[i], b[i]) for i in wrong)


def _shown(metric: Metric, columns: Any) -> list[Any]:
    """The score of each item: the mean over seeds where there is one, else what the first seed scored."""
    if metric.is_mean:
        means: list[Any] = np.mean([c.numbers for c in columns], axis=0).tolist()
        return means
    return [columns[0].values[code] for code in columns[0].codes]
