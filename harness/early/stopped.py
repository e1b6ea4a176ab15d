"""Figures of runs that were ended as soon as they were decided: anytime-valid ones, and none of a fixed number."""

from collections.abc import Sequence
from itertools import islice

import msgspec
import numpy as np

from harness.early.pairs import OPPOSITE
from harness.errors import ComparisonError, counted
from harness.estimate import Comparison, Estimate
from harness.figures.columns import LEVEL, ONE_SIDED
from harness.metrics.metric import Metric
from harness.run.manifest import Decided, Manifest, Saved
from harness.run.sampling import sampled
from harness.scores import Scores
from harness.stats.sequential import ConfidenceSequence
from harness.types import Item

METHOD = "confidence sequence, stopped when decided"


def ended_early(manifest: Manifest, scored: int, items: int) -> bool:
    """Whether a run has fewer items than the task because its comparisons were decided."""
    return manifest.saved is not None and scored < items


def decided_pair(a: str, of_a: Sequence[Manifest], b: str, of_b: Sequence[Manifest]) -> Decided | None:
    """A against B as it stood when the runs were ended, from whichever of the two wrote it down."""
    for manifest in of_a:
        for pair in manifest.decided:
            if pair.against == b:
                return pair
    for manifest in of_b:
        for pair in manifest.decided:
            if pair.against == a:
                return msgspec.structs.replace(
                    pair,
                    against=b,
                    difference=-pair.difference,
                    low=-pair.high,
                    high=-pair.low,
                    decision=OPPOSITE.get(pair.decision, pair.decision),
                )
    return None


def decided_comparison(a: str, of_a: Sequence[Manifest], b: str, of_b: Sequence[Manifest]) -> Comparison | None:
    """The same as a comparison, A minus B."""
    pair = decided_pair(a, of_a, b, of_b)
    return None if pair is None else as_comparison(pair)


def as_comparison(pair: Decided) -> Comparison:
    """What is known of a pair: no p-value, which would be of a fixed number of items."""
    return Comparison(pair.against, pair.difference, pair.low, pair.high, float("nan"), pair.n, METHOD)


def looked_at(manifests: Sequence[Manifest]) -> int:
    """Items of a candidate that its pairs have looked at: what was in flight besides was not looked at."""
    return max((pair.n for manifest in manifests for pair in manifest.decided), default=0)


def first_items(primary: Metric, runs: Sequence[Scores], test: Sequence[Item], n: int) -> list[Scores]:
    """The runs cut to the first n items in the order of the sequence, which has groups whole.

    Args:
        primary: the metric that the sequence is of.
        runs: of one candidate or of two.
        test: all items of the task.
        n: items that the sequence looked at.
    """
    places = [{run.ids[i]: i for i in np.flatnonzero(run.columns[primary.name].codes >= 0).tolist()} for run in runs]
    drawn = (item.id for item in sampled(test, None, 0, whole_groups=True))
    ids = list(islice((name for name in drawn if all(name in place for place in places)), n))
    return [
        run.taken(np.array([place[name] for name in ids], dtype=np.int64))
        for run, place in zip(runs, places, strict=True)
    ]


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


def holds_at_all_times(metric: Metric) -> bool:
    """Whether a metric has an interval that is valid although the data ended the run: a mean between two bounds."""
    return metric.is_mean and metric.bounds is not None and metric.failed is not None and metric.needs != "judge"


def sequence_estimate(metric: Metric, runs: Sequence[Scores], narrow: float = ONE_SIDED) -> Estimate:
    """The figure over the items that were looked at, with an interval that is valid although the data ended the run.

    Args:
        metric: of which.
        runs: one per seed, on the same items in the order of the sequence: see `first_items`.
        narrow: level of the two-sided interval whose ends are the one-sided bounds.

    Raises:
        ComparisonError: no item has a score.
    """
    columns = [run.columns[metric.name] for run in runs]
    scored = np.all([column.codes >= 0 for column in columns], axis=0)
    if not scored.any() or metric.bounds is None:
        raise ComparisonError(f"no item has a score in {metric.name}.")
    values = np.mean([column.taken(scored).numbers for column in columns], axis=0)
    codes = runs[0].clusters
    groups = None if codes is None else codes[scored]
    largest = 1 if groups is None else int(np.bincount(groups).max())
    wide, ends = (
        ConfidenceSequence(metric.bounds, 1 - level, 1, largest).update(values, groups) for level in (LEVEL, narrow)
    )
    missing = int(sum(run.without_answer.sum() for run in runs))
    return Estimate(float(values.mean()), wide.low, wide.high, ends.low, ends.high, LEVEL, len(values), missing, METHOD)


def saved_in_all(manifests: Sequence[Manifest]) -> Saved | None:
    """What ending the runs of one candidate saved; None where none was ended."""
    parts = [m.saved for m in manifests if m.saved is not None]
    if not parts:
        return None
    known = [part.usd for part in parts if part.usd is not None]
    usd = sum(known) if len(known) == len(parts) else None
    return Saved(sum(part.items for part in parts), sum(part.calls for part in parts), usd)


def saved_in_words(saved: Saved) -> str:
    """E.g. `saved 1,803 items, about 1,803 calls and $6.31`."""
    if not saved.calls:
        return f"saved {counted(saved.items, 'item')}"
    usd = "an unknown cost" if saved.usd is None else f"${saved.usd:,.2f}" if saved.usd >= 1 else f"${saved.usd:.2g}"
    return f"saved {counted(saved.items, 'item')}, about {counted(round(saved.calls), 'call')} and {usd}"
