"""A pretrained text encoder and its tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.learning.bio import Place


@dataclass(frozen=True)
class Encoder:
    """Loaded weights, on the best device here."""

    model: Any
    tokenizer: Any
    max_length: int
    """Tokens of a text that are read."""

    @classmethod
    def load(cls, name: str, max_length: int, root: Path) -> "Encoder":
        """Loads safetensors, in the number format that is multiplied fastest here.

        Raises:
            UnavailableError: the weights are not on this machine and cannot be fetched.
        """
        from harness.models.device import pick_device, pick_dtype
        from harness.models.quiet import quiet_transformers
        from harness.models.weights import weights_folder

        folder = weights_folder(name, "embedding", root)
        with quiet_transformers():
            import torch
            from transformers import AutoModel, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            # Dropout inside a small encoder costs half the time on a CPU and gains nothing measurable here.
            model = AutoModel.from_pretrained(
                folder,
                dtype=getattr(torch, pick_dtype()),
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                trust_remote_code=False,
                use_safetensors=True,
            )
        return cls(model.to(pick_device()), tokenizer, max_length)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token numbers of each text."""
        if not texts:
            return []
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.max_length)
        return [list(ids) for ids in encoded["input_ids"]]

    def places(self, texts: Sequence[str]) -> list[list[Place]]:
        """Where each token of `tokens` stands; (0, 0) for one that stands nowhere, such as the first."""
        if not texts:
            return []
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.max_length, return_offsets_mapping=True)
        return [[(int(a), int(b)) for a, b in row] for row in encoded["offset_mapping"]]
