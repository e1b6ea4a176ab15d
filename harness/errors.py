"""What can go wrong, as types.

    HarnessError                    every error that a user can mend; the command line exits with 2
    ├── ConfigError                 a file a person wrote: harness.toml, task.toml, a policy
    │   ├── UnknownNameError        a name that nothing has, with the near miss
    │   └── DataError               a data file or one of its lines
    ├── UnavailableError            something this machine lacks: an extra, a key, weights
    ├── RunError                    a run that cannot start or go on: a lock, a budget, the store
    └── ComparisonError             two sets of records that cannot be compared

What goes wrong with one item is no exception but a `Failure`: see `harness.types`.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class HarnessError(Exception):
    """Something a user can mend. The message says what was found, where, and what to do."""


class ConfigError(HarnessError):
    """A file that a person wrote does not say something valid."""


class UnknownNameError(ConfigError):
    """A name that nothing has."""

    def __init__(self, what: str, name: str, known: Iterable[str], where: str = "") -> None:
        """Says which `what` is unknown, the nearest of `known`, and all of them when they are few."""
        self.what, self.name, self.known = what, name, sorted(known)
        place = f"{where}: " if where else ""
        super().__init__(f"{place}no {what} named {name!r}{suggestion(name, self.known)}")


class DataError(ConfigError):
    """A data file, or a line of one, that cannot be used."""


class UnavailableError(HarnessError):
    """Something that this machine lacks: an extra, a key, model weights."""


class RunError(HarnessError):
    """A run that cannot start or go on."""


class ComparisonError(HarnessError):
    """Two sets of records or scores that cannot be compared."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the near miss, and the known names when few."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6) or get_close_matches(
        name.lower(), [n.lower() for n in names], n=1, cutoff=0.6
    )
    near = [n for n in names if near and n.lower() == near[0].lower()]
    hint = f"; did you mean {near[0]!r}?" if near else "."
    if not names:
        return hint + " There are none."
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"{hint} There {'is' if len(names) == 1 else 'are'}: {listed}."


def counted(n: int, noun: str, several: str = "") -> str:
    """E.g. `1 item`, `1,204 items`; the plural where it is no `s`."""
    return f"{n:,} {noun if n == 1 else several or noun + 's'}"


def some(names: Iterable[str], most: int = 5) -> str:
    """The first few of many names, for a message."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(map(repr, every[:most])) + more
