"""Nearest neighbours: embeddings in a FAISS index, votes weighted by similarity. Nothing is learnt."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from pydantic import Field

from harness.adapter import Adapter, TaskView
from harness.models.api import Embedder
from harness.models.services import Services, check_embedder
from harness.prompting import as_text
from harness.retrieval.index import IndexKind, VectorIndex
from harness.types import Context, Preparation, Query, Reply, Rung


class Knn(Adapter):
    """The k nearest training items vote."""

    rung = Rung.RAG
    kinds = frozenset({"label"})

    embedder: str = "minilm"
    k: int = Field(default=10, ge=1)
    index: IndexKind = "auto"

    def check(self, root: Path) -> None:
        """The embedder's weights."""
        check_embedder(self.embedder, root)

    def unfit(self, task: TaskView) -> str | None:
        """Needs at least k training items."""
        if reason := super().unfit(task):
            return reason
        labels = len(task.labelled)
        return f"k = {self.k} is more than the {labels} training items; lower k" if self.k > labels else None

    def fingerprint(self, root: Path) -> Any:
        """The embedder's weights."""
        return Services(root).embedder(self.embedder).key()

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Embeds the training items and indexes them."""
        items = task.labelled
        vectors = await services.embedder(self.embedder).embed([as_text(item.input) for item in items])
        VectorIndex.build(vectors, self.index).save(folder / "index.faiss")
        (folder / "neighbours.json").write_bytes(msgspec.json.encode([[i.id, str(i.target)] for i in items]))
        return Preparation(labels=len(items), notes={"vectors": len(items), "dimension": int(vectors.shape[1])})

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Neighbours":
        """Reads the index."""
        known = msgspec.json.decode((folder / "neighbours.json").read_bytes(), type=list[tuple[str, str]])
        texts = {item.id: as_text(item.input) for item in task.labelled}
        index = VectorIndex.load(folder / "index.faiss")
        return _Neighbours(services.embedder(self.embedder), index, known, texts, self.k)


class _Neighbours:
    batch_size = 256

    def __init__(
        self,
        embedder: Embedder,
        index: VectorIndex,
        known: Sequence[tuple[str, str]],
        texts: dict[str, str],
        k: int,
    ) -> None:
        self._embedder, self._index, self._known, self._texts, self._k = embedder, index, known, texts, k

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply]:
        vectors = await self._embedder.embed([as_text(query.input) for query in queries])
        similarities, rows = self._index.search(vectors, self._k)
        return [self._vote(s, r) for s, r in zip(similarities.tolist(), rows.tolist(), strict=True)]

    async def close(self) -> None:
        """The embedder belongs to the services."""

    def _vote(self, similarities: Sequence[float], rows: Sequence[int]) -> Reply:
        votes: dict[str, float] = defaultdict(float)
        contexts = []
        for similarity, row in zip(similarities, rows, strict=True):
            name, label = self._known[row]
            votes[label] += max(similarity, 0.0)
            contexts.append(Context(name, f"{label}: {self._texts.get(name, '')[:80]}", round(similarity, 4)))
        total = sum(votes.values()) or 1.0
        return Reply(
            answer=max(votes, key=lambda label: votes[label]),
            scores={label: round(vote / total, 6) for label, vote in votes.items()},
            contexts=tuple(contexts[:3]),
        )
