"""Weights in float32 for the optimiser."""

from collections.abc import Sequence
from typing import Any


class Masters:
    """Float32 copies of weights that are computed with in bfloat16: small steps would be lost there."""

    def __init__(self, parameters: Sequence[Any]) -> None:
        """The parameters themselves serve where they are float32 already."""
        import torch

        self._computed = list(parameters)
        same = all(p.dtype == torch.float32 for p in self._computed)
        self.full = self._computed if same else [p.detach().float().clone().requires_grad_() for p in self._computed]

    def take_gradients(self) -> None:
        """Moves gradients from the weights that were computed with to the masters."""
        if self.full is not self._computed:
            for full, computed in zip(self.full, self._computed, strict=True):
                full.grad = None if computed.grad is None else computed.grad.float()
                computed.grad = None

    def give_weights(self) -> None:
        """Rounds the masters into the weights that are computed with."""
        import torch

        if self.full is not self._computed:
            with torch.no_grad():
                for full, computed in zip(self.full, self._computed, strict=True):
                    computed.copy_(full)
