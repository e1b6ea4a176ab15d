"""Learning curves: the primary metric against the number of labels, for every candidate that uses labels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from harness.errors import RunError
from harness.metrics.metric import Metric
from harness.run.sampling import sampled
from harness.scores import Scores
from harness.stats.crossing import crossing, more_labels
from harness.stats.curve import LearningCurve, curve_at, fit_curve, flat_curve
from harness.task import Task
from harness.types import Rung

AHEAD = 2.0
"""More labels are asked about for so many times the largest size."""


class Measured(msgspec.Struct, frozen=True):
    """One candidate with so many labels."""

    labels: int
    draw: int
    """Which draw of labels; 0 for a candidate that uses none."""
    score: float


class Point(msgspec.Struct, frozen=True):
    """The fitted curve at one size."""

    labels: float
    value: float
    low: float
    """Lower end of the 95 % band of the draws."""
    high: float
    extrapolated: bool
    doubts: tuple[str, ...]


class CandidateCurve(msgspec.Struct, frozen=True):
    """One candidate's curve."""

    name: str
    rung: Rung
    measured: tuple[Measured, ...]
    points: tuple[Point, ...] = ()
    """At the sizes measured and at twice the largest; empty where too few sizes were measured."""
    more: str = ""
    """Whether more labels would help, in words."""
    missing: str | None = None
    """Why there is no curve."""


class Overtaking(msgspec.Struct, frozen=True):
    """From how many labels on a trained candidate is ahead of one of prompting or RAG."""

    challenger: str
    incumbent: str
    labels: float | None
    low: float | None
    high: float | None
    share: float
    """Of the resampled curves, those that overtake by `limit`."""
    limit: float
    doubts: tuple[str, ...]


class Curves(msgspec.Struct, frozen=True):
    """The learning curves of a task."""

    task: str
    metric: str
    higher_is_better: bool
    sizes: tuple[int, ...]
    draws: int
    items: int
    """Test items, the same for all."""
    margin: float
    candidates: tuple[CandidateCurve, ...]
    overtaking: tuple[Overtaking, ...]


@dataclass(frozen=True)
class Trial:
    """A candidate's scores with so many labels."""

    candidate: str
    labels: int
    draw: int
    used: int
    """Labels that the candidate has used; 0 for one that uses none."""
    scores: Scores


def with_labels(task: Task, size: int, draw: int) -> Task:
    """The task with `size` of its labelled items; a draw is nested: more labels hold the fewer ones."""
    labelled = [*task.train, *task.validation]
    if size > len(labelled):
        raise RunError(f"{task.name} has {len(labelled)} labelled items, fewer than the size {size}.")
    return replace(task, train=sampled(labelled, size, draw), validation=())


def figure(metric: Metric, scores: Scores) -> float:
    """The metric's value over one run.

    Raises:
        RunError: no item has a score.
    """
    column = scores.columns[metric.name]
    codes = column.codes[column.codes >= 0]
    if not len(codes):
        raise RunError(f"no item has a score in {metric.name}.")
    return float(metric.aggregate(column.values, np.bincount(codes, minlength=len(column.values))[None, :])[0])


def build_curves(
    task: Task,
    rungs: Mapping[str, Rung],
    trials: Sequence[Trial],
    sizes: Sequence[int],
    draws: int,
    missing: Mapping[str, str],
    rng: np.random.Generator,
) -> Curves:
    """Fits the curves and says where they cross.

    Args:
        task: with all its labels.
        rungs: by candidate, in the order to show them in.
        trials: what was measured.
        sizes: numbers of labels that were asked for.
        draws: draws of labels for each size.
        missing: why a candidate has no trials.
        rng: for the resampled curves.
    """
    metric = task.primary
    measured = {name: _measured(metric, [t for t in trials if t.candidate == name]) for name in rungs}
    fitted = {name: _fit(found, metric, rng) for name, found in measured.items()}
    candidates = tuple(
        _candidate(name, rung, measured[name], fitted[name], task, missing.get(name)) for name, rung in rungs.items()
    )
    light = [name for name, rung in rungs.items() if rung in (Rung.PROMPTING, Rung.RAG)]
    trained = [name for name, rung in rungs.items() if rung is Rung.TRAINED]
    pairs = ((a, b) for a in trained for b in light)
    return Curves(
        task=task.name,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        sizes=tuple(sizes),
        draws=draws,
        items=max((len(t.scores) for t in trials), default=0),
        margin=task.requirement.margin,
        candidates=candidates,
        overtaking=tuple(_overtakings(pairs, fitted)),
    )


def run_trials(
    names: Sequence[str],
    sizes: Sequence[int],
    draws: int,
    measure: Callable[[str, int, int], Trial | str],
) -> tuple[list[Trial], dict[str, str]]:
    """Measures every candidate at every size; one that turns out to use no labels once only.

    Args:
        names: of the candidates.
        sizes: numbers of labels.
        draws: for each size.
        measure: `(candidate, size, draw)` gives a trial, or why the candidate cannot do it.
    """
    trials: list[Trial] = []
    missing: dict[str, str] = {}
    for name in names:
        for size, draw in ((s, d) for s in sorted(sizes) for d in range(1, draws + 1)):
            found = measure(name, size, draw)
            if isinstance(found, str):
                missing[name] = f"with {size} labels: {found}"
                continue
            trials.append(found)
            if found.used == 0:
                break
    return trials, missing


def _measured(metric: Metric, trials: Sequence[Trial]) -> tuple[Measured, ...]:
    return tuple(Measured(t.labels if t.used else 0, t.draw if t.used else 0, figure(metric, t.scores)) for t in trials)


def _fit(measured: Sequence[Measured], metric: Metric, rng: np.random.Generator) -> LearningCurve | None:
    if not measured:
        return None
    better = metric.higher_is_better
    if all(m.labels == 0 for m in measured):
        return flat_curve([m.score for m in measured], rng, higher_is_better=better)
    try:
        return fit_curve([m.labels for m in measured], [m.score for m in measured], rng, higher_is_better=better)
    except ValueError:
        return None


def _candidate(
    name: str,
    rung: Rung,
    measured: tuple[Measured, ...],
    curve: LearningCurve | None,
    task: Task,
    missing: str | None,
) -> CandidateCurve:
    if curve is None:
        few = "a curve needs 5 sizes, or 3 with several draws each" if measured else None
        return CandidateCurve(name, rung, measured, missing="; ".join(filter(None, (missing, few))) or None)
    if not np.isfinite(curve.largest):
        return CandidateCurve(name, rung, measured, more="It uses no labels.", missing=missing)
    at = [*sorted({m.labels for m in measured}), AHEAD * curve.largest]
    points = [curve_at(curve, labels, bounds=task.primary.bounds) for labels in at]
    return CandidateCurve(
        name,
        rung,
        measured,
        tuple(Point(p.labels, p.value, p.low, p.high, p.extrapolated, p.doubts) for p in points),
        _more(curve, task.requirement.margin),
        missing,
    )


def _more(curve: LearningCurve, margin: float) -> str:
    found = more_labels(curve, margin, factor=AHEAD)
    gain = f"{found.gain:+.3f} [{found.low:+.3f}, {found.high:+.3f}] at {found.labels:g} labels"
    text = {
        "yes": f"More labels would help: {gain}, more than the margin of {margin:g}.",
        "no": f"More labels would not help: {gain}, no more than the margin of {margin:g}.",
        "open": f"Whether more labels would help is open: {gain}.",
    }[found.answer]
    return text + (f" It cannot be trusted there: {'; '.join(found.doubts)}." if found.doubts else "")


def _overtakings(pairs: Iterable[tuple[str, str]], fitted: Mapping[str, LearningCurve | None]) -> Iterable[Overtaking]:
    for a, b in pairs:
        challenger, incumbent = fitted[a], fitted[b]
        if challenger is None or incumbent is None:
            continue
        try:
            found = crossing(challenger, incumbent)
        except ValueError:
            continue
        yield Overtaking(a, b, found.labels, found.low, found.high, found.overtakes, found.limit, found.doubts)
