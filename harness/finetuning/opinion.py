"""A second opinion on labels, pooled with a fine-tuned encoder's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness.finetuning.reader import LabelRead, Reader
from harness.types import Context, Item


class Opinion(Protocol):
    """Probabilities by other means."""

    def odds(self, read: LabelRead) -> NDArray[np.float64]:
        """Probabilities, n x labels."""

    def contexts(self, read: LabelRead) -> Sequence[tuple[Context, ...]]:
        """What each of n opinions rests on, where that can be shown."""

    def save(self, folder: Path) -> None:
        """Keeps it."""


class Opinions(Protocol):
    """How to come by an opinion."""

    @property
    def name(self) -> str:
        """For notes."""

    def fit(self, items: Sequence[Item], reader: Reader, seed: int) -> Opinion:
        """From labelled items, which the fine-tuned encoder can read."""

    def load(self, folder: Path, reader: Reader) -> Opinion:
        """What `Opinion.save` kept."""
