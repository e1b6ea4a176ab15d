"""A BM25 index by bm25s: built, saved, loaded, searched. What it saves are arrays and JSON, no pickle."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import UnavailableError

_WORD = re.compile(r"\w+")


class LexicalIndex:
    """BM25 over words as they stand, whatever their language; how rare a word is does the work of a stop list.

    Robertson et al. 1994 in Lucene's variant, k1 = 1.5 and b = 0.75 (Lù, "BM25S", 2024).
    """

    def __init__(self, index: Any) -> None:
        """Wraps a bm25s index."""
        self._index = index

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        """An index over the words of `texts`."""
        index = _bm25s().BM25()
        # A word that no query holds, so that texts without any word can be indexed too.
        index.index([_words(text) or [""] for text in texts], show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Reads what `save` wrote."""
        return cls(_bm25s().BM25.load(folder, allow_pickle=False, show_progress=False))

    def save(self, folder: Path) -> None:
        """Writes the index into a folder."""
        self._index.save(folder, allow_pickle=False, show_progress=False)

    def search(self, text: str, k: int) -> tuple[list[float], list[int]]:
        """Scores and row numbers of the best k texts that share a word with the query, best first, ties by row."""
        words = self._index.get_tokens_ids(_words(text))
        if not words:
            return [], []
        scores = self._index.get_scores_from_ids(words)
        rows = np.flatnonzero(scores > 0)
        if len(rows) > k:
            rows = rows[scores[rows] >= np.partition(scores[rows], -k)[-k]]
        rows = rows[np.argsort(-scores[rows], kind="stable")][:k]
        return scores[rows].tolist(), rows.tolist()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _bm25s() -> Any:
    try:
        import bm25s
    except ImportError as error:
        raise UnavailableError('this search needs bm25s: pip install "approach-harness[rag]".') from error
    return bm25s
