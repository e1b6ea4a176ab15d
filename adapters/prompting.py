"""Asks a language model, with or without worked examples from the training items."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from pydantic import Field

from harness.adapter import TaskView
from harness.models.api import Message
from harness.models.caller import Caller
from harness.models.services import Services
from harness.prompting import Prompted, PromptedPredictor, example_tokens
from harness.types import Context, Item, Preparation, Query, Rung


class Prompting(Prompted):
    """Zero-shot, or the same `shots` examples before every query."""

    rung = Rung.PROMPTING

    shots: int = Field(default=0, ge=0)
    """Worked examples, drawn from the training items by seed, round the targets in turn."""

    def unfit(self, task: TaskView) -> str | None:
        """Needs as many training items as shots."""
        if self.shots > len(task.labelled):
            return f"shots = {self.shots} is more than the {len(task.labelled)} training items; lower shots"
        return super().unfit(task)

    def builds_here(self) -> bool:
        """Drawing examples is no work."""
        return False

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Draws the examples."""
        chosen = _stratified(task.labelled, self.shots, seed)
        (folder / "shots.json").write_bytes(msgspec.json.encode([item.id for item in chosen]))
        return Preparation(labels=len(chosen))

    async def load(self, task: TaskView, folder: Path, services: Services) -> PromptedPredictor:
        """Connects to the model."""
        names = msgspec.json.decode((folder / "shots.json").read_bytes(), type=list[str])
        by_id = {item.id: item for item in task.labelled} if names else {}
        return _Prompting(self, task, *await self.opened(services), [by_id[name] for name in names])

    def shown_tokens(self, task: TaskView) -> float:
        """Of the worked examples."""
        return self.shots * example_tokens(task)


def _stratified(items: Sequence[Item], size: int, seed: int) -> list[Item]:
    rng = np.random.default_rng([seed, 104729])
    strata: dict[str, list[Item]] = defaultdict(list)
    for i in rng.permutation(len(items)) if size else []:
        strata[str(items[i].target)].append(items[i])
    turns = [[s[r] for s in strata.values() if r < len(s)] for r in range(max(map(len, strata.values()), default=0))]
    chosen = [item for turn in turns for item in turn][:size]
    return [chosen[i] for i in rng.permutation(len(chosen))]


class _Prompting(PromptedPredictor):
    def __init__(
        self, settings: Prompting, task: TaskView, caller: Caller, second: Caller | None, examples: Sequence[Item]
    ) -> None:
        super().__init__(settings, task, caller, second)
        self._turns = [
            turn
            for item in examples
            for turn in (
                Message("user", self.user(item.input)),
                Message("assistant", task.kind.write(item.target, item.input)),
            )
        ]

    async def shown(self, queries: Sequence[Query]) -> Sequence[tuple[list[Message], tuple[Context, ...]]]:
        return [(self._turns, ()) for _ in queries]
