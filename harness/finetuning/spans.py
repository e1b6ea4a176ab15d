"""Spans by a fine-tuned encoder that tags each token."""

from collections.abc import Sequence
from pathlib import Path

from harness.adapter import Batched, TaskView
from harness.finetuning import encoded
from harness.finetuning.encoder import Encoder
from harness.finetuning.heads import NOWHERE, SpanHead
from harness.finetuning.network import Network
from harness.finetuning.settings import FineTuning
from harness.learning.bio import Tags
from harness.types import Item, Preparation, Query, Reply


def build(settings: FineTuning, task: TaskView, folder: Path, seed: int, root: Path) -> Preparation:
    """Trains; keeps the epoch with the best F1 on validation."""
    encoder = encoded.new_encoder(settings, task.kind.name, root)
    types = sorted({str(kind) for item in task.labelled for _, _, kind in item.target})
    head = SpanHead(Tags(tuple(types)))
    data = (_data(encoder, head.tags, task.train), _data(encoder, head.tags, task.validation))
    network, history = encoded.train(settings, task, encoder, head, data, seed)
    encoded.keep(network, folder, types)
    return Preparation(labels=len(task.labelled), notes=history.notes)


def load(settings: FineTuning, task: TaskView, folder: Path, root: Path) -> "Marker":
    """What `build` left."""
    tags = Tags(tuple(encoded.facts_in(folder)))
    return Marker(encoded.load(settings, task, folder, root, len(tags.names), per_token=True), tags)


def _data(encoder: Encoder, tags: Tags, items: Sequence[Item]) -> encoded.Data:
    texts = [str(item.input) for item in items]
    targets = []
    for places, item in zip(encoder.places(texts), items, strict=True):
        tagged = tags.of(places, item.target)
        targets.append([tag if a < b else NOWHERE for tag, (a, b) in zip(tagged, places, strict=True)])
    return encoded.Data(encoder.tokens(texts), targets)


class Marker(Batched):
    """Answers with the spans of the likeliest tags."""

    def __init__(self, network: Network, tags: Tags) -> None:
        """`tags` says what the outputs stand for."""
        self._network, self._tags = network, tags

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        """Spans of the part of each text that the encoder reads."""
        texts = [str(query.input) for query in queries]
        encoder = self._network.encoder
        read = self._network.read(encoder.tokens(texts)).outputs
        replies = []
        for text, places, outputs in zip(texts, encoder.places(texts), read, strict=True):
            inside = [i for i, (a, b) in enumerate(places) if a < b]
            tags = self._tags.likeliest(outputs[inside])
            replies.append(Reply(answer=self._tags.spans([places[i] for i in inside], tags, text)))
        return replies
