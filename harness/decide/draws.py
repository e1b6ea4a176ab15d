"""Figures of candidates in common resamples, averaged over the seeds of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.figures.joint import joint_figures
from harness.stats.bootstrap import Side
from harness.stats.multiseed import Crossed

Floats = NDArray[np.float64]
DRAWS = 4000


def over_candidates(
    sides: Sequence[Side], owner: Sequence[int], groups: NDArray[np.int64] | None, rng: np.random.Generator
) -> Crossed:
    """Draws of runs over their common items and seeds, averaged over the seeds of each candidate.

    Args:
        sides: one per run.
        owner: per run which candidate it is of, from 0 on.
        groups: (n,) cluster codes.
        rng: for the resamples.
    """
    return joint_figures(sides, owner, DRAWS, rng, groups)
