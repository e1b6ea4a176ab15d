"""What training broke: a fine-tuned model on tasks that it was not trained for, beside the same model untrained."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from harness.compare.loss import Loss, loss_beyond
from harness.errors import ComparisonError, counted
from harness.estimate import Comparison, Estimate
from harness.figures.estimates import metric_estimate
from harness.figures.paired import compare
from harness.scores import Scores
from harness.task import Task
from harness.words import share


class Guarded(msgspec.Struct, frozen=True):
    """One fine-tuned candidate on one task that it was not trained for."""

    candidate: str
    key: str
    """Of the run whose build answered."""
    on: str
    """The other task."""
    metric: str = ""
    """The primary one of the other task."""
    margin: float = 0.0
    """Of the other task."""
    trained: Estimate | None = None
    untrained: Estimate | None = None
    difference: Comparison | None = None
    """Trained minus untrained."""
    worse: Loss = Loss.OPEN
    """Whether that is a loss of more than the margin."""
    missing: str | None = None
    """Why there is no figure."""

    def words(self) -> str:
        """What training did there, in one sentence."""
        if self.missing or self.difference is None:
            return f"{self.candidate} was not measured on {self.on}: {self.missing}"
        found = {
            Loss.YES: "has lost by it on",
            Loss.NO: "has not lost by it on",
            Loss.OPEN: "may or may not have lost by it on",
        }[self.worse]
        return f"{self.candidate} was trained, and {found} {self.on}, which it was not trained for"

    def figure(self) -> str:
        """The difference with its interval."""
        if self.difference is None:
            return "none"
        shown = share(self.difference.difference, self.difference.low, self.difference.high, signed=True)
        beside = f"beside the same model untrained, margin {self.margin:g}, {counted(self.difference.n, 'item')}"
        return f"{shown} {self.metric} {beside}"


class Guard(msgspec.Struct, frozen=True):
    """What training for a task broke elsewhere."""

    task: str
    found: tuple[Guarded, ...]

    def losses(self, keys: Mapping[str, str]) -> list[Guarded]:
        """What counts against candidates whose runs have these keys."""
        return [one for one in self.found if one.worse is Loss.YES and keys.get(one.candidate) == one.key]


def guarded(
    candidate: str,
    key: str,
    other: Task,
    trained: Sequence[Scores],
    untrained: Sequence[Scores],
    rng: np.random.Generator,
) -> Guarded:
    """Compares a fine-tuned model with the same model untrained, on a task that it was not trained for.

    Args:
        candidate: the fine-tuned one.
        key: of its run.
        other: the task.
        trained: scores of its replies.
        untrained: scores of the replies of the model that it was made of.
        rng: for the comparison.
    """
    metric, margin = other.primary, other.requirement.margin
    found = Guarded(candidate, key, other.name, metric.name, margin)
    try:
        return msgspec.structs.replace(
            found,
            trained=metric_estimate(metric, trained, rng),
            untrained=metric_estimate(metric, untrained, rng),
            difference=compare(metric, trained, untrained, "untrained", rng),
            worse=loss_beyond(metric, trained, untrained, margin, rng),
        )
    except ComparisonError as error:
        return msgspec.structs.replace(found, missing=str(error))
