"""Searching: by meaning, by words, by both, and in a cross-encoder's order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from harness.models.api import Embedder
from harness.models.embedder import embed_each
from harness.models.reranker import Reranker
from harness.retrieval.fusion import reciprocal_rank_fusion
from harness.retrieval.index import VectorIndex
from harness.retrieval.lexical import LexicalIndex
from harness.types import Call, Failure


@dataclass(frozen=True)
class Found:
    """What a search found for one query, best first."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    """Higher is closer; on what scale is the searcher's own."""
    calls: tuple[Call, ...] = ()
    """Model calls that it took."""


class Searcher(Protocol):
    """Finds rows of what was indexed."""

    async def search(self, texts: Sequence[str], k: int) -> Sequence[Found | Failure]:
        """At most k rows for each query, in the order of `texts`."""


@dataclass(frozen=True)
class Dense:
    """By the cosine of embeddings."""

    index: VectorIndex
    embedder: Embedder

    async def search(self, texts: Sequence[str], k: int) -> Sequence[Found | Failure]:
        """The k nearest; a query that could not be embedded fails alone."""
        embedded = await embed_each(self.embedder, texts)
        vectors = [one.vector for one in embedded if not isinstance(one, Failure)]
        if not vectors:
            return [one for one in embedded if isinstance(one, Failure)]
        similarities, rows = self.index.search(np.stack(vectors), k)
        nearest = zip(rows.tolist(), similarities.tolist(), strict=True)
        return [one if isinstance(one, Failure) else _nearest(*next(nearest), one.calls) for one in embedded]


def _nearest(rows: list[int], similarities: list[float], calls: tuple[Call, ...]) -> Found:
    return Found(tuple(rows), tuple(similarities), calls)


@dataclass(frozen=True)
class Lexical:
    """By BM25."""

    index: LexicalIndex

    async def search(self, texts: Sequence[str], k: int) -> Sequence[Found | Failure]:
        """The best k of those that share a word with the query: fewer where fewer do."""
        return await asyncio.to_thread(lambda: [self._one(text, k) for text in texts])

    def _one(self, text: str, k: int) -> Found:
        scores, rows = self.index.search(text, k)
        return Found(tuple(rows), tuple(scores))


@dataclass(frozen=True)
class Fused:
    """By several searches, each of which gives its `depth` best."""

    searchers: Sequence[Searcher]
    depth: int

    async def search(self, texts: Sequence[str], k: int) -> Sequence[Found | Failure]:
        """The k best by reciprocal rank fusion; a query fails where one of the searches does."""
        found = await asyncio.gather(*(searcher.search(texts, max(k, self.depth)) for searcher in self.searchers))
        return [_fused(of_one, k) for of_one in zip(*found, strict=True)]


def _fused(found: Sequence[Found | Failure], k: int) -> Found | Failure:
    rankings = []
    for one in found:
        if isinstance(one, Failure):
            return one
        rankings.append(one)
    best = reciprocal_rank_fusion([one.rows for one in rankings])[:k]
    calls = tuple(call for one in rankings for call in one.calls)
    return Found(tuple(row for row, _ in best), tuple(score for _, score in best), calls)


@dataclass(frozen=True)
class Reranked:
    """By another search, whose `candidates` best a cross-encoder puts in order."""

    searcher: Searcher
    reranker: Reranker
    texts: Sequence[str]
    """What was indexed, by row."""
    candidates: int

    async def search(self, texts: Sequence[str], k: int) -> Sequence[Found | Failure]:
        """The k best by the cross-encoder's score."""
        found = await self.searcher.search(texts, max(k, self.candidates))
        of_all = zip(texts, found, strict=True)
        pairs = [(text, self.texts[row]) for text, one in of_all if isinstance(one, Found) for row in one.rows]
        scores = iter(await self.reranker.score(pairs) if pairs else ())
        return [
            self._ordered(one, [next(scores) for _ in one.rows], k) if isinstance(one, Found) else one for one in found
        ]

    def _ordered(self, found: Found, scores: list[float], k: int) -> Found:
        best = sorted(zip(found.rows, scores, strict=True), key=lambda pair: -pair[1])[:k]
        return replace(found, rows=tuple(row for row, _ in best), scores=tuple(score for _, score in best))
