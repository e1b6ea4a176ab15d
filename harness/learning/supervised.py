"""What the adapters around a scikit-learn model share: fitting, the operating threshold, keeping and answering."""

import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.adapter import Adapter, Batched, TaskView
from harness.data.images import is_file
from harness.learning.tabular import Features
from harness.metrics.threshold import DEFAULT, f1_threshold
from harness.models.services import Services
from harness.types import Item, Preparation, Query, Reply, Rung

KINDS = frozenset({"label", "binary", "number", "image-label"})
_FILE = "model.pickle"
_MODULES = re.compile(
    r"sklearn(\.\w+)*|lightgbm\.(sklearn|basic)|numpy|numpy\._?core\.\w+|numpy\.random\.\w+|scipy\.sparse\._\w+"
)
_NAMES = (
    "harness.learning.tabular.Features",
    "harness.learning.tabular.as_floats",
    "functools.partial",
    "collections.OrderedDict",
    "collections.defaultdict",
    "builtins.slice",
    "builtins.set",
    "builtins.object",
    "copyreg._reconstructor",
    "_codecs.encode",
)
_SHOWN = 10
"""Labels whose confidence is kept."""


class Supervised(Adapter):
    """A model that is fitted to features of the training items. A subclass says which."""

    rung = Rung.TRAINED
    kinds = KINDS

    def model(self, *, number: bool, features: Features, seed: int) -> Any:
        """The model to fit, a regressor where a number is asked for and a classifier where not."""
        raise NotImplementedError

    def beside(self, features: Features) -> dict[str, Any]:
        """What the model is told at fitting beside inputs and targets."""
        del features
        return {}

    @property
    def dense(self) -> bool:
        """Which features the model likes: see `Features.fit`."""
        raise NotImplementedError

    def fingerprint(self, root: Path) -> Any:
        """The version of scikit-learn: another one cannot read what this one kept."""
        from importlib.metadata import version

        return version("scikit-learn")

    def unfit(self, task: TaskView) -> str | None:
        """Needs training items with at least two different targets."""
        if reason := super().unfit(task):
            return reason
        if any(is_file(item.input) for item in task.train):
            return "it reads images as rows of grey values, not as files"
        different = {item.target for item in task.train}
        return None if len(different) > 1 else "it needs training items with at least 2 different targets"

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Fits; for a binary task chooses the threshold on validation first, and then fits to all labelled items."""
        import asyncio

        return await asyncio.to_thread(self._fit, task, folder, seed)

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Answers":
        """Reads what `build` kept in this project's own folder."""
        with (folder / _FILE).open("rb") as file:
            features, model, threshold = _Reader(file).load()
        return _Answers(task, features, model, threshold)

    def _fit(self, task: TaskView, folder: Path, seed: int) -> Preparation:
        threshold, notes = DEFAULT, {}
        if task.kind.name == "binary" and len({i.target for i in task.validation}) > 1:
            features, model = self._fitted(task, task.train, seed)
            positive = _answers(task)[1]
            sure = _confidences(features, model, [i.input for i in task.validation])[positive]
            threshold = f1_threshold(sure, [i.target == positive for i in task.validation])
            notes = {"threshold": round(threshold, 4)}
        features, model = self._fitted(task, task.labelled, seed)
        (folder / _FILE).write_bytes(pickle.dumps((features, model, threshold)))
        roles = [features.roles[name] for name in features.roles]
        columns = {role: roles.count(role) for role in sorted(set(roles))}
        return Preparation(labels=len(task.labelled), notes={"columns": columns, **notes})

    def _fitted(self, task: TaskView, items: Sequence[Item], seed: int) -> tuple[Features, Any]:
        features = Features.fit([item.input for item in items], dense=self.dense, seed=seed)
        model = self.model(number=task.kind.name == "number", features=features, seed=seed)
        inputs, targets = features.transform([i.input for i in items]), [i.target for i in items]
        return features, model.fit(inputs, targets, **self.beside(features))


class _Reader(pickle.Unpickler):
    """Reads what a model of scikit-learn is made of.

    Its trees can be kept in no other form. The file was made by `build` on this machine and is never fetched; should
    another stand in its place, the usual ways to start a program from one are not there.
    """

    def find_class(self, module: str, name: str) -> Any:
        if (_MODULES.fullmatch(module) and "." not in name) or f"{module}.{name}" in _NAMES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a model")


def _answers(task: TaskView) -> tuple[str, ...]:
    return tuple(task.kind.choices or ())


def _confidences(features: Features, model: Any, inputs: Sequence[Any]) -> dict[str, Any]:
    odds = model.predict_proba(features.transform(inputs))
    return {str(label): odds[:, j] for j, label in enumerate(model.classes_)}


class _Answers(Batched):
    batch_size = 4096

    def __init__(self, task: TaskView, features: Features, model: Any, threshold: float) -> None:
        self._task, self._features, self._model, self._threshold = task, features, model, threshold

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        inputs = [query.input for query in queries]
        if self._task.kind.name == "number":
            return [Reply(answer=float(v)) for v in self._model.predict(self._features.transform(inputs))]
        sure = _confidences(self._features, self._model, inputs)
        if self._task.kind.name == "binary":
            return [self._decided(p) for p in sure[_answers(self._task)[1]].tolist()]
        labels, odds = list(sure), np.stack(list(sure.values()), axis=1)
        return [_best(labels, row) for row in odds]

    def _decided(self, sure: float) -> Reply:
        negative, positive = _answers(self._task)
        answer = positive if sure >= self._threshold else negative
        return Reply(answer=answer, scores={positive: round(sure, 9), negative: round(1 - sure, 9)})


def _best(labels: Sequence[str], odds: Any) -> Reply:
    order = np.argsort(-odds, kind="stable")[:_SHOWN]
    return Reply(answer=labels[order[0]], scores={labels[i]: round(float(odds[i]), 6) for i in order})
