"""Fine-tuning an encoder under a head, and having it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from harness.adapter import TaskView
from harness.finetuning import tensors
from harness.finetuning.encoder import Encoder
from harness.finetuning.heads import Head
from harness.finetuning.lora import adapted
from harness.finetuning.network import Network
from harness.finetuning.settings import FineTuning
from harness.finetuning.training import History, Judged, fit

_FILE = "head.json"


@dataclass(frozen=True)
class Data:
    """Items as a network takes them."""

    rows: Sequence[Sequence[int]]
    """Token numbers of each text."""
    targets: Sequence[Any]
    """As the head takes them."""


def new_encoder(settings: FineTuning, kind: str, root: Path) -> Encoder:
    """The pretrained encoder that the settings name."""
    return Encoder.load(settings.base_of(kind), settings.length_of(kind), root)


def train(
    settings: FineTuning, task: TaskView, encoder: Encoder, head: Head, data: tuple[Data, Data], seed: int
) -> tuple[Network, History]:
    """A network trained on the first part of the data, as good as it got on the second."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = _network(settings, encoder, head.outputs, per_token=head.per_token)
        trainee = _Trainee(network, head, *data)
        history = fit(trainee, settings.plan(task.kind.name), np.random.default_rng(seed))
    return network, history


def keep(network: Network, folder: Path, facts: Any) -> None:
    """Keeps trained weights as safetensors, and `facts` as JSON."""
    tensors.save(network.state(), folder)
    (folder / _FILE).write_bytes(msgspec.json.encode(facts))


def facts_in(folder: Path) -> Any:
    """What `keep` was told."""
    return msgspec.json.decode((folder / _FILE).read_bytes())


def load(
    settings: FineTuning, task: TaskView, folder: Path, root: Path, outputs: int, *, per_token: bool = False
) -> Network:
    """The network that `keep` kept."""
    encoder = new_encoder(settings, task.kind.name, root)
    network = _network(settings, encoder, outputs, per_token=per_token)
    network.restore(folder)
    return network


def _network(settings: FineTuning, encoder: Encoder, outputs: int, *, per_token: bool) -> Network:
    return Network(encoder, adapted(encoder.model, settings.method, settings.rank), outputs, per_token=per_token)


class _Trainee:
    def __init__(self, network: Network, head: Head, train: Data, validation: Data) -> None:
        self._network, self._head, self._train, self._validation = network, head, train, validation
        self.rows = train.rows
        self.body, self.head, self.train = network.body, network.head, network.train
        self.state, self.put = network.state, network.put

    def loss(self, batch: Sequence[int]) -> Any:
        outputs, _ = self._network.forward([self.rows[i] for i in batch])
        return self._head.loss(outputs, [self._train.targets[i] for i in batch])

    def judge(self) -> Judged | None:
        if not self._validation.rows:
            return None
        return self._head.judge(self._network.read(self._validation.rows).outputs, self._validation.targets)
