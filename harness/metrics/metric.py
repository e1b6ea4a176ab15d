"""What a metric is."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.errors import ConfigError
from harness.metrics.arrays import FloatArray

Score = Hashable
"""What one item contributes: 0 or 1, a number, or e.g. a (target, answer) pair."""
Aggregate = Callable[[Sequence[Any], NDArray[Any]], NDArray[np.float64]]
"""`(values, counts) -> array of B`: `values` are the u distinct scores, `counts` is B x u and says how often
each stands in each resample. The point estimate is one row, a bootstrap is the same call with B rows."""


def mean(values: Sequence[Any], counts: NDArray[Any]) -> NDArray[np.float64]:
    """The plain mean of numeric scores, for each row of `counts`."""
    weights = np.asarray(counts, dtype=np.float64)
    result: NDArray[np.float64] = weights @ np.asarray(values, dtype=np.float64) / weights.sum(axis=1)
    return result


@dataclass(frozen=True)
class Sort:
    """Items of one sort that a figure rests on, however many others there are: of a class, the positive ones."""

    held: FloatArray
    """(u,) how many of its units (items, spans) an item with each distinct score holds."""
    seen: FloatArray
    """(u,) what those units did, e.g. the share that was found: where it is the same for all, resamples cannot tell
    how else they could do."""
    part: float = 1.0
    """Of the figure that rests on this sort: one of 3 classes makes a third of a macro average."""


@dataclass(frozen=True)
class Intervals:
    """How the intervals of one run are made, where there is a choice."""

    proportion: Literal["wilson", "clopper-pearson", "beta-binomial"] = "wilson"
    """Of scores of 0 and 1."""
    aggregate: Literal["percentile", "bca"] = "percentile"
    """Of a figure that is no mean: which quantiles of the bootstrap."""


@dataclass(frozen=True)
class Metric:
    """A score per item and the rule that makes one figure of many scores."""

    name: str
    score: Callable[[Any, Any], Score]
    """`(target, answer) -> score`, called with an answer that is there; see `needs`."""
    failed: Callable[[Any], Score] | None
    """`target -> score` of an item that failed or whose answer could not be parsed. None where the metric has
    no worst value: it is then computed over the answered, and no requirement on it is met while items failed."""
    aggregate: Aggregate = mean
    higher_is_better: bool = True
    bounds: tuple[float, float] | None = (0.0, 1.0)
    """Smallest and largest value that the figure can take."""
    percent: bool = True
    """Whether people read it as a percentage."""
    needs: Literal["answer", "record", "judge"] = "answer"
    """"record" for a metric of more than the answer (confidences, what was retrieved): `score` is then
    `(Item, Answered) -> score`, called also where the answer could not be parsed, and `failed` is `Item -> score`
    of an item without a reply. A score of None says that the metric does not apply to the item. "judge" for one whose
    scores are a judge's: see `harness.metrics.judged`."""
    support: Callable[[Sequence[Any], NDArray[Any]], Sequence[Sort]] | None = None
    """`(values, counts of u)` to what the figure rests on, e.g. the positive items, which may be few or in few groups.
    None where it is all items alike."""
    applies: Callable[[Iterable[Any]], bool] | None = None
    """`Answered -> bool` over all of a run's: whether a metric of records says anything of that run. None is always."""
    instead: tuple[str, ...] = ()
    """Metrics to rank and compare by in its place, where neither a higher nor a lower figure is a better one."""
    both_ways: str = ""
    """Why a requirement on one side of it would say nothing, and what to bound; empty where it does say something."""
    empty: str = "are all targets of one class?"
    """Why its figure may be no number; a share says so itself."""
    intervals: Intervals = Intervals()
    """How its intervals are made."""

    @property
    def is_mean(self) -> bool:
        """Whether the figure is the mean of the scores, so that closed-form intervals hold."""
        return self.aggregate is mean


def check_ordered(metric: Metric, where: str) -> None:
    """Refuses to rank or compare by a metric that has no better and worse.

    Raises:
        ConfigError: names those to take.
    """
    if metric.instead:
        raise ConfigError(
            f"{where}: {metric.name} tells no better from worse. Take {' or '.join(metric.instead)}; {metric.name} may "
            "stand beside it, under also."
        )
