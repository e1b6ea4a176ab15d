"""An encoder with a linear head: over the mean of a text's tokens, or over each token."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.finetuning import tensors
from harness.finetuning.batches import sorted_batches
from harness.finetuning.encoder import Encoder

_DROPOUT = 0.1


@dataclass(frozen=True)
class Read:
    """What a network makes of n texts, on the CPU."""

    outputs: Any
    """n x outputs of the head; of a head over tokens a list of n, each tokens x outputs."""
    vectors: Any
    """n x dimension: the mean over each text's tokens, which a head over texts sees."""


class Network:
    """What is trained is what requires a gradient."""

    def __init__(self, encoder: Encoder, body: Any, outputs: int, *, per_token: bool) -> None:
        """`body` is the encoder's model, with or without LoRA matrices."""
        import torch

        self.encoder, self.per_token = encoder, per_token
        self._body = body
        self.device = next(body.parameters()).device
        self._head = torch.nn.Linear(encoder.model.config.hidden_size, outputs).to(self.device)
        self._dropout = torch.nn.Dropout(_DROPOUT)

    def forward(self, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Outputs, and the mean over each row's tokens; rows are padded on the right to the longest."""
        import torch

        width = max(map(len, rows))
        ids = torch.full((len(rows), width), self.encoder.tokenizer.pad_token_id or 0, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        ids, mask = ids.to(self.device), mask.to(self.device)
        hidden = self._body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask[..., None].to(hidden.dtype)
        mean = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        return self._head(self._dropout(hidden if self.per_token else mean)), mean

    def read(self, rows: Sequence[Sequence[int]]) -> Read:
        """Outputs and vectors of every row, in batches of similar length."""
        import torch

        outputs: list[Any] = [None] * len(rows)
        vectors: list[Any] = [None] * len(rows)
        with torch.inference_mode():
            for batch in sorted_batches(rows):
                said, means = (found.float().cpu() for found in self.forward([rows[i] for i in batch]))
                for i, one, mean in zip(batch, said, means, strict=True):
                    outputs[i], vectors[i] = one[: len(rows[i])] if self.per_token else one, mean
        return Read(outputs if self.per_token else torch.stack(outputs), torch.stack(vectors))

    def train(self, *, on: bool) -> None:
        """Dropout works while training only."""
        self._body.train(on)
        self._dropout.train(on)

    def body(self) -> list[Any]:
        """Weights of the encoder that are trained."""
        return [p for p in self._body.parameters() if p.requires_grad]

    def head(self) -> list[Any]:
        """Weights of the head."""
        return list(self._head.parameters())

    def state(self) -> tensors.State:
        """A copy of what is trained."""
        return tensors.state_of(self._named())

    def put(self, state: tensors.State) -> None:
        """Goes back to a state."""
        tensors.put(self._named(), state)

    def restore(self, folder: Path) -> None:
        """Puts back what was kept in a folder, ready to answer."""
        tensors.restore(self._named(), folder)
        self.train(on=False)

    def _named(self) -> dict[str, Any]:
        body = {f"body.{n}": p for n, p in self._body.named_parameters()}
        return body | {f"head.{n}": p for n, p in self._head.named_parameters()}
