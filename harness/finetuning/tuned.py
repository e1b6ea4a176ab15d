"""What was trained of a causal model, as something that is done to the model when it is loaded."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from harness.finetuning import tensors
from harness.finetuning.lora import adapted, merged


@dataclass(frozen=True)
class Tuned:
    """Trained weights in a folder."""

    folder: Path
    method: str
    rank: int

    def key(self) -> Any:
        """The content of the weights."""
        with (self.folder / tensors.TRAINED).open("rb") as file:
            digest = blake2b(digest_size=16)
            while piece := file.read(1 << 20):
                digest.update(piece)
        return [self.method, self.rank, digest.hexdigest()]

    def apply(self, model: Any) -> Any:
        """The model with its trained weights."""
        model = adapted(model, self.method, self.rank)
        tensors.restore(dict(model.named_parameters()), self.folder)
        return merged(model, self.method).eval()
