"""Datasets of the Hugging Face hub."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from harness.errors import ConfigError, UnavailableError

_PATIENCE_SECONDS = 20


def without_revision(source: str) -> bool:
    """Whether a source of `task.toml` is a data set of the hub at no revision: what it holds may change."""
    return source.startswith("hf:") and "@" not in source


def hub_rows(source: str, where: str) -> Iterator[dict[str, Any]]:
    """Rows of `owner/name[@revision]:split`, streamed.

    Raises:
        UnavailableError: the datasets package or the hub is out of reach.
        ConfigError: no split is named.
    """
    name, colon, split = source.rpartition(":")
    if not colon:
        raise ConfigError(f'{where}: name the split too, e.g. "hf:{source}:test".')
    repository, _, revision = name.partition("@")
    try:
        import datasets
    except ImportError as error:
        raise UnavailableError(
            f'{where}: hub datasets need the datasets package: pip install "approach-harness[data]".'
        ) from error
    away = _out_of_reach(repository)
    try:
        with _offline() if away else nullcontext():
            rows = datasets.load_dataset(repository, split=split, revision=revision or None, streaming=True)
        yield from rows
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0].rstrip(".")
        reason = f"the hub is out of reach ({away}), and it is not in the cache" if away else said
        raise UnavailableError(
            f"{where}: the dataset hf:{source} cannot be read: {reason}. Offline, download it elsewhere and name a "
            ".jsonl, .csv or .parquet file."
        ) from error


def _out_of_reach(repository: str) -> str | None:
    """Why the hub does not answer at all; None where it does, whatever it says.

    Asked once and at once: the datasets package itself tries for half a minute, and tells of every attempt.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().dataset_info(repository, timeout=_PATIENCE_SECONDS)
    except (HfHubHTTPError, ValueError):
        return None
    except Exception as error:  # of one HTTP client or another, by the hub's version
        return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return None


@contextmanager
def _offline() -> Iterator[None]:
    """What is cached is taken, and nothing is asked for."""
    import datasets
    from huggingface_hub import constants

    before = datasets.config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE = before
