"""Fine-tunes a small encoder with a head, or a causal language model: LoRA or all weights (transformers, peft)."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.adapter import Adapter, Predictor, TaskView
from harness.finetuning import causal, labels, numbers, spans
from harness.finetuning.settings import CAUSAL, FineTuning
from harness.finetuning.untrained import untrained
from harness.finetuning.words import Words
from harness.models.services import Services
from harness.types import Call, Preparation, Query


class Finetuned(FineTuning):
    """Labels and numbers from the mean of a text's tokens, spans from each token; JSON and texts are written."""

    kinds = frozenset({"label", "binary", "number", "spans"}) | CAUSAL

    words: bool = False
    """Multiplies in the odds of a TF-IDF model, to a power chosen on validation: its errors are other ones."""

    def readers(self) -> Mapping[str, frozenset[str]]:
        """Words vote on labels."""
        return {**super().readers(), "words": frozenset({"label", "binary"})}

    def untrained(self, built_for: TaskView, other: TaskView) -> Adapter | None:
        """The causal model itself."""
        return untrained(self, built_for, other)

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """One call of a causal model; an encoder's are none."""
        return causal.foreseen(self, task, query) if task.kind.name in CAUSAL else ()

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Trains; keeps the epoch that is best on validation, as safetensors."""
        if task.kind.name in CAUSAL:
            return await causal.build(self, task, folder, seed, services)
        if task.kind.name == "number":
            return await asyncio.to_thread(numbers.build, self, task, folder, seed, services.root)
        if task.kind.name == "spans":
            return await asyncio.to_thread(spans.build, self, task, folder, seed, services.root)
        return await asyncio.to_thread(labels.build, self, task, folder, seed, services.root, self._opinions())

    async def load(self, task: TaskView, folder: Path, services: Services) -> Predictor:
        """Loads the base, and what was trained."""
        if task.kind.name in CAUSAL:
            return await causal.load(self, task, folder, services)
        if task.kind.name == "number":
            return await asyncio.to_thread(numbers.load, self, task, folder, services.root)
        if task.kind.name == "spans":
            return await asyncio.to_thread(spans.load, self, task, folder, services.root)
        return await asyncio.to_thread(labels.load, self, task, folder, services.root, self._opinions())

    def _opinions(self) -> Words | None:
        return Words() if self.words else None
