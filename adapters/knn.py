"""Nearest neighbours: embeddings in a FAISS index, votes weighted by similarity. Nothing is learnt."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from pydantic import Field

from harness.adapter import Adapter, TaskView
from harness.models.embedder import embed_all
from harness.models.services import Services
from harness.prompting import as_text
from harness.retrieval.index import VectorIndex
from harness.retrieval.search import Dense, Found
from harness.retrieval.settings import Embedding
from harness.types import Call, Context, Failure, Preparation, Query, Reply, Rung


class Knn(Embedding, Adapter):
    """The k nearest training items vote."""

    rung = Rung.RAG
    kinds = frozenset({"label"})

    k: int = Field(default=10, ge=1)

    def check(self, root: Path) -> None:
        """The embedder's key or weights."""
        self.check_embedding(root)

    def sends_data_away(self, root: Path) -> bool:
        """Unless the embedder runs on this machine."""
        return self.embedding(Services(root)).leaves_machine

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """That of an embedder by API."""
        return self.embedding_calls(as_text(query.input))

    def unfit(self, task: TaskView) -> str | None:
        """Needs at least k training items."""
        if reason := super().unfit(task):
            return reason
        labels = len(task.labelled)
        return f"k = {self.k} is more than the {labels} training items; lower k" if self.k > labels else None

    def fingerprint(self, root: Path) -> Any:
        """The embedder's weights or address."""
        return self.embedding(Services(root)).key()

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Embeds the training items and indexes them."""
        items = task.labelled
        vectors, calls = await embed_all(self.embedding(services), [as_text(item.input) for item in items])
        VectorIndex.build(vectors, self.index).save(folder / "index.faiss")
        (folder / "neighbours.json").write_bytes(msgspec.json.encode([[i.id, str(i.target)] for i in items]))
        notes = {"vectors": len(items), "dimension": int(vectors.shape[1])}
        return Preparation(labels=len(items), calls=calls, notes=notes)

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Neighbours":
        """Reads the index."""
        known = msgspec.json.decode((folder / "neighbours.json").read_bytes(), type=list[tuple[str, str]])
        texts = {item.id: as_text(item.input) for item in task.labelled}
        search = Dense(VectorIndex.load(folder / "index.faiss"), self.embedding(services))
        return _Neighbours(search, known, texts, self.k)


class _Neighbours:
    def __init__(
        self,
        search: Dense,
        known: Sequence[tuple[str, str]],
        texts: dict[str, str],
        k: int,
    ) -> None:
        self._search, self._known, self._texts, self._k = search, known, texts, k
        self.batch_size = 256 if search.embedder.local else 1

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        found = await self._search.search([as_text(query.input) for query in queries], self._k)
        return [one if isinstance(one, Failure) else self._vote(one) for one in found]

    async def close(self) -> None:
        """The embedder belongs to the services."""

    def _vote(self, found: Found) -> Reply:
        votes: dict[str, float] = defaultdict(float)
        contexts = []
        for similarity, row in zip(found.scores, found.rows, strict=True):
            name, label = self._known[row]
            votes[label] += max(similarity, 0.0)
            contexts.append(Context(name, f"{label}: {self._texts.get(name, '')[:80]}", round(similarity, 4)))
        total = sum(votes.values()) or 1.0
        return Reply(
            answer=max(votes, key=lambda label: votes[label]),
            scores={label: round(vote / total, 6) for label, vote in votes.items()},
            contexts=tuple(contexts[:3]),
            calls=found.calls,
        )
