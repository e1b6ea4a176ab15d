"""Figures of runs that were ended as soon as they were decided: anytime-valid ones, and none of a fixed number."""

from collections.abc import Sequence

import msgspec
import numpy as np

from harness.data.table import group_codes
from harness.errors import ComparisonError
from harness.estimate import Comparison, Estimate
from harness.metrics.metric import Metric
from harness.run.manifest import Decided, Manifest
from harness.run.sampling import sampled
from harness.scores import Column, Scores
from harness.stats.sequential import ConfidenceSequence
from harness.types import Item

METHOD = "confidence sequence, stopped when decided"
FIXED = "Stopped when the comparison was decided: the interval holds for a number of items fixed beforehand only."


def ended_early(manifest: Manifest, scored: int, items: int) -> bool:
    """Whether a run has fewer items than the task because its comparisons were decided."""
    return manifest.saved is not None and scored < items


def decided_comparison(a: str, of_a: Sequence[Manifest], b: str, of_b: Sequence[Manifest]) -> Comparison | None:
    """A minus B as it stood when the runs were ended, from whichever of the two wrote it down."""
    for manifest in of_a:
        for pair in manifest.decided:
            if pair.against == b:
                return _comparison(pair, b, 1)
    for manifest in of_b:
        for pair in manifest.decided:
            if pair.against == a:
                return _comparison(pair, b, -1)
    return None


def best_of_pairs(pairs: dict[tuple[str, str], Comparison], *, higher_is_better: bool) -> Comparison | None:
    """The best of one group against the best of another from intervals of all their pairs, which hold together.

    The difference of the maxima is max over a of min over b of d_ab and grows with each d_ab, so that bounds on all
    give bounds on it: see `harness.stats.simultaneous.best_of`.
    """
    if not pairs:
        return None
    sign = 1 if higher_is_better else -1
    firsts, seconds = (list(dict.fromkeys(names)) for names in zip(*pairs, strict=True))

    def table(part: str) -> np.ndarray:
        return np.array([[sign * getattr(pairs[a, b], part) for b in seconds] for a in firsts])

    value, one, other = table("difference"), table("low"), table("high")
    low, high = (one, other) if higher_is_better else (other, one)
    best_a, best_b = int(value.min(axis=1).argmax()), int(value.max(axis=0).argmin())
    return Comparison(
        against=f"{firsts[best_a]} - {seconds[best_b]}",
        difference=float(value.min(axis=1).max()),
        low=float(low.max(axis=0).min()),
        high=float(high.min(axis=1).max()),
        p_value=float("nan"),
        n=min(pair.n for pair in pairs.values()),
        method=METHOD,
    )


def sequence_estimate(metric: Metric, runs: Sequence[Scores], test: Sequence[Item]) -> Estimate:
    """The figure over the items that were looked at, with an interval that is valid although the data ended the run.

    Raises:
        ComparisonError: no item has a score.
    """
    scores = [_by_item(run, run.columns[metric.name]) for run in runs]
    items = [item for item in sampled(test, None, 0, whole_groups=True) if all(item.id in one for one in scores)]
    if not items or metric.bounds is None:
        raise ComparisonError(f"no item has a score in {metric.name}.")
    values = np.array([[one[item.id] for item in items] for one in scores]).mean(axis=0)
    groups = group_codes([item.group for item in items])
    largest = 1 if groups is None else int(np.bincount(groups).max())
    wide, narrow = (
        ConfidenceSequence(metric.bounds, alpha, 1, largest).update(values, groups) for alpha in (0.05, 0.10)
    )
    missing = int(sum(run.without_answer.sum() for run in runs))
    return Estimate(
        float(values.mean()), wide.low, wide.high, narrow.low, narrow.high, 0.95, len(items), missing, METHOD
    )


def _by_item(run: Scores, column: Column) -> dict[str, float]:
    scored = np.flatnonzero(column.codes >= 0)
    return dict(zip([run.ids[i] for i in scored.tolist()], column.taken(scored).numbers.tolist(), strict=True))


def as_fixed(estimate: Estimate) -> Estimate:
    """The estimate with a warning that its interval does not know when the run was ended."""
    return msgspec.structs.replace(estimate, warning=FIXED)


def _comparison(pair: Decided, against: str, sign: int) -> Comparison:
    low, high = sorted((sign * pair.low, sign * pair.high))
    return Comparison(against, sign * pair.difference, low, high, float("nan"), pair.n, METHOD)
