"""A causal model as it is trained: the loss counts the tokens of the answers alone."""

from collections.abc import Sequence
from typing import Any

from harness.finetuning import tensors
from harness.finetuning.batches import sorted_batches
from harness.finetuning.examples import NO_TARGET, Example, padded
from harness.finetuning.training import Judged

_JUDGED = 8
"""Validation items at once."""


class LanguageTrainee:
    """What is trained is what requires a gradient."""

    def __init__(self, model: Any, train: Sequence[Example], validation: Sequence[Example]) -> None:
        """`model` with or without LoRA matrices."""
        self._model, self._train, self._validation = model, train, validation
        self.rows = [example.row for example in train]
        self._device = next(model.parameters()).device
        # The last positions of a batch do not lie side by side in memory: as they are, the multiplication with the
        # vocabulary would copy its weights for every row.
        model.get_output_embeddings().register_forward_pre_hook(lambda _, given: (given[0].contiguous(),))

    def body(self) -> list[Any]:
        """Weights that are trained."""
        return [p for p in self._model.parameters() if p.requires_grad]

    def head(self) -> list[Any]:
        """The model has its own."""
        return []

    def train(self, *, on: bool) -> None:
        """Dropout, where the model has one, works while training only."""
        self._model.train(on)

    def loss(self, batch: Sequence[int]) -> Any:
        """Mean over the answers' tokens."""
        total, tokens = self._loss([self._train[i] for i in batch])
        return total / tokens

    def judge(self) -> Judged | None:
        """By the mean loss of a token of the validation items' answers."""
        import torch

        if not self._validation:
            return None
        rows = [example.row for example in self._validation]
        with torch.inference_mode():
            parts = [self._loss([self._validation[i] for i in batch]) for batch in sorted_batches(rows, _JUDGED)]
        loss = float(sum(total for total, _ in parts)) / sum(tokens for _, tokens in parts)
        return Judged(-loss, {"validation_loss": loss})

    def state(self) -> tensors.State:
        """A copy of what is trained."""
        return tensors.state_of(dict(self._model.named_parameters()))

    def put(self, state: tensors.State) -> None:
        """Goes back to a state."""
        tensors.put(dict(self._model.named_parameters()), state)

    def _loss(self, examples: Sequence[Example]) -> tuple[Any, int]:
        """Summed over the answers' tokens, and how many there are."""
        import torch

        batch = padded(examples, self._device)
        out = self._model(
            input_ids=batch.ids,
            attention_mask=batch.mask,
            position_ids=batch.positions,
            use_cache=False,
            logits_to_keep=batch.targets.shape[1] + 1,
        )
        logits = out.logits[:, :-1].float()
        total = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), batch.targets.flatten(), ignore_index=NO_TARGET, reduction="sum"
        )
        return total, int((batch.targets != NO_TARGET).sum())
