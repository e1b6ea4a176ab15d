"""Retrieves what is nearest to a query, passages or labelled examples, and shows it to a language model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import Field

from harness.adapter import TaskView
from harness.models.api import Message
from harness.models.services import Services, check_embedder
from harness.prompting import Prompted, PromptedPredictor, as_text, example_tokens
from harness.retrieval.chunks import chunk
from harness.retrieval.index import IndexKind, VectorIndex
from harness.types import Context, Preparation, Query, Rung

_TOKENS_A_WORD = 1.4


class Rag(Prompted):
    """Top k by embedding: chunks of the corpus if the task has one, else training items as worked examples."""

    rung = Rung.RAG

    embedder: str = "minilm"
    k: int = Field(default=5, ge=1)
    """How many passages or examples are shown."""
    index: IndexKind = "auto"
    source: Literal["auto", "corpus", "examples"] = "auto"
    """What is retrieved; `auto` takes the corpus where there is one."""
    chunk_words: int = Field(default=160, ge=20)
    """Words of a chunk at most."""
    overlap_words: int = Field(default=30, ge=0)
    """Words that a chunk repeats of the one before, on sentence ends."""

    def check(self, root: Path) -> None:
        """The model's key or weights, and the embedder's."""
        super().check(root)
        check_embedder(self.embedder, root)

    def unfit(self, task: TaskView) -> str | None:
        """Needs at least k things to retrieve."""
        if reason := super().unfit(task):
            return reason
        things = len(self._entries(task))
        what = "chunks in the corpus" if self._from_corpus(task) else "training items"
        return f"k = {self.k} is more than the {things} {what}; lower k" if self.k > things else None

    def fingerprint(self, root: Path) -> Any:
        """The weights of model and embedder."""
        return [super().fingerprint(root), Services(root).embedder(self.embedder).key()]

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Embeds and indexes."""
        entries = self._entries(task)
        vectors = await services.embedder(self.embedder).embed([text for _, text, _ in entries])
        VectorIndex.build(vectors, self.index).save(folder / "index.faiss")
        (folder / "entries.json").write_bytes(msgspec.json.encode(entries))
        labels = 0 if self._from_corpus(task) else len(entries)
        return Preparation(labels=labels, notes={"vectors": len(entries), "dimension": int(vectors.shape[1])})

    async def load(self, task: TaskView, folder: Path, services: Services) -> PromptedPredictor:
        """Reads the index and connects to the model."""
        entries = msgspec.json.decode((folder / "entries.json").read_bytes(), type=list[tuple[str, str, str | None]])
        index = VectorIndex.load(folder / "index.faiss")
        return _Rag(self, task, services, index, entries)

    def shown_tokens(self, task: TaskView) -> float:
        """Of the passages or examples."""
        return self.k * (_TOKENS_A_WORD * self.chunk_words if self._from_corpus(task) else example_tokens(task))

    def _from_corpus(self, task: TaskView) -> bool:
        return self.source == "corpus" or (self.source == "auto" and bool(task.corpus))

    def _entries(self, task: TaskView) -> list[tuple[str, str, str | None]]:
        """What can be retrieved: id, text, and for an example its answer as a prompt writes it."""
        if self._from_corpus(task):
            pieces = ((p, piece) for p in task.corpus for piece in chunk(p.text, self.chunk_words, self.overlap_words))
            return [(f"{p.id}#{n}", piece, None) for n, (p, piece) in enumerate(pieces)]
        return [(item.id, as_text(item.input), task.kind.write(item.target, item.input)) for item in task.labelled]


class _Rag(PromptedPredictor):
    def __init__(
        self,
        settings: Rag,
        task: TaskView,
        services: Services,
        index: VectorIndex,
        entries: Sequence[tuple[str, str, str | None]],
    ) -> None:
        super().__init__(settings, task, settings.caller(services), settings.second(services))
        self._k, self._index, self._entries = settings.k, index, entries
        self._embedder = services.embedder(settings.embedder)

    async def shown(self, queries: Sequence[Query]) -> Sequence[tuple[list[Message], tuple[Context, ...]]]:
        vectors = await self._embedder.embed([as_text(query.input) for query in queries])
        similarities, rows = self._index.search(vectors, self._k)
        return [self._show(s, r) for s, r in zip(similarities.tolist(), rows.tolist(), strict=True)]

    def _show(self, similarities: list[float], rows: list[int]) -> tuple[list[Message], tuple[Context, ...]]:
        """Passages go into the user message; examples become turns of the conversation, the nearest last."""
        contexts = tuple(
            Context(self._entries[row][0], self._entries[row][1], round(similarity, 4))
            for similarity, row in zip(similarities, rows, strict=True)
        )
        turns: list[Message] = []
        for row in reversed(rows):
            _, text, answer = self._entries[row]
            if answer is not None:
                turns += [Message("user", self.user(text)), Message("assistant", answer)]
        return turns, contexts
