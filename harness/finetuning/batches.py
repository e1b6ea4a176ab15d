"""Batches of token rows that are of similar length, so that little is padding."""

from collections.abc import Iterator, Sequence

import numpy as np

_STRETCH = 16
_ASKED = 64


def random_batches(rows: Sequence[Sequence[int]], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Random batches in random order; inside a stretch of 16 batches rows of similar length go together."""
    order = rng.permutation(len(rows)).tolist()
    batches = []
    for start in range(0, len(order), _STRETCH * size):
        stretch = sorted(order[start : start + _STRETCH * size], key=lambda i: len(rows[i]))
        batches += [stretch[i : i + size] for i in range(0, len(stretch), size)]
    for i in rng.permutation(len(batches)):
        yield batches[i]


def sorted_batches(rows: Sequence[Sequence[int]], size: int = _ASKED) -> Iterator[list[int]]:
    """Every row once, the shortest first."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for start in range(0, len(order), size):
        yield order[start : start + size]
