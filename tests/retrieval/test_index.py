from pathlib import Path

import numpy as np
import pytest

from harness.retrieval.index import VectorIndex


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    drawn = np.random.default_rng(0).normal(size=(500, 16)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_the_flat_index_finds_what_brute_force_finds(vectors: np.ndarray) -> None:
    similarities, rows = VectorIndex.build(vectors).search(vectors[:20], 5)
    exact = vectors[:20] @ vectors.T
    np.testing.assert_array_equal(rows, np.argsort(-exact, axis=1, kind="stable")[:, :5])
    np.testing.assert_allclose(similarities, -np.sort(-exact, axis=1)[:, :5], atol=1e-5)


def test_hnsw_finds_nearly_all_of_them(vectors: np.ndarray) -> None:
    _, approximate = VectorIndex.build(vectors, "hnsw").search(vectors, 5)
    _, exact = VectorIndex.build(vectors, "flat").search(vectors, 5)
    shared = [len(set(a) & set(b)) for a, b in zip(approximate.tolist(), exact.tolist(), strict=True)]
    assert np.mean(shared) / 5 > 0.9


def test_a_saved_index_answers_as_before(vectors: np.ndarray, tmp_path: Path) -> None:
    index = VectorIndex.build(vectors)
    index.save(tmp_path / "index.faiss")
    loaded = VectorIndex.load(tmp_path / "index.faiss")
    assert len(loaded) == 500
    np.testing.assert_array_equal(loaded.search(vectors[:3], 4)[1], index.search(vectors[:3], 4)[1])
