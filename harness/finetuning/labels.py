"""Labels by a fine-tuned encoder, of two as of many, alone or pooled with a second opinion."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.adapter import Batched, TaskView
from harness.finetuning import encoded
from harness.finetuning.heads import LabelHead, class_weights
from harness.finetuning.opinion import Opinion, Opinions
from harness.finetuning.reader import Reader
from harness.finetuning.settings import FineTuning
from harness.learning.pool import choose_power, pooled
from harness.metrics.threshold import DEFAULT, f1_threshold
from harness.prompting import as_text
from harness.types import Context, Item, Preparation, Query, Reply

_SHOWN = 3
"""Labels whose confidence is kept."""


def build(
    settings: FineTuning, task: TaskView, folder: Path, seed: int, root: Path, opinions: Opinions | None = None
) -> Preparation:
    """Trains; chooses the power of the second opinion, and the threshold of two labels, on validation."""
    labels = [str(label) for label in task.kind.choices or sorted({str(i.target) for i in task.train})]
    encoder = encoded.new_encoder(settings, task.kind.name, root)
    train, validation = (
        encoded.Data(encoder.tokens(_texts(items)), [labels.index(str(i.target)) for i in items])
        for items in (task.train, task.validation)
    )
    weights = class_weights(train.targets, len(labels)) if settings.class_weights else None
    head = LabelHead(len(labels), settings.label_smoothing, weights, ranked=task.kind.name == "binary")
    network, history = encoded.train(settings, task, encoder, head, (train, validation), seed)
    network.train(on=False)
    chosen = _choose(task, Reader(network, labels), validation.targets, opinions, seed)
    if opinions:
        opinions.fit(task.labelled, Reader(network, labels), seed).save(folder)
    encoded.keep(network, folder, {"labels": labels, **chosen})
    return Preparation(labels=len(task.labelled), notes=history.notes | _notes(task, opinions, chosen))


def load(
    settings: FineTuning, task: TaskView, folder: Path, root: Path, opinions: Opinions | None = None
) -> "Labeller":
    """What `build` left."""
    facts = encoded.facts_in(folder)
    reader = Reader(encoded.load(settings, task, folder, root, len(facts["labels"])), facts["labels"])
    threshold = facts["threshold"] if task.kind.name == "binary" else None
    return Labeller(reader, opinions.load(folder, reader) if opinions else None, facts["power"], threshold)


def _choose(
    task: TaskView, reader: Reader, right: Sequence[int], opinions: Opinions | None, seed: int
) -> dict[str, float]:
    """By validation items, which the opinion that is asked here has not seen; the one that is kept has."""
    power, threshold = 1.0, DEFAULT
    if task.validation:
        read = reader.read(_texts(task.validation))
        odds = read.odds
        if opinions:
            other = opinions.fit(task.train, reader, seed).odds(read)
            power = choose_power(odds, other, right)
            odds = pooled(odds, other, power)
        if task.kind.name == "binary" and len(set(right)) > 1:
            threshold = f1_threshold(odds[:, 1].tolist(), [place == 1 for place in right])
    return {"power": power, "threshold": threshold}


def _notes(task: TaskView, opinions: Opinions | None, chosen: dict[str, float]) -> dict[str, Any]:
    power = {f"power_of_{opinions.name}": chosen["power"]} if opinions else {}
    return power | ({"threshold": round(chosen["threshold"], 4)} if task.kind.name == "binary" else {})


def _texts(items: Sequence[Item]) -> list[str]:
    return [as_text(item.input) for item in items]


class Labeller(Batched):
    """Answers with the likeliest label; of two, with the second from the threshold on."""

    def __init__(self, reader: Reader, opinion: Opinion | None, power: float, threshold: float | None) -> None:
        """`power` is that of the second opinion."""
        self._reader, self._opinion, self._power, self._threshold = reader, opinion, power, threshold

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        """Labels with their confidence, and what the second opinion rests on."""
        read = self._reader.read([as_text(query.input) for query in queries])
        if self._opinion is None:
            return [self._reply(row) for row in read.odds]
        odds = pooled(read.odds, self._opinion.odds(read), self._power)
        shown = self._opinion.contexts(read)
        return [self._reply(row, contexts) for row, contexts in zip(odds, shown, strict=True)]

    def _reply(self, odds: NDArray[np.float64], contexts: tuple[Context, ...] = ()) -> Reply:
        labels = self._reader.labels
        if self._threshold is None:
            best = np.argsort(-odds, kind="stable")[:_SHOWN]
            scores = {labels[i]: round(float(odds[i]), 6) for i in best}
            return Reply(answer=labels[best[0]], scores=scores, contexts=contexts)
        negative, positive = labels
        sure = float(odds[1])
        scores = {positive: round(sure, 9), negative: round(1 - sure, 9)}
        return Reply(answer=positive if sure >= self._threshold else negative, scores=scores, contexts=contexts)
