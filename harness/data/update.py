"""The second edition of a task's corpus, and the answers that change with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.data.rows import Row
from harness.errors import DataError, some
from harness.types import Item, Passage

Targets = Mapping[str, Any]
"""New target by the id of an item whose answer changes."""


@dataclass(frozen=True)
class Update:
    """What changes when the knowledge behind a task does."""

    corpus: Sequence[Passage]
    """All of it as it is afterwards."""
    documents: int
    """Documents of the second edition that differ from the first, or are new."""
    test: Targets
    train: Targets
    validation: Targets


def second_edition(corpus: Sequence[Passage], edition: Sequence[Passage], where: str) -> tuple[list[Passage], int]:
    """The corpus with the documents of a second edition in place of those of the same id, and new ones at its end.

    Args:
        corpus: the first edition.
        edition: what changed.
        where: the key in `task.toml`, for messages.

    Returns:
        The corpus afterwards, and how many documents changed or are new.

    Raises:
        DataError: no document of the corpus changes.
    """
    before, after = ({p.id: p for p in part} for part in (corpus, edition))
    replaced = [name for name in after if name in before]
    if not replaced:
        raise DataError(
            f"{where}: it replaces nothing: no document of the corpus has one of its ids ({some(list(after))}). In a "
            f"folder an id is the path in it; the corpus has {some(list(before))}."
        )
    if all(after[name].text == before[name].text for name in replaced):
        raise DataError(f"{where}: it replaces nothing: its {len(replaced)} documents read as they do in the corpus.")
    new = [name for name in after if name not in before]
    changed = [name for name in replaced if after[name].text != before[name].text]
    return [after.get(p.id, p) for p in corpus] + [after[name] for name in new], len(changed) + len(new)


def new_targets(
    items: Sequence[Item], rows: Iterable[Row], column: str, check: Callable[[Any, Any], Any], where: str
) -> dict[str, Any]:
    """The new targets of the items whose row fills a column.

    Args:
        items: made of the rows, in their order.
        rows: of the data file.
        column: with the new target.
        check: `(target, input) -> target` in its final form; raises ValueError.
        where: the key in `task.toml`, for messages.

    Raises:
        DataError: a target that does not fit, or that is the old one.
    """
    found = {}
    for item, row in zip(items, rows, strict=True):
        cell = row.cells.get(column)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            target = check(cell, item.input)
        except ValueError as error:
            raise DataError(f"{row.where}: {column!r}: {error}") from None
        if target == item.target:
            raise DataError(
                f"{row.where}: {column!r} is the answer as it was: {where} is filled where the answer changes."
            )
        found[item.id] = target
    return found


def retargeted(items: Sequence[Item], targets: Targets) -> list[Item]:
    """The items with their new targets."""
    return [msgspec.structs.replace(i, target=targets[i.id]) if i.id in targets else i for i in items]
