"""What a change of the knowledge does to each candidate: before it, after it, and after its cheapest update."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from harness.compare.loss import Loss, loss_beyond
from harness.errors import ComparisonError
from harness.estimate import Comparison, Estimate
from harness.figures.estimates import metric_estimate, undefined
from harness.figures.paired import compare
from harness.metrics.metric import Metric
from harness.scores import Scores
from harness.stale.updating import How, Paid, total
from harness.task import Task
from harness.types import Rung, content_hash


class Aged(msgspec.Struct, frozen=True):
    """One candidate and the change. Figures are of the primary metric, on the questions whose answer changed."""

    name: str
    rung: Rung
    how: How
    key: str = ""
    """Of its run before the change."""
    before: Estimate | None = None
    """Before the change, by the answers of then."""
    without: Estimate | None = None
    """After it, not updated: the same replies by the new answers."""
    after: Estimate | None = None
    """After it, updated."""
    gained: Comparison | None = None
    """What the update brings: updated minus not updated."""
    regained: Comparison | None = None
    """Updated minus before the change, question by question: whether it knows the new as well as it knew the old."""
    others: Comparison | None = None
    """Updated minus before, on the questions whose answer did not change."""
    others_worse: Loss | None = None
    """Whether that is a loss of more than the margin."""
    counted: tuple[Paid, ...] = ()
    """What building it again took here."""
    work: tuple[Paid, ...] = ()
    """The work around that, assumed or stated."""
    missing: str | None = None
    """Why something is missing."""

    @property
    def usd(self) -> float | None:
        """What the update cost in all."""
        return total([*self.counted, *self.work])


class Relearnt(msgspec.Struct, frozen=True):
    """On what changed: one that was trained again and retrieves nothing, against the best that was indexed again."""

    trained: str
    indexed: str
    difference: Comparison
    """Trained minus indexed."""


class Stale(msgspec.Struct, frozen=True):
    """What a change of the knowledge does to the candidates of a task."""

    task: str
    metric: str
    higher_is_better: bool
    margin: float
    edition: str
    """Hash of the task before and after."""
    changed: int
    """Test items whose answer changes."""
    unchanged: int
    documents: int
    """Documents that changed or are new."""
    candidates: tuple[Aged, ...]
    relearnt: tuple[Relearnt, ...] = ()

    def beside(self, earlier: "Stale | None") -> "Stale":
        """With what was found of other candidates before, in the order of then; of the same edition and metric."""
        if earlier is None or (earlier.edition, earlier.metric) != (self.edition, self.metric):
            return self
        found = {one.name: one for one in (*earlier.candidates, *self.candidates)}
        pairs = {pair.trained: pair for pair in (*earlier.relearnt, *self.relearnt)}
        return msgspec.structs.replace(self, candidates=tuple(found.values()), relearnt=tuple(pairs.values()))


@dataclass(frozen=True)
class Trial:
    """What was measured of one candidate. Scores are one per seed, over all test items."""

    name: str
    rung: Rung
    how: How
    key: str = ""
    before: Sequence[Scores] = ()
    """Its replies before the change, by the answers of then."""
    without: Sequence[Scores] = ()
    """The same replies by the new answers."""
    looks_up: bool = False
    """Whether it retrieves when it is asked."""
    after: Sequence[Scores] = ()
    """Its replies after the update; empty where nothing was built anew."""
    counted: tuple[Paid, ...] = ()
    work: tuple[Paid, ...] = ()
    missing: str | None = None


def edition_of(task: Task) -> str:
    """Changes with whatever the comparison rests on, candidates aside."""
    after = task.updated()
    return content_hash(task.teaching_hash, task.test_hash, after.teaching_hash, after.test_hash)


def build_stale(task: Task, trials: Sequence[Trial], rng: np.random.Generator) -> Stale:
    """Scores the candidates on the questions whose answer changes, and compares.

    Args:
        task: before the change; it has an update.
        trials: what was measured.
        rng: for the comparisons.
    """
    changed = set(task.update.test) if task.update else set()
    return Stale(
        task=task.name,
        metric=task.primary.name,
        higher_is_better=task.primary.higher_is_better,
        margin=task.requirement.margin,
        edition=edition_of(task),
        changed=len(changed),
        unchanged=len(task.test) - len(changed),
        documents=task.update.documents if task.update else 0,
        candidates=tuple(_aged(task, trial, changed, rng) for trial in trials),
        relearnt=tuple(_relearnt(task.primary, trials, changed, rng)),
    )


def _aged(task: Task, trial: Trial, changed: set[str], rng: np.random.Generator) -> Aged:
    found = Aged(trial.name, trial.rung, trial.how, trial.key, missing=trial.missing)
    if not trial.before:
        return found
    if not all(len(run) for run in _of(trial.before, changed)):
        return msgspec.structs.replace(found, missing="it answered none of the questions whose answer changed")
    try:
        return _measured(task, trial, found, changed, rng)
    except ComparisonError as error:  # of one without a single answer some metrics have no figure
        return msgspec.structs.replace(found, missing=str(error).rstrip("."))


def _measured(task: Task, trial: Trial, found: Aged, changed: set[str], rng: np.random.Generator) -> Aged:
    metric, unable = task.primary, trial.how is How.ELSEWHERE
    before, without, after = (_of(runs, changed) for runs in (trial.before, trial.without, trial.after))
    figure = metric_estimate(metric, without, rng)
    found = msgspec.structs.replace(
        found,
        before=metric_estimate(metric, before, rng),
        without=figure,
        # What has nothing built in is up to date as it is.
        after=None if unable or trial.missing else figure,
    )
    if not after:
        return found
    others, others_before = (_of(runs, changed, inside=False) for runs in (trial.after, trial.before))
    return msgspec.structs.replace(
        found,
        after=metric_estimate(metric, after, rng),
        gained=_compared(metric, after, without, "not updated", rng),
        regained=_compared(metric, after, _matched(before, without), "before", rng),
        others=_compared(metric, others, others_before, "before", rng),
        others_worse=loss_beyond(metric, others, others_before, task.requirement.margin, rng),
        counted=trial.counted,
        work=trial.work,
    )


def _relearnt(
    metric: Metric, trials: Sequence[Trial], changed: set[str], rng: np.random.Generator
) -> Iterator[Relearnt]:
    able = [trial for trial in trials if _known(metric, _of(trial.after, changed))]
    values = {trial.name: metric_estimate(metric, _of(trial.after, changed), rng).value for trial in able}
    indexed = [trial for trial in able if trial.how is How.REINDEX]
    if not indexed:
        return
    best = max(indexed, key=lambda trial: values[trial.name] * (1 if metric.higher_is_better else -1))
    for trial in able:
        if trial.how is How.RETRAIN and not trial.looks_up:
            found = _compared(metric, _of(trial.after, changed), _of(best.after, changed), best.name, rng)
            if found:
                yield Relearnt(trial.name, best.name, found)


def _known(metric: Metric, runs: Sequence[Scores]) -> bool:
    """Whether there are runs, each with a figure."""
    return bool(runs) and all(map(len, runs)) and undefined(metric, runs) is None


def _of(runs: Sequence[Scores], ids: set[str], *, inside: bool = True) -> list[Scores]:
    return [
        run.taken(np.asarray([i for i, name in enumerate(run.ids) if (name in ids) is inside], dtype=np.int64))
        for run in runs
    ]


def _matched(before: Sequence[Scores], without: Sequence[Scores]) -> list[Scores]:
    """The same replies item by item: what differs is the target, which would keep them from being paired."""
    return [replace(old, hashes=new.hashes) for old, new in zip(before, without, strict=True)]


def _compared(
    metric: Metric, a: Sequence[Scores], b: Sequence[Scores], against: str, rng: np.random.Generator
) -> Comparison | None:
    try:
        found = compare(metric, a, b, against, rng)
    except ComparisonError:
        return None
    # Of a single group there is no interval, and a difference without one says nothing.
    return found if np.isfinite(found.high - found.low) else None


def current(stale: Stale | None, task: Task, keys: Mapping[str, str]) -> Stale | None:
    """What still holds: of this edition, and of runs under these keys by candidate."""
    if stale is None or task.update is None or stale.edition != edition_of(task):
        return None
    kept = tuple(one for one in stale.candidates if keys.get(one.name) == one.key)
    names = {one.name for one in kept}
    pairs = tuple(pair for pair in stale.relearnt if {pair.trained, pair.indexed} <= names)
    return msgspec.structs.replace(stale, candidates=kept, relearnt=pairs) if kept else None
