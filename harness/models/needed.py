"""Packages of an extra, asked for by those who are about to import them."""

import importlib.util

from harness.errors import UnavailableError


def need(module: str, extra: str) -> None:
    """Raises UnavailableError, naming the extra, where a package is not installed; imports nothing."""
    if importlib.util.find_spec(module) is None:
        raise UnavailableError(f'{module} is not installed: pip install "approach-harness[{extra}]".')
