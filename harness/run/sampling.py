"""In which order items are taken, and which part of them."""

from collections.abc import Sequence
from hashlib import blake2b

from harness.types import Item


def sampled(items: Sequence[Item], limit: int | None, seed: int) -> list[Item]:
    """The first `limit` items (all, if None) in a random order that the seed fixes.

    Test files are often sorted by class, so the order of the file is never taken. An item's place comes from the hash
    of seed, id and content: all candidates get the same part, and an item that is added moves no other.
    """
    return sorted(items, key=lambda item: _place(seed, item))[:limit]


def _place(seed: int, item: Item) -> bytes:
    return blake2b(f"{seed}\x1e{item.id}\x1e{item.query.hash}".encode(), digest_size=8).digest()
