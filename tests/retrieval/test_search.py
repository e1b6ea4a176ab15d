"""Searchers over toys: an embedder that knows three words, a reranker that counts letters."""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.models.api import ModelError
from harness.models.caller import CallFailedError
from harness.retrieval.index import VectorIndex
from harness.retrieval.lexical import LexicalIndex
from harness.retrieval.search import Dense, Found, Fused, Lexical, Reranked
from harness.types import Call, Failure

TEXTS = ["cat cat bird", "cat dog", "dog dog fish", "fish"]
SENT = Call("openai/toy", input_tokens=3)


class Toy:
    """Counts cats, dogs and fish; cannot embed what holds a snake."""

    name, local, leaves_machine = "toy", False, False

    def key(self) -> Any:
        return "toy"

    async def embed(self, texts: Sequence[str], calls: list[Call] | None = None) -> np.ndarray:
        if any("snake" in text for text in texts):
            raise CallFailedError(ModelError("TooLong", "no", retry=False), Call("openai/toy", attempts=1))
        if calls is not None:
            calls.append(SENT)
        rows = np.array([[t.split().count(w) for w in ("cat", "dog", "fish")] for t in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Letters:
    """More letters of the query in the text are better."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    async def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.seen += pairs
        return [float(sum(text.count(letter) for letter in query)) for query, text in pairs]


def dense() -> Dense:
    return Dense(VectorIndex.build(asyncio.run(Toy().embed(TEXTS))), Toy())


def lexical() -> Lexical:
    return Lexical(LexicalIndex.build(TEXTS))


def find(searcher: Any, *texts: str, k: int) -> list[Any]:
    return list(asyncio.run(searcher.search(texts, k)))


def test_dense_search_finds_the_nearest_first_and_tells_its_calls() -> None:
    (found,) = find(dense(), "cat", k=2)
    assert (found.rows, found.calls) == ((0, 1), (SENT,))
    np.testing.assert_allclose(found.scores, [1.0, 1 / np.sqrt(2)], atol=1e-6)


def test_a_query_that_cannot_be_embedded_fails_alone() -> None:
    first, second, third = find(dense(), "fish", "snake", "cat", k=1)
    assert (first.rows, third.rows) == ((3,), (0,))
    assert isinstance(second, Failure)
    assert (second.error, len(second.calls)) == ("TooLong", 1)
    (alone,) = find(dense(), "snake", k=1)
    assert isinstance(alone, Failure)


def test_lexical_search_finds_only_what_shares_a_word() -> None:
    first, second = find(lexical(), "bird", "horse", k=3)
    assert first.rows == (0,)
    assert second == Found((), ())


def test_fused_search_stands_by_both_and_keeps_the_calls() -> None:
    # By meaning: 0, 1, then the others at 0; by words: 0 alone.
    found, failed = find(Fused((dense(), lexical()), 4), "cat bird", "snake", k=2)
    assert found.rows == (0, 1)
    np.testing.assert_allclose(found.scores[0], 2 / 61)
    assert found.calls == (SENT,)
    assert isinstance(failed, Failure)


def test_fused_search_finds_what_only_one_of_them_does() -> None:
    (found,) = find(Fused((lexical(), dense()), 2), "dog bird", k=4)
    assert 0 in found.rows, "the bird, by words"
    assert 2 in found.rows, "the dogs, by meaning"


def test_a_reranker_orders_the_candidates_and_sees_no_other_text() -> None:
    letters = Letters()
    found, failed = find(Reranked(dense(), letters, TEXTS, candidates=2), "dog", "snake", k=1)
    assert sorted(text for _, text in letters.seen) == ["cat dog", "dog dog fish"]
    assert (found.rows, found.scores) == ((2,), (6.0,))
    assert found.calls == (SENT,)
    assert isinstance(failed, Failure)


def test_a_reranker_that_is_given_nothing_is_not_asked() -> None:
    letters = Letters()
    assert find(Reranked(lexical(), letters, TEXTS, candidates=3), "horse", k=2) == [Found((), ())]
    assert letters.seen == []
