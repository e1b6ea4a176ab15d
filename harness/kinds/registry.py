"""From the word in `task.toml` to a kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.kind import Kind
from harness.kinds.label import Label


def make_kind(name: str, settings: Mapping[str, Any], targets: Sequence[Any], where: str) -> Kind:
    """The kind `name` for a task with these settings of `[task]`.

    Args:
        name: as in `task.toml`.
        settings: the keys of `[task]` that belong to the kind, e.g. `labels`.
        targets: raw training targets, for what a task need not spell out (labels).
        where: the file, for messages.

    Raises:
        UnknownNameError: no such kind.
        ConfigError: its settings do not fit.
    """
    if name not in _KINDS:
        raise UnknownNameError("kind", name, _KINDS, f"{where}: [task] kind")
    return _KINDS[name](settings, targets, where)


def _label(settings: Mapping[str, Any], targets: Sequence[Any], where: str) -> Kind:
    labels = settings.get("labels") or sorted({str(t) for t in targets if t is not None})
    if len(labels) < 2:
        raise ConfigError(f"{where}: a task of kind label needs at least 2 labels, found {len(labels)}.")
    if len(set(labels)) != len(labels):
        twice = sorted({label for label in labels if list(labels).count(label) > 1})
        raise ConfigError(f"{where}: [task] labels has {', '.join(map(repr, twice))} more than once.")
    return Label(tuple(str(label) for label in labels))


_KINDS: dict[str, Callable[[Mapping[str, Any], Sequence[Any], str], Kind]] = {"label": _label}
