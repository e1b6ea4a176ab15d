"""The most frequent answer of the training items, always: the bar that any other approach must clear."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.adapter import Adapter, Batched, TaskView
from harness.models.services import Services
from harness.types import Preparation, Query, Reply, Rung


class Majority(Adapter):
    """Has no settings."""

    rung = Rung.BASELINE
    kinds = frozenset({"label"})

    def unfit(self, task: TaskView) -> str | None:
        """Needs training items."""
        return super().unfit(task) or (None if task.labelled else "it needs training items")

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Counts the training targets; ties go to the first in the alphabet."""
        counts = Counter(str(item.target) for item in task.labelled)
        answer = min(counts, key=lambda label: (-counts[label], label)) if counts else None
        (folder / "majority.json").write_bytes(msgspec.json.encode(answer))
        return Preparation(labels=len(task.labelled))

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Constant":
        """Reads the answer."""
        return _Constant(msgspec.json.decode((folder / "majority.json").read_bytes(), type=str))


class _Constant(Batched):
    batch_size = 4096

    def __init__(self, answer: str) -> None:
        self._reply = Reply(answer=answer)

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [self._reply] * len(queries)
