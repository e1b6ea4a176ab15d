import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from harness.retrieval.lexical import LexicalIndex

TEXTS = [
    "The pump E-104 leaks oil at the shaft seal.",
    "Replace the oil filter of pump E-105 every year.",
    "Error 7 means that the door is open.",
    "Der Motor ist zu heiß.",
]


def bm25(query: str, texts: list[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Robertson's sum with Lucene's idf, word by word."""
    documents = [re.findall(r"\w+", text.casefold()) for text in texts]
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts, total = Counter(document), 0.0
        for word in re.findall(r"\w+", query.casefold()):
            holding = sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            total += idf * counts[word] / (counts[word] + k1 * (1 - b + b * len(document) / average))
        scores.append(total)
    return scores


@pytest.mark.parametrize("query", ["oil of the pump E-104", "error 7", "HEISS oder heiß", "door door"])
def test_scores_are_those_of_the_formula(query: str) -> None:
    scores, rows = LexicalIndex.build(TEXTS).search(query, 4)
    expected = np.array(bm25(query, TEXTS))
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5)
    assert sorted(rows) == np.flatnonzero(expected).tolist()
    assert scores == sorted(scores, reverse=True)


def test_a_text_without_a_word_of_the_query_is_not_found() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.search("zebra", 4) == ([], [])
    assert index.search("", 4) == ([], [])
    assert len(index.search("oil", 4)[1]) == 2


def test_ties_come_in_the_order_of_the_texts() -> None:
    assert LexicalIndex.build(["a b", "a c", "a d", "x y"]).search("a", 2)[1] == [0, 1]


def test_texts_without_any_word_are_indexed_and_never_found() -> None:
    assert LexicalIndex.build(["??", "cat", "--"]).search("cat", 3)[1] == [1]
    assert LexicalIndex.build(["??", "--"]).search("cat", 2) == ([], [])


def test_a_saved_index_answers_as_before_and_holds_no_pickle(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    index.save(tmp_path / "bm25")
    assert LexicalIndex.load(tmp_path / "bm25").search("oil pump", 3) == index.search("oil pump", 3)
    assert {path.suffix for path in (tmp_path / "bm25").iterdir()} == {".json", ".npy"}
    for path in (tmp_path / "bm25").glob("*.npy"):
        np.load(path, allow_pickle=False)
