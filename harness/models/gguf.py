"""A model of a GGUF file as safetensors, converted once per user."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.errors import UnavailableError
from harness.types import content_hash


def converted(gguf: Path, cache: Path) -> Path:
    """A folder below `cache` with the model as safetensors and its tokenizer; converting takes some 20 s.

    Raises:
        UnavailableError: an extra is missing, or the file cannot be read.
    """
    folder = cache / f"{gguf.stem}-{content_hash(gguf.name, gguf.stat().st_size)}"
    if (folder / "config.json").is_file():
        return folder
    if missing := [name for name in ("torch", "transformers", "gguf") if importlib.util.find_spec(name) is None]:
        raise UnavailableError(
            f'reading {gguf.name} needs {" and ".join(missing)}: pip install "approach-harness[train]".'
        )
    cache.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=cache))
    # In a process of its own: converting takes 1.5 GiB, half of which the allocator would keep.
    command = [sys.executable, "-m", "harness.models.gguf", str(gguf), str(temporary)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    try:
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or [f"it ended with {ended.returncode}"]
            raise UnavailableError(f"{gguf} cannot be converted: {said[-1]}")
        temporary.rename(folder)
    except OSError:
        if not (folder / "config.json").is_file():
            raise
        # Another process was first: its copy is as good.
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def convert(gguf: Path, folder: Path) -> None:
    """Writes the model in float32, and its tokenizer."""
    from harness.models.quiet import quiet_transformers

    with quiet_transformers():
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

        loaded = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32, trust_remote_code=False
        )
        config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
        # A model that was loaded from GGUF counts as quantised and refuses to be saved; a fresh one does not.
        for settings in (config, loaded.config):
            if hasattr(settings, "quantization_config"):
                del settings.quantization_config
        fresh = AutoModelForCausalLM.from_config(config)
        fresh.load_state_dict(loaded.state_dict())
        fresh.save_pretrained(folder)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
