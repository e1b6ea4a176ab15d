"""The most frequent answer of the training items, always: the bar that any other approach must clear."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.adapter import Adapter, Batched, TaskView
from harness.models.services import Services
from harness.types import Preparation, Query, Reply, Rung

_encode = msgspec.json.Encoder(order="sorted").encode


class Majority(Adapter):
    """Has no settings. Where a number is asked for, the mean stands for the most frequent answer."""

    rung = Rung.BASELINE

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Counts the training targets; ties go to the first in the alphabet."""
        targets = [item.target for item in task.labelled]
        kind = task.kind
        if kind.name == "number":
            reply = _mean(targets)
        elif kind.choices:
            reply = _most_frequent(targets)
        else:
            reply = _most_frequent_value(targets)
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


def _most_frequent_value(targets: Sequence[Any]) -> Reply:
    """Of targets that need not be hashable: lists of spans, objects. Where several texts are right, the first."""
    values = [
        target[0] if isinstance(target, list) and target and isinstance(target[0], str) else target
        for target in targets
    ]
    counts = Counter(map(_encode, values))
    return Reply(answer=msgspec.json.decode(min(counts, key=lambda value: (-counts[value], value))))


class _Constant(Batched):
    batch_size = 4096

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [self._reply] * len(queries)
