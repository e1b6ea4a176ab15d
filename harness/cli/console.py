"""Where the command line writes."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@cache
def output() -> "Console":
    """Results."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def errors() -> "Console":
    """Progress, notices and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
