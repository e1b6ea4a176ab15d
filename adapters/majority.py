"""The most frequent answer of the training items, always: the bar that any other approach must clear."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.adapter import Adapter, Batched, TaskView
from harness.models.services import Services
from harness.types import Preparation, Query, Reply, Rung


class Majority(Adapter):
    """Has no settings. Where a number is asked for, the mean stands for the most frequent answer."""

    rung = Rung.BASELINE
    kinds = frozenset({"label", "binary", "number", "image-label"})

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Counts the training targets; ties go to the first in the alphabet."""
        targets = [item.target for item in task.labelled]
        reply = _mean(targets) if task.kind.name == "number" else _most_frequent(targets)
        (folder / "majority.json").write_bytes(msgspec.json.encode(reply))
        return Preparation(labels=len(targets))

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Constant":
        """Reads the answer."""
        return _Constant(msgspec.json.decode((folder / "majority.json").read_bytes(), type=Reply))

    def unfit(self, task: TaskView) -> str | None:
        """Needs a training item."""
        return super().unfit(task) or (None if task.labelled else "it needs training items")


def _mean(targets: Sequence[float]) -> Reply:
    return Reply(answer=sum(targets) / len(targets))


def _most_frequent(targets: Sequence[str]) -> Reply:
    """The share of each label is how confident the answer is of it."""
    counts = Counter(targets)
    ranked = sorted(counts, key=lambda label: (-counts[label], label))
    return Reply(answer=ranked[0], scores={label: round(counts[label] / len(targets), 6) for label in ranked[:10]})


class _Constant(Batched):
    batch_size = 4096

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [self._reply] * len(queries)
