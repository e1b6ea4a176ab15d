"""In which order items are taken, and which part of them."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from harness.types import Item, content_hash


def sampled(items: Sequence[Item], limit: int | None, seed: int, *, whole_groups: bool = False) -> list[Item]:
    """The first `limit` items (all, if None) in a random order that the seed fixes.

    Test files are often sorted by class, so the order of the file is never taken. An item's place comes from the hash
    of seed, id and content: all candidates get the same part, and an item that is added moves no other.

    With `whole_groups` the groups are in random order, and the items of a group stand together; a limit then takes
    the groups that fit as a whole, and at least one.
    """
    if not whole_groups:
        places = bytearray()
        for item in items:
            places += _place(seed, item)
        order = np.frombuffer(places, dtype=">u8").argsort(kind="stable")[:limit]
        return [items[i] for i in order]
    units: list[list[Item]] = []
    for item in sorted(items, key=lambda item: (_group_place(seed, item), item.group or "", _place(seed, item))):
        if units and item.group is not None and units[-1][0].group == item.group:
            units[-1].append(item)
        else:
            units.append([item])
    taken = list(units[0]) if units else []
    for unit in units[1:]:
        if limit is not None and len(taken) + len(unit) > limit:
            break
        taken += unit
    return taken


def _group_place(seed: int, item: Item) -> bytes:
    if item.group is None:
        return _place(seed, item)
    return blake2b(f"{seed}\x1egroup\x1e{item.group}".encode(), digest_size=8).digest()


def _place(seed: int, item: Item) -> bytes:
    return blake2b(f"{seed}\x1e{item.id}\x1e{content_hash(item.input)}".encode(), digest_size=8).digest()
