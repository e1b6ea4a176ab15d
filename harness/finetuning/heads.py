"""What a head is trained to say: a label, a number, or a tag for each token."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from harness.finetuning.training import Judged
from harness.learning.bio import Tags, counted

NOWHERE = -100
"""The target of a token that stands nowhere in the text: it does not count."""
_TIE = 1e-3
"""Few validation items tie often; among equals the smaller loss is the better epoch."""


class Head(Protocol):
    """The form of the outputs, their loss, and how they do on validation."""

    @property
    def outputs(self) -> int:
        """Numbers that the head gives."""

    @property
    def per_token(self) -> bool:
        """Whether it gives them for each token, not for the text."""

    def loss(self, outputs: Any, targets: Sequence[Any]) -> Any:
        """Mean loss of a batch."""

    def judge(self, outputs: Any, targets: Sequence[Any]) -> Judged:
        """Of outputs as `Network.read` gives them."""


@dataclass(frozen=True)
class LabelHead:
    """One of several labels. Targets are their places; judged by accuracy, of two labels by ROC-AUC."""

    outputs: int
    smoothing: float
    weights: tuple[float, ...] | None
    """Of the labels in the loss."""
    ranked: bool
    """Whether to judge by how well the second label is told from the first, whatever the threshold."""
    per_token: bool = False

    def loss(self, outputs: Any, targets: Sequence[Any]) -> Any:
        """Cross-entropy with smoothed labels."""
        import torch

        weight = None if self.weights is None else torch.tensor(self.weights, device=outputs.device)
        right = torch.tensor(targets, device=outputs.device)
        return torch.nn.functional.cross_entropy(outputs, right, weight, label_smoothing=self.smoothing)

    def judge(self, outputs: Any, targets: Sequence[Any]) -> Judged:
        """Accuracy or ROC-AUC, and the loss."""
        import torch

        right = torch.tensor(targets)
        loss = float(torch.nn.functional.cross_entropy(outputs, right))
        if self.ranked and len(set(targets)) > 1:
            from sklearn.metrics import roc_auc_score

            auc = float(roc_auc_score(targets, (outputs[:, 1] - outputs[:, 0]).numpy()))
            return Judged(auc - _TIE * loss, {"validation_roc_auc": auc, "validation_loss": loss})
        accuracy = float((outputs.argmax(dim=1) == right).float().mean())
        return Judged(accuracy - _TIE * loss, {"validation_accuracy": accuracy, "validation_loss": loss})


def class_weights(targets: Sequence[int], classes: int) -> tuple[float, ...]:
    """The inverse of each class's frequency, 1 where all are as frequent."""
    counts = Counter(targets)
    return tuple(len(targets) / (classes * max(counts[c], 1)) for c in range(classes))


@dataclass(frozen=True)
class NumberHead:
    """A number, standardised by the mean and the standard deviation of the training targets."""

    mean: float
    spread: float
    outputs: int = 1
    per_token: bool = False

    def loss(self, outputs: Any, targets: Sequence[Any]) -> Any:
        """Huber's loss in standard deviations: a target far out pulls no harder than one that is wrong by 1."""
        import torch

        right = torch.tensor([(t - self.mean) / self.spread for t in targets], device=outputs.device)
        return torch.nn.functional.smooth_l1_loss(outputs[:, 0], right)

    def judge(self, outputs: Any, targets: Sequence[Any]) -> Judged:
        """Mean absolute error in the task's own unit."""
        mae = float(np.abs(np.asarray(self.numbers(outputs)) - np.asarray(targets)).mean())
        return Judged(-mae, {"validation_mae": mae})

    def numbers(self, outputs: Any) -> list[float]:
        """In the task's own unit."""
        return [self.mean + self.spread * value for value in outputs[:, 0].double().tolist()]


@dataclass(frozen=True)
class SpanHead:
    """A tag for each token. Targets are lists of places in `tags.names`, or NOWHERE."""

    tags: Tags
    per_token: bool = True

    @property
    def outputs(self) -> int:
        """One for each tag."""
        return len(self.tags.names)

    def loss(self, outputs: Any, targets: Sequence[Any]) -> Any:
        """Cross-entropy of the tokens that stand in the text."""
        import torch

        right = torch.full(outputs.shape[:2], NOWHERE)
        for i, row in enumerate(targets):
            right[i, : len(row)] = torch.tensor(row)
        right = right.to(outputs.device)
        total = torch.nn.functional.cross_entropy(outputs.flatten(0, 1), right.flatten(), reduction="sum")
        return total / (right != NOWHERE).sum().clamp(min=1)

    def judge(self, outputs: Any, targets: Sequence[Any]) -> Judged:
        """F1 of spans that are right from end to end, over all items, and the mean loss of an item.

        At first no span is found at all, and only the loss tells that the model is learning.
        """
        said = right = both = 0
        loss = sum(float(self.loss(odds[None], [row])) for odds, row in zip(outputs, targets, strict=True))
        loss /= len(targets)
        for odds, row in zip(outputs, targets, strict=True):
            inside = [i for i, tag in enumerate(row) if tag != NOWHERE]
            found = counted(self.tags.likeliest(odds[inside]), self.tags.names)
            wanted = counted([row[i] for i in inside], self.tags.names)
            said, right, both = said + len(found), right + len(wanted), both + len(found & wanted)
        f1 = 2 * both / max(said + right, 1)
        return Judged(f1 - _TIE * loss, {"validation_f1": f1, "validation_loss": loss})
