"""Where tensors live here, and in which number format they are multiplied fastest."""

from functools import cache
from typing import Literal

from harness.models.needed import need


@cache
def pick_device() -> Literal["cuda", "mps", "cpu"]:
    """The best device of this machine.

    Raises:
        UnavailableError: torch is not installed; names the extra.
    """
    need("torch", "train")
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@cache
def pick_dtype() -> Literal["bfloat16", "float32"]:
    """bfloat16 where the hardware multiplies it (three to seven times as fast), else float32."""
    device = pick_device()
    import torch

    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device == "mps":
        return "float32"
    # The name of the CPU capability does not tell: ask for the instructions themselves.
    probes = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return "bfloat16" if any(getattr(torch.cpu, probe, bool)() for probe in probes) else "float32"
