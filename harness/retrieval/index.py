"""A FAISS index over unit vectors: built, saved, loaded, searched."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.errors import UnavailableError

IndexKind = Literal["auto", "flat", "hnsw"]
HNSW_FROM = 100_000
"""Vectors from which `auto` takes HNSW: exact search over fewer costs less than its own overhead is worth."""


class VectorIndex:
    """Nearest neighbours by inner product, which is the cosine for unit vectors."""

    def __init__(self, index: Any) -> None:
        """Wraps a FAISS index."""
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32], kind: IndexKind = "auto") -> "VectorIndex":
        """An index over the rows of `vectors` (n x dimension, rows of length 1)."""
        faiss = _faiss()
        dimension = vectors.shape[1]
        if kind == "hnsw" or (kind == "auto" and len(vectors) > HNSW_FROM):
            index = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
        else:
            index = faiss.IndexFlatIP(dimension)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """Reads what `save` wrote."""
        return cls(_faiss().read_index(str(path)))

    def save(self, path: Path) -> None:
        """Writes the index to a file."""
        _faiss().write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vectors: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Similarities and row numbers of the k nearest of each query, nearest first: two arrays of q x k."""
        similarities, rows = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), k)
        return similarities, rows


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise UnavailableError('retrieval needs faiss: pip install "approach-harness[rag]".') from error
    return faiss
