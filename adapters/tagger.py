"""Marks spans with a linear model of each word in its surroundings (scikit-learn): the classical way."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from harness.adapter import Adapter, Batched, TaskView
from harness.learning.bio import Tags
from harness.learning.words import one_row_per_label
from harness.models.services import Services
from harness.types import Item, Preparation, Query, Reply, Rung

_WORD = re.compile(r"\w+|[^\w\s]")


class Tagger(Adapter):
    """Logistic regression gives each word its odds of beginning or continuing a span; the likeliest sequence counts."""

    rung = Rung.TRAINED
    kinds = frozenset({"spans"})

    C: float = Field(default=10.0, gt=0)
    """Inverse strength of the regularisation."""
    window: int = Field(default=2, ge=0)
    """Words on each side that are looked at."""

    def unfit(self, task: TaskView) -> str | None:
        """Needs a training item with a span."""
        if reason := super().unfit(task):
            return reason
        return None if any(item.target for item in task.train) else "it needs training items with spans"

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Fits, and keeps weights as arrays and names as JSON."""
        import asyncio

        return await asyncio.to_thread(self._fit, task.labelled, folder, seed)

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Marker":
        """Reads them again."""
        names = msgspec.json.decode((folder / "names.json").read_bytes())
        with np.load(folder / "weights.npz", allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        return _Marker(names["features"], Tags(tuple(names["types"])), names["met"], self.window, **arrays)

    def _fit(self, items: Sequence[Item], folder: Path, seed: int) -> Preparation:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        texts = [str(item.input) for item in items]
        tags = Tags(tuple(sorted({span[2] for item in items for span in item.target})))
        tagged = [tags.of(words(text), item.target) for text, item in zip(texts, items, strict=True)]
        vectorizer = DictVectorizer()
        rows = vectorizer.fit_transform([f for text in texts for f in described(words(text), text, self.window)])
        model = LogisticRegression(C=self.C, max_iter=200, tol=1e-3, random_state=seed)
        model.fit(rows, [tag for found in tagged for tag in found])
        coefficients, intercepts = one_row_per_label(model.coef_, model.intercept_)
        np.savez(folder / "weights.npz", coef=coefficients.astype(np.float32), intercept=intercepts)
        features, met = list(vectorizer.get_feature_names_out()), model.classes_.tolist()
        names = {"features": features, "types": tags.types, "met": met}
        (folder / "names.json").write_bytes(msgspec.json.encode(names))
        return Preparation(labels=len(items), notes={"features": len(features), "tags": len(met)})


def words(text: str) -> list[tuple[int, int]]:
    """Start and end of each word and mark."""
    return [found.span() for found in _WORD.finditer(text)]


def described(places: Sequence[tuple[int, int]], text: str, window: int) -> list[dict[str, float]]:
    """Features of each word: itself, its shape, its ends, and its neighbours."""
    said = [text[start:end] for start, end in places]
    found = []
    for i, word in enumerate(said):
        low = word.lower()
        features = {f"shape={_shape(word)}": 1.0, f"begin={low[:3]}": 1.0, f"end={low[-3:]}": 1.0}
        for step in range(-window, window + 1):
            at = i + step
            near = said[at].lower() if 0 <= at < len(said) else "<edge>"
            features[f"{step}={near}"] = 1.0
        if i:
            features[f"pair={said[i - 1].lower()} {low}"] = 1.0
        found.append(features)
    return found


def _shape(word: str) -> str:
    shape = re.sub(r"[^\W\d_]", "x", re.sub(r"[A-Z]", "X", re.sub(r"\d", "9", word)))
    return re.sub(r"(.)\1+", r"\1+", shape)


class _Marker(Batched):
    batch_size = 512

    def __init__(
        self,
        features: Sequence[str],
        tags: Tags,
        met: Sequence[int],
        window: int,
        coef: NDArray[Any],
        intercept: NDArray[Any],
    ) -> None:
        """`met` are the tags that the rows of `coef` stand for: those of the training items."""
        self._place = {name: i for i, name in enumerate(features)}
        self._tags, self._met, self._window, self._coef, self._intercept = tags, list(met), window, coef, intercept

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [Reply(answer=self._mark(str(query.input))) for query in queries]

    def _mark(self, text: str) -> list[list[Any]]:
        places = words(text)
        outputs = np.full((len(places), len(self._tags.names)), -np.inf)
        for row, features in zip(outputs, described(places, text, self._window), strict=True):
            known = [self._place[name] for name in features if name in self._place]
            row[self._met] = self._coef[:, known].sum(axis=1) + self._intercept
        return self._tags.spans(places, self._tags.likeliest(outputs), text)
