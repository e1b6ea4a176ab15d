"""Datasets of the Hugging Face hub."""

from collections.abc import Iterator
from typing import Any

from harness.errors import ConfigError, UnavailableError


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
    try:
        yield from datasets.load_dataset(repository, split=split, revision=revision or None, streaming=True)
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"{where}: the dataset hf:{source} cannot be read: {str(error).splitlines()[0].rstrip('.')}. "
            "Offline, download it elsewhere and name a .jsonl, .csv or .parquet file."
        ) from error
