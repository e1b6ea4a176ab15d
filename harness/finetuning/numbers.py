"""Numbers by a fine-tuned encoder: regression over the mean of a text's tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.adapter import Batched, TaskView
from harness.finetuning import encoded
from harness.finetuning.heads import NumberHead
from harness.finetuning.network import Network
from harness.finetuning.settings import FineTuning
from harness.prompting import as_text
from harness.types import Preparation, Query, Reply


def build(settings: FineTuning, task: TaskView, folder: Path, seed: int, root: Path) -> Preparation:
    """Trains; keeps the epoch with the least mean absolute error on validation."""
    encoder = encoded.new_encoder(settings, task.kind.name, root)
    train, validation = (
        encoded.Data(encoder.tokens([as_text(i.input) for i in items]), [float(i.target) for i in items])
        for items in (task.train, task.validation)
    )
    head = NumberHead(float(np.mean(train.targets)), float(np.std(train.targets)))
    network, history = encoded.train(settings, task, encoder, head, (train, validation), seed)
    encoded.keep(network, folder, {"mean": head.mean, "spread": head.spread})
    return Preparation(labels=len(task.labelled), notes=history.notes)


def load(settings: FineTuning, task: TaskView, folder: Path, root: Path) -> "Estimator":
    """What `build` left."""
    head = NumberHead(**encoded.facts_in(folder))
    return Estimator(encoded.load(settings, task, folder, root, head.outputs), head)


class Estimator(Batched):
    """Answers with a number in the task's own unit."""

    def __init__(self, network: Network, head: NumberHead) -> None:
        """`head` knows the unit."""
        self._network, self._head = network, head

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        """One number for each query."""
        rows = self._network.encoder.tokens([as_text(query.input) for query in queries])
        return [Reply(answer=value) for value in self._head.numbers(self._network.read(rows).outputs)]
