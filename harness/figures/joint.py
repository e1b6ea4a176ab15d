"""The figures of several candidates in the same resamples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.figures.columns import many
from harness.stats.bootstrap import JointDraws, Side, joint_draws
from harness.stats.influence import normal_draws


def joint_figures(
    sides: Sequence[Side], draws: int, rng: np.random.Generator, groups: NDArray[np.int64] | None
) -> JointDraws:
    """The figures of several candidates in the same resamples of their common items.

    Of `MANY` items or clusters and more the draws are normal ones, which is the same to all digits that count.
    """
    if many(sides, groups):
        return normal_draws(sides, draws, rng, groups)
    return joint_draws(sides, draws, rng, groups)
