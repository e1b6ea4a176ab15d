from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from harness.learning.words import WordModel

TEXTS = ["please pay the invoice", "we order ten", "an invoice is due", "our order stands", "pay now", "order more"]
TARGETS = ["pay", "order", "pay", "order", "pay", "order"]


def fitted(targets: list[str]) -> WordModel:
    return WordModel.fit(TEXTS, targets, ngrams=2, min_df=1, c=20.0, seed=0)


@pytest.mark.parametrize("targets", [TARGETS, ["a", "b", "c", "a", "b", "c"]], ids=["two labels", "three labels"])
def test_odds_are_those_of_scikit_learns_own_pipeline(targets: list[str]) -> None:
    reference = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=20.0, max_iter=2000)
    ).fit(TEXTS, targets)
    asked = ["the order is due", "something else"]
    assert fitted(targets).odds(asked) == pytest.approx(reference.predict_proba(asked), abs=1e-9)


def test_a_model_that_was_kept_answers_as_before(tmp_path: Path) -> None:
    model = fitted(TARGETS)
    model.save(tmp_path)
    again = WordModel.load(tmp_path)
    assert again.labels == model.labels
    assert np.array_equal(again.odds(TEXTS), model.odds(TEXTS))
    assert not list(tmp_path.glob("*.pickle"))
