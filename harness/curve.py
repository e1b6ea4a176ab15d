"""Learning curves: the primary metric against the number of labels, for every candidate that uses labels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from harness.errors import RunError
from harness.figures.joint import joint_figures
from harness.metrics.metric import Metric
from harness.run.sampling import sampled
from harness.scores import Scores, common
from harness.stats.arrays import FloatArray
from harness.stats.bootstrap import Side
from harness.stats.crossing import crossing, more_labels
from harness.stats.curve import RESAMPLES, LearningCurve, curve_at, fit_curve, flat_curve, measured_at
from harness.task import Task
from harness.types import Rung
from harness.words import share

AHEAD = 2.0
"""More labels are asked about for so many times the largest size."""


class Measured(msgspec.Struct, frozen=True):
    """One candidate with so many labels."""

    labels: int
    draw: int
    """Which draw of labels; 0 for a candidate that uses none."""
    score: float


class Point(msgspec.Struct, frozen=True):
    """A candidate's curve at one size: what was measured, and beyond that what was fitted."""

    labels: float
    value: float
    low: float
    """Lower end of the 95 % band: the luck of the labels and of the test items."""
    high: float
    extrapolated: bool
    """Whether nothing was measured there: the value is that of the fitted power law."""
    doubts: tuple[str, ...]


class CandidateCurve(msgspec.Struct, frozen=True):
    """One candidate's curve."""

    name: str
    rung: Rung
    measured: tuple[Measured, ...]
    points: tuple[Point, ...] = ()
    """At the sizes measured and at twice the largest; all alike for a candidate that uses no labels, and empty where
    too few sizes were measured."""
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


@dataclass(frozen=True)
class _Figures:
    """The metric over the items that all trials have."""

    items: int
    scores: FloatArray
    """(trials,)"""
    shifts: FloatArray
    """(RESAMPLES, trials) what the same resampled items would have changed."""


def _figures(metric: Metric, trials: Sequence[Trial], rng: np.random.Generator) -> _Figures:
    """The metric of every trial, on the same items and in the same resamples of them.

    Raises:
        RunError: no item has a score in all trials.
    """
    places, _ = common([trial.scores for trial in trials])
    columns = [t.scores.columns[metric.name].taken(p) for t, p in zip(trials, places, strict=True)]
    scored = np.all([column.codes >= 0 for column in columns], axis=0)
    if not scored.any():
        raise RunError(f"no item has a score in {metric.name} in every run of the curve.")
    codes = trials[0].scores.clusters
    groups = None if codes is None else codes[places[0]][scored]
    sides = [Side(metric.aggregate, column.values, column.codes[scored]) for column in columns]
    joint = joint_figures(sides, range(len(sides)), RESAMPLES, rng, groups)
    if not np.isfinite(joint.estimates).all():
        raise RunError(f"{metric.name} is not defined on these items (are all targets of one class?).")
    # Where a resample has no figure (all targets of one class), it says nothing of the items' luck.
    return _Figures(int(scored.sum()), joint.estimates, np.nan_to_num(joint.draws - joint.estimates))


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

    Raises:
        RunError: no item has a score in all trials.
    """
    metric = task.primary
    figures = _figures(metric, trials, rng)
    own = {name: [i for i, trial in enumerate(trials) if trial.candidate == name] for name in rungs}
    measured = {name: tuple(_measured(trials[i], figures.scores[i]) for i in own[name]) for name in rungs}
    fitted = {name: _fit(measured[name], figures.shifts[:, own[name]], metric, rng) for name in rungs}
    candidates = tuple(
        _candidate(name, rung, measured[name], fitted[name], task, sizes, missing.get(name))
        for name, rung in rungs.items()
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
        items=figures.items,
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


def _measured(trial: Trial, score: float) -> Measured:
    return Measured(trial.labels if trial.used else 0, trial.draw if trial.used else 0, float(score))


def _fit(
    measured: Sequence[Measured], shifts: FloatArray, metric: Metric, rng: np.random.Generator
) -> LearningCurve | None:
    if not measured:
        return None
    better, scores = metric.higher_is_better, [m.score for m in measured]
    if all(m.labels == 0 for m in measured):
        return flat_curve(scores, rng, shifts=shifts, higher_is_better=better)
    try:
        return fit_curve([m.labels for m in measured], scores, rng, shifts=shifts, higher_is_better=better)
    except ValueError:
        return None


def _candidate(
    name: str,
    rung: Rung,
    measured: tuple[Measured, ...],
    curve: LearningCurve | None,
    task: Task,
    sizes: Sequence[int],
    missing: str | None,
) -> CandidateCurve:
    if curve is None:
        few = "a curve needs 5 sizes, or 3 with several draws each" if measured else None
        return CandidateCurve(name, rung, measured, missing="; ".join(filter(None, (missing, few))) or None)
    flat = not np.isfinite(curve.largest)
    at = sorted(set(sizes) if flat else {m.labels for m in measured})
    bounds = task.primary.bounds
    points = [(curve_at if flat else measured_at)(curve, labels, bounds=bounds) for labels in at]
    points.append(curve_at(curve, AHEAD * at[-1], bounds=bounds))
    return CandidateCurve(
        name,
        rung,
        measured,
        tuple(Point(p.labels, p.value, p.low, p.high, p.extrapolated, p.doubts) for p in points),
        "It uses no labels." if flat else _more(curve, task.primary, task.requirement.margin),
        missing,
    )


def _more(curve: LearningCurve, metric: Metric, margin: float) -> str:
    found = more_labels(curve, margin, factor=AHEAD, bounds=metric.bounds)
    limit = f"the margin of {margin:g}" if margin >= found.limit else "a thousandth of the score"
    if found.left <= found.limit:
        near = "the best there can be" if found.left == 0 else f"no farther from the best there can be than {limit}"
        return f"More labels would not help: {metric.name} {share(found.score)} at {curve.largest:g} labels is {near}."
    gain = f"{share(found.gain, found.low, found.high, signed=True)} at {found.labels:g} labels by the fitted curve"
    text = {
        "yes": f"More labels would help: {gain}, more than {limit}.",
        "no": f"More labels would not help: {gain}, no more than {limit}.",
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
