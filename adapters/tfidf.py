"""TF-IDF and logistic regression (scikit-learn): an hour of work, and often hard to beat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from harness.adapter import Adapter, Batched, TaskView
from harness.learning.words import WordModel
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
        """Fits vocabulary and weights to all labelled items."""
        items = task.labelled
        model = WordModel.fit(
            [as_text(item.input) for item in items],
            [str(item.target) for item in items],
            ngrams=self.ngrams,
            min_df=self.min_df,
            c=self.C,
            seed=seed,
        )
        model.save(folder)
        return Preparation(labels=len(items), notes={"features": model.features})

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Classifier":
        """Reads them again."""
        return _Classifier(WordModel.load(folder))


class _Classifier(Batched):
    batch_size = 1024

    def __init__(self, model: WordModel) -> None:
        self._model = model

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [self._reply(row) for row in self._model.odds([as_text(query.input) for query in queries])]

    def _reply(self, odds: Any) -> Reply:
        labels = self._model.labels
        best = np.argsort(-odds, kind="stable")[:3]
        return Reply(answer=labels[best[0]], scores={labels[i]: round(float(odds[i]), 6) for i in best})
