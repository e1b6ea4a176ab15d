"""What was trained, by name: copied out, put back, kept as safetensors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

TRAINED = "trained.safetensors"
State = Mapping[str, Any]
"""Tensors on the CPU."""


def state_of(parameters: State) -> dict[str, Any]:
    """A copy of the parameters that are trained."""
    return {name: p.detach().cpu().clone().contiguous() for name, p in parameters.items() if p.requires_grad}


def put(parameters: State, state: State) -> None:
    """Writes a state into parameters of the same names."""
    import torch

    with torch.no_grad():
        for name, value in state.items():
            parameters[name].copy_(value)


def save(state: State, folder: Path) -> None:
    """Writes a state into a folder."""
    from safetensors.torch import save_file

    save_file(dict(state), folder / TRAINED)


def restore(parameters: State, folder: Path) -> None:
    """Puts back what `save` left."""
    from safetensors.torch import load_file

    put(parameters, load_file(folder / TRAINED))
