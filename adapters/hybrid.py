"""A fine-tuned model with retrieval: neighbours that vote beside an encoder, or examples shown to a causal model."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import Field

from harness.adapter import Predictor, TaskView
from harness.finetuning import beside, causal, labels
from harness.finetuning.neighbours import Neighbours
from harness.finetuning.settings import CAUSAL, FineTuning
from harness.models.services import Services, need
from harness.prompting import example_tokens
from harness.retrieval.index import IndexKind
from harness.retrieval.settings import Retrieval
from harness.types import Call, Preparation, Query

_CLASSES = frozenset({"label", "binary"})


class Hybrid(FineTuning):
    """Pools or prompts with what is nearest.

    Labels: the fine-tuned encoder's odds, pooled with the votes of the nearest items in its own space to a power chosen
    on validation. JSON and texts: a causal model trained and asked with the nearest passages of the corpus in its
    prompt, or without a corpus with the nearest labelled items.
    """

    kinds = _CLASSES | CAUSAL

    k: int | None = Field(default=None, ge=1)
    """Neighbours that vote, by default 10; passages or examples that are shown, by default 2."""
    index: IndexKind = "auto"
    search: Literal["dense", "bm25", "hybrid"] = "dense"
    """How passages and examples are found: by embeddings, by words, or by both."""
    embedder: str = "minilm"
    """Of passages and examples; a short name, a folder, or `owner/repository`."""

    def check(self, root: Path) -> None:
        """What fine-tuning needs, and FAISS; what the search needs where it is asked for."""
        super().check(root)
        need("faiss", "rag")
        if self.search != "dense":
            need("bm25s", "rag")

    def readers(self) -> Mapping[str, frozenset[str]]:
        """Neighbours are found in the encoder's own space."""
        return {**super().readers(), "search": CAUSAL, "embedder": CAUSAL}

    def unfit(self, task: TaskView) -> str | None:
        """Needs at least k labelled items besides the one that is asked about."""
        if reason := super().unfit(task):
            return reason
        k, things = self._k(task), len(task.train) - 1
        if task.corpus and task.kind.name in CAUSAL:
            return None
        return f"k = {k} is more than the {things} other training items; lower k" if k > things else None

    def fingerprint(self, root: Path) -> Any:
        """The weights it starts from, and the embedder's."""
        return [super().fingerprint(root), *self._retrieval(1).search_key(root)]

    def sends_data_away(self, root: Path) -> bool:
        """Unless the embedder runs on this machine."""
        retrieval = self._retrieval(1)
        return retrieval.embeds and retrieval.embedding(Services(root)).leaves_machine

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """One call of a causal model; an encoder's are none."""
        if task.kind.name not in CAUSAL:
            return ()
        retrieval = self._retrieval(self._k(task))
        shown = retrieval.k * (retrieval.tokens_of_a_chunk if task.corpus else example_tokens(task))
        return [
            msgspec.structs.replace(call, input_tokens=round(call.input_tokens + shown))
            for call in causal.foreseen(self, task, query)
        ]

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Trains and indexes."""
        if task.kind.name in _CLASSES:
            return await asyncio.to_thread(labels.build, self, task, folder, seed, services.root, self._voters())
        shown, calls = await beside.index(task, self._retrieval(self._k(task)), folder, services)
        preparation = await causal.build(self, task, folder, seed, services, shown)
        return msgspec.structs.replace(preparation, calls=(*calls, *preparation.calls))

    async def load(self, task: TaskView, folder: Path, services: Services) -> Predictor:
        """Loads the base, what was trained, and the index."""
        if task.kind.name in _CLASSES:
            return await asyncio.to_thread(labels.load, self, task, folder, services.root, self._voters())
        shown = await beside.load(self._retrieval(self._k(task)), folder, services)
        return await causal.load(self, task, folder, services, shown)

    def _k(self, task: TaskView) -> int:
        return self.k or (2 if task.kind.name in CAUSAL else 10)

    def _voters(self) -> Neighbours:
        return Neighbours(self.k or 10, self.index)

    def _retrieval(self, k: int) -> Retrieval:
        if self.search == "bm25":
            return Retrieval(k=k, search=self.search)
        return Retrieval(k=k, search=self.search, embedder=self.embedder, index=self.index)
