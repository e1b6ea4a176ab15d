import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from harness.models import stopwatch
from harness.models.embedder import LocalEmbedder, RememberingEmbedder


@pytest.mark.slow
def test_meaning_brings_texts_together_and_rows_have_length_one() -> None:
    texts = ["The cat sleeps on the sofa.", "A kitten naps on the couch.", "The central bank raised interest rates."]
    vectors = asyncio.run(LocalEmbedder("minilm").embed(texts))
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    close, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert close > 0.5 > far


class Counting:
    name, leaves_machine = "counting", False

    def __init__(self) -> None:
        self.seen: list[str] = []

    def key(self) -> str:
        return "counting"

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.seen += texts
        return np.asarray([[float(len(t)), 1.0] for t in texts], dtype=np.float32)


def test_a_text_is_embedded_once_and_rows_keep_the_order_asked() -> None:
    inner = Counting()
    embedder = RememberingEmbedder(inner, most=3)
    first = asyncio.run(embedder.embed(["a", "bbb", "a"]))
    again = asyncio.run(embedder.embed(["bbb", "cc"]))
    assert first[:, 0].tolist() == [1, 3, 1]
    assert again[:, 0].tolist() == [3, 2]
    assert inner.seen == ["a", "bbb", "cc"]


def test_what_is_remembered_still_counts_as_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 4.0, 10.0, 10.0])
    monkeypatch.setattr("harness.models.embedder.time.perf_counter", lambda: next(clock))
    embedder = RememberingEmbedder(Counting())

    async def saved(texts: list[str]) -> float:
        watch = stopwatch.start()
        await embedder.embed(texts)
        return watch.saved

    assert asyncio.run(saved(["a", "b"])) == 0
    assert asyncio.run(saved(["b", "a", "b"])) == 6.0


def test_no_more_texts_are_remembered_than_allowed() -> None:
    inner = Counting()
    embedder = RememberingEmbedder(inner, most=2)
    asyncio.run(embedder.embed(["a", "b", "c"]))
    asyncio.run(embedder.embed(["c", "a"]))
    assert inner.seen == ["a", "b", "c", "a"]
