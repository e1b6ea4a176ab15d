import random

import numpy as np
import pytest

from harness.check.near import NEAR, jaccard, near_pairs, normal, signatures


def _texts(n, seed=0):
    rng = random.Random(seed)
    words = ["".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 8))) for _ in range(400)]
    texts = [" ".join(rng.choice(words) for _ in range(rng.randint(8, 30))) for _ in range(n)]
    for i in range(0, n, 7):
        parts = texts[i].split()
        parts[rng.randrange(len(parts))] = rng.choice(words)
        texts.append(" ".join(parts))
    return list(dict.fromkeys(map(normal, texts)))


def test_the_pairs_are_those_that_comparing_all_pairs_finds():
    texts = _texts(400)
    every = {(i, j) for i in range(len(texts)) for j in range(i + 1, len(texts)) if jaccard(texts[i], texts[j]) >= NEAR}
    found = near_pairs(texts)
    assert len(every) > 10
    assert {(i, j) for i, j, _ in found} == every
    assert all(similarity == jaccard(texts[i], texts[j]) for i, j, similarity in found)


def test_signatures_estimate_the_similarity():
    one, other = "the pump of unit seven leaks at the seal", "the pump of unit seven leaks at the valve"
    found = signatures([one, other, "x"])
    assert (found[0] == found[1]).mean() == pytest.approx(jaccard(one, other), abs=0.25)
    assert (found[0] == found[2]).mean() == 0


def test_a_signature_does_not_depend_on_what_stands_beside():
    texts = ["", "ab", "größer", "the pump leaks", "日本語のテキスト"]
    together = signatures(texts)
    for row, text in zip(together, texts, strict=True):
        assert np.array_equal(signatures([text])[0], row)


def test_texts_in_one_crowded_bucket_are_found_without_comparing_all_of_them():
    texts = [
        f"status report of the pump in hall number seven, all is well today {chr(97 + i % 26)}{i}" for i in range(200)
    ]
    found = near_pairs([normal(text) for text in texts])
    assert {i for pair in found for i in pair[:2]} == set(range(200))


@pytest.mark.parametrize("texts", [[], ["one text"], ["", "x"]])
def test_few_texts_have_no_pairs(texts):
    assert near_pairs(texts) == []


def test_case_and_punctuation_do_not_count():
    assert normal("The  PUMP-leaks!") == "the pump leaks"
