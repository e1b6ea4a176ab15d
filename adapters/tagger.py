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
from harness.models.services import Services
from harness.types import Item, Preparation, Query, Reply, Rung

_WORD = re.compile(r"\w+|[^\w\s]")
_OUT = "O"


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
        return _Marker(names["features"], names["tags"], self.window, **arrays)

    def _fit(self, items: Sequence[Item], folder: Path, seed: int) -> Preparation:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        texts = [str(item.input) for item in items]
        tagged = [_tags(words(text), item.target) for text, item in zip(texts, items, strict=True)]
        vectorizer = DictVectorizer()
        rows = vectorizer.fit_transform([f for text in texts for f in described(words(text), text, self.window)])
        model = LogisticRegression(C=self.C, max_iter=200, tol=1e-3, random_state=seed)
        model.fit(rows, [tag for tags in tagged for tag in tags])
        tags = [str(tag) for tag in model.classes_]
        coefficients = model.coef_ if len(tags) > 2 else np.vstack([np.zeros_like(model.coef_), model.coef_])
        intercepts = model.intercept_ if len(tags) > 2 else np.concatenate([[0.0], model.intercept_])
        np.savez(folder / "weights.npz", coef=coefficients.astype(np.float32), intercept=intercepts)
        names = {"features": list(vectorizer.get_feature_names_out()), "tags": tags}
        (folder / "names.json").write_bytes(msgspec.json.encode(names))
        return Preparation(labels=len(items), notes={"features": len(names["features"]), "tags": len(tags)})


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


def _tags(places: Sequence[tuple[int, int]], spans: Sequence[Any]) -> list[str]:
    """B-TYPE where a span begins, I-TYPE where it goes on, O elsewhere; a word belongs to the span it overlaps."""
    tags = [_OUT] * len(places)
    for start, end, kind in spans:
        inside = [i for i, (a, b) in enumerate(places) if a < end and start < b]
        for i in inside:
            tags[i] = f"{'B' if i == inside[0] else 'I'}-{kind}"
    return tags


class _Marker(Batched):
    batch_size = 512

    def __init__(
        self, features: Sequence[str], tags: Sequence[str], window: int, coef: NDArray[Any], intercept: NDArray[Any]
    ) -> None:
        self._place = {name: i for i, name in enumerate(features)}
        self._tags, self._window, self._coef, self._intercept = list(tags), window, coef, intercept
        self._allowed = np.asarray([[_follows(before, after) for after in tags] for before in tags])

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [Reply(answer=self._mark(str(query.input))) for query in queries]

    def _mark(self, text: str) -> list[list[Any]]:
        places = words(text)
        if not places:
            return []
        odds = np.stack([self._odds(features) for features in described(places, text, self._window)])
        return _spans(places, [self._tags[i] for i in self._likeliest(odds)])

    def _odds(self, features: dict[str, float]) -> NDArray[Any]:
        known = [self._place[name] for name in features if name in self._place]
        scores = self._coef[:, known].sum(axis=1) + self._intercept
        result: NDArray[Any] = scores - scores.max() - np.log(np.exp(scores - scores.max()).sum())
        return result

    def _likeliest(self, odds: NDArray[Any]) -> list[int]:
        """The sequence with the greatest product of odds in which no span goes on that did not begin (Viterbi)."""
        start = np.asarray([not tag.startswith("I-") for tag in self._tags])
        best = np.where(start, odds[0], -np.inf)
        steps = []
        for row in odds[1:]:
            paths = np.where(self._allowed, best[:, None], -np.inf)
            steps.append(paths.argmax(axis=0))
            best = paths.max(axis=0) + row
        path = [int(best.argmax())]
        for step in reversed(steps):
            path.append(int(step[path[-1]]))
        return path[::-1]


def _follows(before: str, after: str) -> bool:
    return not after.startswith("I-") or before[2:] == after[2:]


def _spans(places: Sequence[tuple[int, int]], tags: Sequence[str]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for (start, end), tag in zip(places, tags, strict=True):
        if tag.startswith("B-"):
            found.append([start, end, tag[2:]])
        elif tag.startswith("I-"):
            found[-1][1] = end
    return found
