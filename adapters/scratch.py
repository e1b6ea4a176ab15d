"""A small convolutional network, trained from nothing: the honest bottom of the path of training one's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from harness.adapter import Adapter, Batched, TaskView
from harness.data.images import is_file, pixels
from harness.models.services import Services
from harness.types import Failure, Item, Preparation, Query, Reply, Rung


class Scratch(Adapter):
    """Two convolutions and two linear layers; AdamW, the epoch that is best on validation is kept."""

    rung = Rung.TRAINED
    kinds = frozenset({"image-label"})

    epochs: int = Field(default=40, ge=1)
    """At most; stops when validation has not improved for `patience` epochs."""
    patience: int = Field(default=8, ge=1)
    learning_rate: float = Field(default=2e-3, gt=0)
    batch_size: int = Field(default=64, ge=1)
    channels: int = Field(default=32, ge=1)
    """Of the first convolution; the second has twice as many."""
    side: int = Field(default=32, ge=4)
    """Images from files are scaled to so many pixels each way."""

    def check(self, root: Path) -> None:
        """Needs torch."""
        from harness.models.services import need

        need("torch", "train")

    def unfit(self, task: TaskView) -> str | None:
        """Needs training images of one size with at least two labels."""
        if reason := super().unfit(task):
            return reason
        if len({item.target for item in task.train}) < 2:
            return "it needs training items of at least 2 labels"
        shapes = {(self.side, self.side) if is_file(item.input) else _shape(item.input) for item in task.train}
        return None if len(shapes) == 1 and len(*shapes) == 2 else "it needs images: files, or rows of grey values"

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Trains; keeps the weights as safetensors."""
        import asyncio

        return await asyncio.to_thread(self._train, task, folder, seed)

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Classifier":
        """Reads them again."""
        import asyncio

        return await asyncio.to_thread(self._load, task, folder)

    def _train(self, task: TaskView, folder: Path, seed: int) -> Preparation:
        import torch
        from safetensors.torch import save_file

        from harness.models.device import pick_device

        labels = list(task.kind.choices or ())
        train, validation = (_data(part, labels, self.side) for part in (task.train, task.validation))
        scale, shape = float(train[0].max()) or 1.0, train[0].shape[1:]
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = _network(shape, len(labels), self.channels).to(pick_device())
            history = self._fit(network, (train[0] / scale, train[1]), (validation[0] / scale, validation[1]), seed)
        save_file({k: v.cpu().contiguous() for k, v in network.state_dict().items()}, folder / "network.safetensors")
        (folder / "network.json").write_bytes(msgspec.json.encode({"labels": labels, "scale": scale, "shape": shape}))
        best = max(history, default=0.0)
        notes = {"epochs": len(history), "parameters": sum(p.numel() for p in network.parameters())}
        return Preparation(
            labels=len(task.train) + len(task.validation), notes={**notes, "validation_accuracy": round(best, 4)}
        )

    def _load(self, task: TaskView, folder: Path) -> "_Classifier":
        from safetensors.torch import load_file

        from harness.models.device import pick_device

        kept = msgspec.json.decode((folder / "network.json").read_bytes())
        network = _network(kept["shape"], len(kept["labels"]), self.channels)
        network.load_state_dict(load_file(folder / "network.safetensors"))
        network.to(pick_device()).eval()
        return _Classifier(network, kept["labels"], kept["scale"], tuple(kept["shape"]))

    def _fit(self, network: Any, train: "_Data", validation: "_Data", seed: int) -> list[float]:
        """Accuracy on validation after each epoch; leaves the best epoch's weights in the network."""
        import torch

        rng = np.random.default_rng(seed)
        optimiser = torch.optim.AdamW(network.parameters(), lr=self.learning_rate, weight_decay=1e-3)
        history: list[float] = []
        best, kept, since = -1.0, network.state_dict(), 0
        for _ in range(self.epochs):
            network.train()
            order = rng.permutation(len(train[1]))
            for start in range(0, len(order), self.batch_size):
                batch = order[start : start + self.batch_size]
                odds = network(_tensor(train[0][batch], network))
                loss = torch.nn.functional.cross_entropy(odds, torch.as_tensor(train[1][batch], device=odds.device))
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
            network.eval()
            if not len(validation[1]):
                continue
            history.append(float((_odds(network, validation[0]).argmax(axis=1) == validation[1]).mean()))
            if history[-1] > best:
                best, kept, since = history[-1], {k: v.clone() for k, v in network.state_dict().items()}, 0
            elif (since := since + 1) >= self.patience:
                break
        if history:
            network.load_state_dict(kept)
        return history


_Data = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Images (n, height, width), and which label each has."""


def _shape(image: Any) -> tuple[int, ...]:
    """Height and width; empty for what is no image."""
    try:
        return np.shape(np.asarray(image, dtype=np.float32))
    except (TypeError, ValueError):
        return ()


def _data(items: Sequence[Item], labels: Sequence[str], side: int) -> _Data:
    images = np.asarray([pixels(item.input, side) for item in items], dtype=np.float32)
    return images, np.asarray([labels.index(item.target) for item in items], dtype=np.int64)


def _network(shape: Sequence[int], labels: int, channels: int) -> Any:
    from torch import nn

    height, width = (max(side // 2, 1) for side in shape)
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d((height, width)),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(2 * channels * height * width, 128),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Linear(128, labels),
    )


def _tensor(images: NDArray[np.float32], network: Any) -> Any:
    import torch

    return torch.as_tensor(images[:, None], device=next(network.parameters()).device)


def _odds(network: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
    import torch

    with torch.inference_mode():
        parts = [
            network(_tensor(images[i : i + 1024], network)).softmax(dim=1).cpu() for i in range(0, len(images), 1024)
        ]
    found: NDArray[np.float32] = torch.cat(parts).numpy()
    return found


class _Classifier(Batched):
    batch_size = 1024

    def __init__(self, network: Any, labels: Sequence[str], scale: float, shape: tuple[int, ...]) -> None:
        self._network, self._labels, self._scale, self._shape = network, labels, scale, shape

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """An image that does not open, or is of another size, fails alone."""
        images = [self._image(query) for query in queries]
        fitting = [image for image in images if not isinstance(image, Failure)]
        odds = iter(_odds(self._network, np.stack(fitting) / np.float32(self._scale)) if fitting else ())
        return [image if isinstance(image, Failure) else self._reply(next(odds)) for image in images]

    def _image(self, query: Query) -> NDArray[np.float32] | Failure:
        try:
            image = pixels(query.input, self._shape[0])
        except (OSError, TypeError, ValueError) as error:
            return Failure("BrokenImage", str(error)[:200])
        if image.shape != self._shape:
            return Failure("WrongSize", f"the network reads images of {self._shape}, found {image.shape}")
        return image

    def _reply(self, odds: NDArray[np.float32]) -> Reply:
        order = np.argsort(-odds, kind="stable")[:10]
        return Reply(answer=self._labels[order[0]], scores={self._labels[i]: round(float(odds[i]), 6) for i in order})
