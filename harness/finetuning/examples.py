"""What a causal model learns from: the tokens it is asked with, and those it should answer with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.models.api import Message
from harness.models.local import prompt_tokens

NO_TARGET = -100


@dataclass(frozen=True)
class Example:
    """One training item."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    """With the token that ends it."""

    @property
    def row(self) -> tuple[int, ...]:
        """Prompt and answer."""
        return self.prompt + self.answer


def example(tokenizer: Any, messages: Sequence[Message], answer: str) -> Example:
    """Tokens of prompt and answer apart, just as they are when the model writes the answer itself."""
    written = tokenizer(answer, add_special_tokens=False)["input_ids"]
    return Example(prompt_tokens(tokenizer, messages), (*written, tokenizer.eos_token_id))


@dataclass(frozen=True)
class Padded:
    """A batch as tensors, padded on the left, so that the answers stand at the end."""

    ids: Any
    """rows x width."""
    mask: Any
    positions: Any
    targets: Any
    """rows x longest answer; NO_TARGET where a row's prompt still goes on."""


def padded(examples: Sequence[Example], device: Any) -> Padded:
    """A batch of examples."""
    import torch

    width, longest = max(len(e.row) for e in examples), max(len(e.answer) for e in examples)
    ids = torch.zeros((len(examples), width), dtype=torch.long)
    mask = torch.zeros((len(examples), width), dtype=torch.long)
    targets = torch.full((len(examples), longest), NO_TARGET)
    for i, one in enumerate(examples):
        ids[i, width - len(one.row) :] = torch.tensor(one.row)
        mask[i, width - len(one.row) :] = 1
        targets[i, longest - len(one.answer) :] = torch.tensor(one.answer)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return Padded(*(tensor.to(device) for tensor in (ids, mask, positions, targets)))
