"""Where the items of a run stand: which have an answer, which failed, which are to be asked."""

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.data.table import ItemTable
from harness.run.journal import AnsweredHead, read_heads
from harness.types import Answered, Record

_NEW, _ANSWERED, _FAILED = 0, 1, 2
_HASH = re.compile("[0-9a-f]{16}")


class Standing:
    """One byte an item, and the counts of the run's items as more records come in."""

    def __init__(self, table: ItemTable, journal: Path) -> None:
        """Reads the journal. Of several records of an item the last counts, unless the item has changed since.

        Raises:
            RunError: the journal is damaged.
        """
        self._state = np.zeros(len(table), dtype=np.uint8)
        place_of = _Places(table)
        for heads in read_heads(journal):
            places = place_of([head.item_id for head in heads])
            found = np.asarray([_ANSWERED if type(head) is AnsweredHead else _FAILED for head in heads], dtype=np.uint8)
            found[_numbers([head.item_hash for head in heads]) != table.digests[0][places]] = _NEW
            self._state[places[places >= 0]] = found[places >= 0]
        self._failed_before = {table.items[i].id for i in np.flatnonzero(self._state == _FAILED).tolist()}
        self.items = 0
        """Those that were asked for, now or before."""
        self.answered = int(np.count_nonzero(self._state == _ANSWERED))
        self.failed = len(self._failed_before)

    def to_ask(self, asked: NDArray[np.int64], *, failed_too: bool) -> NDArray[np.int64]:
        """Positions of the items that are left to do, out of those that are `asked` for."""
        wanted = np.zeros(len(self._state), dtype=np.bool_)
        wanted[asked] = True
        self.items = int(np.count_nonzero(wanted | (self._state != _NEW)))
        return np.flatnonzero(wanted & ((self._state == _NEW) | ((self._state == _FAILED) & failed_too)))

    def see(self, record: Record) -> None:
        """Counts a record that was made now."""
        if record.item_id in self._failed_before:
            self._failed_before.remove(record.item_id)
            self.failed -= 1
        if isinstance(record, Answered):
            self.answered += 1
        else:
            self.failed += 1


class _Places:
    """Positions by id, found in a sorted array: a dictionary of a million ids takes five times the memory.

    Two ids with one Python hash may be taken for one another, and then the content of one of them does not fit: it is
    asked again.
    """

    def __init__(self, table: ItemTable) -> None:
        self._table = table

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        hashes = np.fromiter((hash(item.id) for item in self._table.items), np.int64, len(self._table))
        order = hashes.argsort()
        return hashes[order], order

    def __call__(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """(k,) positions; -1 where the task has no such item."""
        hashes, order = self._sorted
        wanted = np.fromiter(map(hash, ids), np.int64, len(ids))
        at = hashes.searchsorted(wanted).clip(max=len(hashes) - 1)
        return np.where(hashes[at] == wanted, order[at], -1)


def _numbers(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """(k,) of hashes of 16 hexadecimal digits; one that the harness never wrote is the hash of nothing."""
    try:
        return np.frombuffer(bytes.fromhex("".join(hashes)), dtype=">u8", count=len(hashes))
    except ValueError:
        return np.asarray([int(text, 16) if _HASH.fullmatch(text) else 0 for text in hashes], dtype=np.uint64)
