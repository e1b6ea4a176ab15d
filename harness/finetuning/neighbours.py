"""The opinion of the nearest labelled items, in the space of the fine-tuned encoder itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.finetuning.reader import LabelRead, Reader
from harness.prompting import as_text
from harness.retrieval.index import IndexKind, VectorIndex
from harness.types import Context, Item

_INDEX, _KNOWN = "index.faiss", "neighbours.json"
_SHOWN = 3


@dataclass(frozen=True)
class NeighbourOpinion:
    """Votes of the k nearest, each as heavy as it is similar."""

    index: VectorIndex
    known: Sequence[tuple[str, str, str]]
    """Id, label and the beginning of the text of each row of the index."""
    labels: Sequence[str]
    k: int

    def odds(self, read: LabelRead) -> NDArray[np.float64]:
        """Probabilities, n x labels: votes, and one vote more that is spread over all labels."""
        similarities, rows = self._nearest(read)
        places = np.asarray([self.labels.index(label) for _, label, _ in self.known])
        votes = np.full((len(rows), len(self.labels)), 1 / len(self.labels))
        for column in range(rows.shape[1]):
            heavy = np.maximum(similarities[:, column], 0.0)
            votes[np.arange(len(rows)), places[rows[:, column]]] += heavy
        return np.asarray(votes / votes.sum(axis=1, keepdims=True))

    def contexts(self, read: LabelRead) -> Sequence[tuple[Context, ...]]:
        """The nearest few."""
        similarities, rows = (found[:, :_SHOWN].tolist() for found in self._nearest(read))
        return [
            tuple(self._context(row, similarity) for row, similarity in zip(one, near, strict=True))
            for one, near in zip(rows, similarities, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """The index, and what its rows are."""
        self.index.save(folder / _INDEX)
        (folder / _KNOWN).write_bytes(msgspec.json.encode(self.known))

    def _nearest(self, read: LabelRead) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return self.index.search(read.vectors, min(self.k, len(self.index)))

    def _context(self, row: int, similarity: float) -> Context:
        name, label, text = self.known[row]
        return Context(name, f"{label}: {text}", round(similarity, 4))


@dataclass(frozen=True)
class Neighbours:
    """Indexes labelled items where the fine-tuned encoder puts them."""

    k: int
    index: IndexKind
    name: str = "neighbours"

    def fit(self, items: Sequence[Item], reader: Reader, seed: int) -> NeighbourOpinion:
        """Embeds and indexes."""
        del seed
        texts = [as_text(item.input) for item in items]
        known = [(item.id, str(item.target), text[:80]) for item, text in zip(items, texts, strict=True)]
        return NeighbourOpinion(VectorIndex.build(reader.read(texts).vectors, self.index), known, reader.labels, self.k)

    def load(self, folder: Path, reader: Reader) -> NeighbourOpinion:
        """What was kept."""
        known = msgspec.json.decode((folder / _KNOWN).read_bytes(), type=list[tuple[str, str, str]])
        return NeighbourOpinion(VectorIndex.load(folder / _INDEX), known, reader.labels, self.k)
