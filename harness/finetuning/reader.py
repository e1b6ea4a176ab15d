"""Reading texts with a fine-tuned encoder: how likely each label is, and where the texts lie in its space."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.finetuning.network import Network


@dataclass(frozen=True)
class LabelRead:
    """What a fine-tuned encoder makes of n texts."""

    texts: Sequence[str]
    odds: NDArray[np.float64]
    """Probabilities, n x labels."""
    vectors: NDArray[np.float32]
    """n x dimension, rows of length 1: where the texts lie in the encoder's own space."""


@dataclass(frozen=True)
class Reader:
    """A trained network and the labels that its outputs stand for."""

    network: Network
    labels: Sequence[str]
    """In the order of the outputs."""

    def read(self, texts: Sequence[str]) -> LabelRead:
        """Probabilities and places of n texts."""
        read = self.network.read(self.network.encoder.tokens(texts))
        odds = np.asarray(read.outputs.softmax(dim=1).numpy(), dtype=np.float64)
        vectors = np.asarray(read.vectors.numpy(), dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        return LabelRead(texts, odds, vectors / lengths)
