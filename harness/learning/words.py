"""Labels by the words of a text: TF-IDF and logistic regression (scikit-learn), kept as arrays and JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

_WEIGHTS, _WORDS = "weights.npz", "words.json"


@dataclass(frozen=True)
class WordModel:
    """Word n-grams with sublinear counts, one weight vector per label."""

    vectorizer: Any
    coefficients: NDArray[np.float64]
    """Labels x n-grams."""
    intercepts: NDArray[np.float64]
    labels: tuple[str, ...]
    ngrams: int

    @classmethod
    def fit(
        cls, texts: Sequence[str], targets: Sequence[str], *, ngrams: int, min_df: int, c: float, seed: int
    ) -> "WordModel":
        """Vocabulary and weights from n texts and their labels, of which there are at least 2 different ones.

        Args:
            texts: to learn from.
            targets: their labels.
            ngrams: words of the longest n-gram.
            min_df: in how many texts an n-gram must occur.
            c: inverse strength of the regularisation.
            seed: of the solver.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        vectorizer = TfidfVectorizer(ngram_range=(1, ngrams), sublinear_tf=True, min_df=min_df)
        model = LogisticRegression(C=c, max_iter=2000, random_state=seed)
        model.fit(vectorizer.fit_transform(texts), targets)
        coefficients, intercepts = one_row_per_label(model.coef_, model.intercept_)
        return cls(vectorizer, coefficients, intercepts, tuple(map(str, model.classes_)), ngrams)

    @property
    def features(self) -> int:
        """Number of n-grams."""
        return len(self.vectorizer.vocabulary_)

    def odds(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, n x labels, in the order of `labels`."""
        from scipy.special import softmax

        found = self.vectorizer.transform(texts) @ self.coefficients.T + self.intercepts
        return np.asarray(softmax(found, axis=1))

    def save(self, folder: Path) -> None:
        """As arrays and JSON: nothing that could be executed."""
        np.savez(folder / _WEIGHTS, idf=self.vectorizer.idf_, coef=self.coefficients, intercept=self.intercepts)
        words = list(self.vectorizer.get_feature_names_out())
        kept = {"vocabulary": words, "labels": self.labels, "ngrams": self.ngrams}
        (folder / _WORDS).write_bytes(msgspec.json.encode(kept))

    @classmethod
    def load(cls, folder: Path) -> "WordModel":
        """What `save` left."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        kept = msgspec.json.decode((folder / _WORDS).read_bytes())
        with np.load(folder / _WEIGHTS, allow_pickle=False) as weights:
            idf, coefficients, intercepts = weights["idf"], weights["coef"], weights["intercept"]
        vectorizer = TfidfVectorizer(
            ngram_range=(1, kept["ngrams"]),
            sublinear_tf=True,
            vocabulary={word: i for i, word in enumerate(kept["vocabulary"])},
        )
        vectorizer.idf_ = idf
        return cls(vectorizer, coefficients, intercepts, tuple(kept["labels"]), kept["ngrams"])


def one_row_per_label(coefficients: Any, intercepts: Any) -> tuple[Any, Any]:
    """With two labels scikit-learn keeps one row, for the second."""
    if len(coefficients) > 1:
        return coefficients, intercepts
    zeros = np.zeros_like(coefficients)
    return np.vstack([zeros, coefficients]), np.concatenate([[0.0], intercepts])
