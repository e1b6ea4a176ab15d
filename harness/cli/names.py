"""Names and choices as the command line takes them."""

from typing import Annotated

import typer

from harness.errors import ConfigError

Chosen = Annotated[str | None, typer.Option("--candidates", "-c", help="Only these, separated by commas.")]


def split(text: str | None) -> list[str]:
    """`a,b` as a list; None is an empty one.

    Raises:
        ConfigError: a text without a name, which would otherwise mean every candidate.
    """
    names = [part.strip() for part in (text or "").split(",") if part.strip()]
    if text is not None and not names:
        raise ConfigError(f"--candidates names none, found {text!r}. Leave the option out for all.")
    return names


def yes_or_no(text: str) -> bool:
    """`yes` or `no`, and what else is written for them.

    Raises:
        ConfigError: neither.
    """
    word = str(text).lower()
    if word not in ("yes", "no", "true", "false", "1", "0"):
        raise ConfigError(f"--retry-failed is yes or no, found {text!r}.")
    return word in ("yes", "true", "1")
