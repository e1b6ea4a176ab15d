"""Reciprocal rank fusion: several rankings of the same things as one."""

from collections import defaultdict
from collections.abc import Sequence

_K = 60
"""As in the paper; it keeps a first place in one ranking from outweighing good places in several."""


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]]) -> list[tuple[int, float]]:
    """Things and their scores, best first: the sum of 1 / (60 + rank) over the rankings that hold the thing.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
    SIGIR 2009. Ranks begin at 1. Ties stand as they come in the first ranking, then the second.
    """
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, thing in enumerate(ranking, 1):
            scores[thing] += 1 / (_K + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
