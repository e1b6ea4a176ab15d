"""Near duplicates among many short texts: MinHash signatures, banded into buckets, without comparing all pairs.

Broder 1997; the banding is that of Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3. A million
texts take 256 MiB of signatures. Two texts are near where the sets of their 5-grams of characters have a Jaccard
similarity of at least 0.8: such a pair is missed with a probability of at most 1 in 4,000.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

NEAR = 0.8
_GRAM = 5
_BANDS, _ROWS = 16, 4
_CHUNK = 20_000
"""Texts that are hashed at once."""
_CROWD = 30
"""In a larger bucket each text is compared with the first and the next one only."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_WORDS = re.compile(r"[^\W_]+")

Signatures = NDArray[np.uint32]


def normal(text: str) -> str:
    """Lower case, words alone, one space between them."""
    return " ".join(_WORDS.findall(text.lower()))


def near_pairs(texts: Sequence[str], least: float = NEAR) -> list[tuple[int, int, float]]:
    """Pairs of different normalised texts that are near: positions, the smaller first, and their similarity.

    Args:
        texts: n normalised texts, no two of them equal.
        least: similarity from which a pair is near; below 0.8 more of them are missed.
    """
    if len(texts) < 2:
        return []
    found = signatures(texts)
    keys = _candidates(found)
    first, second = keys // len(texts), keys % len(texts)
    # The share of equal rows estimates the similarity with a standard error of at most 1/16.
    likely = np.concatenate(
        [(found[first[s : s + _CHUNK]] == found[second[s : s + _CHUNK]]).mean(axis=1) for s in _steps(len(keys))]
        or [np.zeros(0)]
    )
    kept = likely >= least - 0.2
    pairs = []
    for i, j in zip(first[kept].tolist(), second[kept].tolist(), strict=True):
        similarity = jaccard(texts[i], texts[j])
        if similarity >= least:
            pairs.append((i, j, similarity))
    return pairs


def jaccard(one: str, other: str) -> float:
    """Similarity of the sets of 5-grams of two texts, 0 to 1."""
    a, b = _grams(one), _grams(other)
    return len(a & b) / len(a | b)


def signatures(texts: Sequence[str]) -> Signatures:
    """MinHash signatures, n x 64: the least of each of 64 hashes over the 5-grams of a text."""
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 2**63, size=_BANDS * _ROWS, dtype=np.uint64)
    result = np.empty((len(texts), _BANDS * _ROWS), dtype=np.uint32)
    for start in _steps(len(texts)):
        hashes, starts = _hashes(texts[start : start + _CHUNK])
        for k, (factor, shift) in enumerate(zip(factors, shifts, strict=True)):
            mixed = ((hashes * factor + shift) >> np.uint64(32)).astype(np.uint32)
            result[start : start + _CHUNK, k] = np.minimum.reduceat(mixed, starts)
    return result


def _hashes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes of the 5-grams of all texts one after another, and where each text begins."""
    encoded = [text.encode().ljust(_GRAM) for text in texts]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    windows = len(data) - _GRAM + 1
    rolled = np.zeros(windows, dtype=np.uint64)
    for k in range(_GRAM):
        rolled = rolled * np.uint64(257) + data[k : k + windows]
    rolled = (rolled ^ (rolled >> np.uint64(29))) * _BASE
    rolled ^= rolled >> np.uint64(32)
    inside = np.ones(windows, dtype=bool)
    for k in range(1, _GRAM):
        # A window that begins in the last bytes of a text ends in the next one.
        inside[np.cumsum(lengths)[:-1] - k] = False
    counts = lengths - _GRAM + 1
    return rolled[inside], np.concatenate([[0], np.cumsum(counts)[:-1]])


def _candidates(found: Signatures) -> NDArray[np.int64]:
    """Pairs (smaller x n + greater) that share all rows of at least one band, each once."""
    n = len(found)
    keys: list[NDArray[np.int64]] = []
    for band in range(_BANDS):
        rows = found[:, band * _ROWS : (band + 1) * _ROWS].astype(np.uint64)
        mark = np.zeros(n, dtype=np.uint64)
        for k in range(_ROWS):
            mark = (mark ^ rows[:, k]) * _BASE + np.uint64(k)
        order = np.argsort(mark, kind="stable")
        edges = np.flatnonzero(np.diff(mark[order])) + 1
        bounds = np.concatenate([[0], edges, [n]])
        for start, end in _buckets(bounds):
            keys.append(_pairs(np.sort(order[start:end]), n))
        keys = [np.unique(np.concatenate(keys))] if keys else []
    return keys[0] if keys else np.zeros(0, dtype=np.int64)


def _buckets(bounds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    several = np.flatnonzero(np.diff(bounds) > 1)
    yield from zip(bounds[several].tolist(), bounds[several + 1].tolist(), strict=True)


def _pairs(members: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    m = len(members)
    if m <= _CROWD:
        i, j = np.triu_indices(m, 1)
    else:
        i = np.concatenate([np.zeros(m - 1, dtype=np.int64), np.arange(m - 1)])
        j = np.concatenate([np.arange(1, m), np.arange(1, m)])
    return np.asarray(members[i] * n + members[j])


def _grams(text: str) -> set[bytes]:
    data = text.encode().ljust(_GRAM)
    return {data[i : i + _GRAM] for i in range(len(data) - _GRAM + 1)}


def _steps(n: int) -> range:
    return range(0, n, _CHUNK)
