"""Seconds and memory of the search for near duplicates among a million short texts, and the share that it finds.

Run: python benchmarks/near_duplicates.py [TEXTS]. One text in a hundred is a copy of another with one word changed.
"""

import resource
import sys
import time

import numpy as np

from harness.check.duplicates import twins
from harness.check.near import jaccard, normal
from harness.types import Item


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, size=rng.integers(3, 9))) for _ in range(20_000)]
    texts = [" ".join(words[i] for i in row) for row in rng.integers(20_000, size=(size, 12))]
    changed = {}
    for i, j in zip(range(0, size, 100), range(1, size, 100), strict=True):
        parts = texts[i].split()
        parts[int(rng.integers(12))] = words[int(rng.integers(20_000))]
        texts[j] = " ".join(parts)
        changed[j] = i
    near = {(i, j) for j, i in changed.items() if jaccard(normal(texts[i]), normal(texts[j])) >= 0.8}
    test, train = ([Item(str(i), texts[i], "") for i in range(start, size, 2)] for start in (1, 0))
    begun = time.perf_counter()
    found = twins({"test": test, "train": train})
    seconds = time.perf_counter() - begun
    pairs = {tuple(sorted((int(t.one[1]), int(t.other[1])))) for t in found}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("| texts | seconds | peak GiB | near pairs | found | others |\n|---|---|---|---|---|---|")
    hits = len(pairs & near)
    print(f"| {size:,} | {seconds:.0f} | {peak:.2f} | {len(near):,} | {hits / len(near):.2%} | {len(pairs - near):,} |")


if __name__ == "__main__":
    main()
