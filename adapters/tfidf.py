"""TF-IDF and logistic regression (scikit-learn): an hour of work, and often hard to beat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from pydantic import Field

from harness.adapter import Adapter, Batched, TaskView
from harness.models.services import Services
from harness.prompting import as_text
from harness.types import Preparation, Query, Reply, Rung


class Tfidf(Adapter):
    """Word n-grams with sublinear counts, one weight vector per label."""

    rung = Rung.TRAINED
    kinds = frozenset({"label"})

    ngrams: int = Field(default=2, ge=1, le=5)
    """Longest n-gram of words."""
    C: float = Field(default=20.0, gt=0)
    """Inverse strength of the regularisation."""
    min_df: int = Field(default=1, ge=1)
    """An n-gram must occur in so many training items."""

    def unfit(self, task: TaskView) -> str | None:
        """Needs training items of two labels."""
        if reason := super().unfit(task):
            return reason
        seen = {str(item.target) for item in task.labelled}
        return None if len(seen) > 1 else f"it needs training items of at least 2 labels, found {len(seen)}"

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Fits vocabulary and weights, and keeps them as arrays and JSON: nothing that could be executed."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        texts = [as_text(item.input) for item in task.labelled]
        vectorizer = TfidfVectorizer(ngram_range=(1, self.ngrams), sublinear_tf=True, min_df=self.min_df)
        features = vectorizer.fit_transform(texts)
        model = LogisticRegression(C=self.C, max_iter=2000, random_state=seed)
        model.fit(features, [str(item.target) for item in task.labelled])
        coefficients, intercepts = _one_row_per_class(model.coef_, model.intercept_)
        np.savez(folder / "weights.npz", idf=vectorizer.idf_, coef=coefficients, intercept=intercepts)
        words = {"vocabulary": list(vectorizer.get_feature_names_out()), "labels": [str(c) for c in model.classes_]}
        (folder / "words.json").write_bytes(msgspec.json.encode(words))
        return Preparation(labels=len(texts), notes={"features": int(features.shape[1])})

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Linear":
        """Reads them again."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = msgspec.json.decode((folder / "words.json").read_bytes())
        with np.load(folder / "weights.npz", allow_pickle=False) as weights:
            idf, coef, intercept = weights["idf"], weights["coef"], weights["intercept"]
        vectorizer = TfidfVectorizer(
            ngram_range=(1, self.ngrams),
            sublinear_tf=True,
            vocabulary={w: i for i, w in enumerate(words["vocabulary"])},
        )
        vectorizer.idf_ = idf
        return _Linear(vectorizer, coef, intercept, words["labels"])


def _one_row_per_class(coefficients: Any, intercepts: Any) -> tuple[Any, Any]:
    """With two classes scikit-learn keeps one row, for the second class."""
    if len(coefficients) > 1:
        return coefficients, intercepts
    zeros = np.zeros_like(coefficients)
    return np.vstack([zeros, coefficients]), np.concatenate([[0.0], intercepts])


class _Linear(Batched):
    batch_size = 1024

    def __init__(self, vectorizer: Any, coef: Any, intercept: Any, labels: Sequence[str]) -> None:
        self._vectorizer, self._coef, self._intercept, self._labels = vectorizer, coef, intercept, labels

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        from scipy.special import softmax

        features = self._vectorizer.transform([as_text(query.input) for query in queries])
        odds = softmax(features @ self._coef.T + self._intercept, axis=1)
        return [self._reply(row) for row in odds]

    def _reply(self, odds: Any) -> Reply:
        best = np.argsort(-odds, kind="stable")[:3]
        return Reply(answer=self._labels[best[0]], scores={self._labels[i]: round(float(odds[i]), 6) for i in best})
