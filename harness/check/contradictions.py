"""Equal inputs with different targets: whatever is answered, one of them is wrong."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

import msgspec

from harness.check.cells import same_row
from harness.check.finding import Finding, Level
from harness.kinds.kind import Kind
from harness.types import Item


def findings(kind: Kind, parts: Mapping[str, Sequence[Item]]) -> list[Finding]:
    """Inputs that stand with several targets, in one part or in several; nothing where there are none.

    Numbers and free answers may differ and be right, and so may the classes of rows of a table that leave much out:
    there it is a note.
    """
    same: dict[Hashable, dict[bytes, list[tuple[str, Item]]]] = defaultdict(dict)
    for part, items in parts.items():
        for item in items:
            target = msgspec.json.encode(item.target, order="sorted")
            same[same_row(item.input)].setdefault(target, []).append((part, item))
    several = [held for held in same.values() if len(held) > 1]
    if not several:
        return []
    places = [_said([found[0] for found in held.values()]) for held in several]
    count = sum(len(every) for held in several for every in held.values())
    text = f"inputs that stand with different targets: {len(several):,} ({count:,} items); no answer is right for all."
    plain = all(isinstance(item.input, str) for items in parts.values() for item in items)
    return [Finding("contradictions", Level.WARNING if kind.choices and plain else Level.NOTE, text, places)]


def _said(found: Sequence[tuple[str, Item]]) -> str:
    return ", ".join(f"{part} {item.id}: {_short(item)}" for part, item in found)


def _short(item: Item) -> str:
    text = repr(item.target)
    return text if len(text) <= 40 else f"{text[:39]}…"
