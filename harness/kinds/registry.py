"""From the word in `task.toml` to a kind."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.binary import make_binary
from harness.kinds.declared import Declared
from harness.kinds.image_label import ImageLabel
from harness.kinds.json_kind import make_json
from harness.kinds.kind import Kind
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.kinds.spans import make_spans
from harness.kinds.text import make_text


def make_kind(
    name: str, settings: Mapping[str, Any], targets: Iterable[Any], where: str, folder: Path = Path()
) -> Kind:
    """The kind `name` for a task with these settings of `[task]`.

    Args:
        name: as in `task.toml`.
        settings: the keys of `[task]` that belong to the kind, e.g. `labels`.
        targets: raw targets, for what a task need not spell out (labels, types of spans).
        where: the file, for messages.
        folder: of the task, where a schema may stand.

    Raises:
        UnknownNameError: no such kind.
        ConfigError: its settings do not fit.
    """
    if name not in _KINDS:
        raise UnknownNameError("kind", name, _KINDS, f"{where}: [task] kind")
    for key, kinds in _OWN.items():
        if settings.get(key) and name not in kinds:
            word = "schema" if key == "json_schema" else key
            raise ConfigError(f"{where}: [task] {word} belongs to kind {' or '.join(kinds)}, the kind is {name}.")
    return _KINDS[name](Declared(settings, targets, where, folder))


def _label(declared: Declared) -> Kind:
    return Label(_labels(declared))


def _image_label(declared: Declared) -> Kind:
    return ImageLabel(_labels(declared))


def _labels(declared: Declared) -> tuple[str, ...]:
    where = declared.where
    named = declared.settings.get("labels")
    # Blanks around a label are no part of it; a target of nothing but blanks is none, which is said of its line.
    targets = named or sorted({str(t).strip() for t in declared.targets if t is not None} - {""})
    labels = [str(label).strip() for label in targets]
    if len(labels) < 2:
        raise ConfigError(f"{where}: a task with labels needs at least 2 of them, found {len(labels)}.")
    if len(set(labels)) != len(labels):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        raise ConfigError(f"{where}: [task] labels has {', '.join(map(repr, twice))} more than once.")
    return tuple(labels)


_KINDS: dict[str, Callable[[Declared], Kind]] = {
    "label": _label,
    "binary": make_binary,
    "number": lambda _: Number(),
    "spans": make_spans,
    "json": make_json,
    "text": make_text,
    "image-label": _image_label,
}
_OWN = {
    "labels": ("label", "binary", "image-label"),
    "positive": ("binary",),
    "types": ("spans",),
    "json_schema": ("json",),
    "tolerance": ("json",),
    "no_answer": ("text",),
}
"""Settings that only some kinds read."""
