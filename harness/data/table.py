"""Test items as columns, computed once for all runs over them."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.types import Item

_PART = 65_536


class ItemTable:
    """Columns of n items in their order. Each is made when it is first asked for, and then shared."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self._order: tuple[list[str], list[str], NDArray[np.int64]] = ([], [], np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, name: object) -> bool:
        """Whether there is an item with this id."""
        return name in self.place

    @cached_property
    def ids(self) -> list[str]:
        """Ids."""
        return [item.id for item in self.items]

    @cached_property
    def place(self) -> dict[str, int]:
        """Position by id."""
        return {name: i for i, name in enumerate(self.ids)}

    def places_of(self, ids: list[str], hashes: list[str], start: int) -> NDArray[np.int64]:
        """(k,) positions of the items that have these ids and query hashes; -1 where there is none.

        Runs ask the items in one order. So what a first run found is remembered, and where another run's ids and
        hashes are the same from `start` on, so are the positions: comparing lists is many times faster than looking
        a million ids up in memory.
        """
        known_ids, known_hashes, known = self._order
        end = start + len(ids)
        if end <= len(known_ids) and ids == known_ids[start:end] and hashes == known_hashes[start:end]:
            return known[start:end]
        place_of, own = self.place.get, self.query_hashes
        places = [place_of(name, -1) for name in ids]
        found = np.asarray(
            [p if p >= 0 and own[p] == content else -1 for p, content in zip(places, hashes, strict=True)],
            dtype=np.int64,
        )
        if start == len(known_ids):
            known_ids += ids
            known_hashes += hashes
            self._order = (known_ids, known_hashes, np.concatenate([known, found]))
        return found

    @cached_property
    def digests(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """(n,) `Query.hash` and (n,) `Item.hash` of each as numbers: an eighth of the memory of the texts."""
        queries, items = bytearray(), bytearray()
        for item in self.items:
            of_query, of_item = item.digests()
            queries += of_query
            items += of_item
        return np.frombuffer(queries, dtype=">u8"), np.frombuffer(items, dtype=">u8")

    @cached_property
    def query_hashes(self) -> list[str]:
        """`Query.hash` of each: what a record is kept under."""
        return _in_words(self.digests[0])

    @cached_property
    def hashes(self) -> list[str]:
        """`Item.hash` of each: what runs are paired by."""
        return _in_words(self.digests[1])

    @cached_property
    def groups(self) -> list[str | None]:
        """Groups."""
        return [item.group for item in self.items]

    @cached_property
    def clusters(self) -> NDArray[np.int64] | None:
        """(n,) codes of the groups; None where no item has one."""
        return group_codes(self.groups)

    @cached_property
    def targets(self) -> tuple[list[Any], NDArray[np.int64]]:
        """The distinct targets, and which of them each item has (n,)."""
        distinct = Distinct()
        codes = np.asarray([distinct.code(item.target) for item in self.items], dtype=np.int64)
        return distinct.values, codes


def _in_words(digests: NDArray[np.uint64]) -> list[str]:
    """Hashes as they stand in a record: 16 hexadecimal digits."""
    return [f"{number:016x}" for number in digests.tolist()]


def sorted_hash(digests: NDArray[np.uint64]) -> str:
    """`content_hash` of the sorted list of these hashes, a part at a time: as a list of texts it is a large one."""
    ordered, digest = np.sort(digests), blake2b(b"[", digest_size=8)
    for start in range(0, len(ordered), _PART):
        part = msgspec.json.encode(_in_words(ordered[start : start + _PART]))
        digest.update((b"," if start else b"") + part[1:-1])
    digest.update(b"]\x1e")
    return digest.hexdigest()


class Distinct:
    """Numbers JSON-like values in the order of their first occurrence."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.texts: dict[str, int] = {}
        """Numbers of the values that are strings."""
        self._others: dict[Any, int] = {}

    def code(self, value: Any) -> int:
        """The number of a value. Values of different types are different, also where Python finds them equal."""
        codes, key = (self.texts, value) if type(value) is str else (self._others, _key(value))
        found = codes.get(key)
        if found is None:
            found = codes[key] = len(self.values)
            self.values.append(value)
        return found


def _key(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return type(value), msgspec.json.encode(value)
    return type(value), value


def group_codes(groups: Sequence[str | None]) -> NDArray[np.int64] | None:
    """(n,) cluster codes; None where no item has a group. An item without one is its own cluster."""
    if list(groups).count(None) == len(groups):
        return None
    codes: dict[Any, int] = {}
    keys = [(i, None) if g is None else g for i, g in enumerate(groups)]
    return np.asarray([codes.setdefault(k, len(codes)) for k in keys], dtype=np.int64)
