"""Testing the mean of bounded values by betting against it, one unit after the other.

Waudby-Smith and Ramdas 2024 (arXiv 2010.09686). Against the claim "the mean is at most m" a gambler stakes
the share `b` of a capital that starts at 1, and a value `x` of a range that begins at `a` multiplies the
capital by `1 - b + b (x - a) / (m - a)`. If the claim is true, the capital is a supermartingale, and the
chance that it ever reaches `1 / alpha` is at most `alpha` (Ville's inequality). The mean of the capitals of
several fixed stakes is such a gambler too, and learns the good stake as it goes. Where differences are -1, 0
or 1 and the claim is 0, only the discordant items move the capital, as in McNemar's test.
"""

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import FloatArray

# Quantiles of Beta(2/3, 1): enough small stakes for small effects, enough large ones for large effects.
STAKES: FloatArray = ((np.arange(32) + 0.5) / 32) ** 1.5
# On [-1, 1] the margins that people write (.01, .025, .05) are points of the grid.
CELLS = 800


def growth(excess: ArrayLike, size: ArrayLike, claim: ArrayLike, largest: int = 1) -> FloatArray:
    """What one unit, an item or a cluster drawn whole, multiplies the capital of each stake by.

    A cluster of `s` items wins `sum(x - a) / (m - a) - s`, whose mean is at most 0 if the claim is true, and
    loses at most `s`. Stakes are divided by the largest cluster, so that no capital falls to 0. The claim is
    about the mean over items, also where large clusters differ from small ones.

    Args:
        excess: sum of (value - lower bound) over the items of the unit, any shape.
        size: items of the unit; broadcasts with `excess`.
        claim: the mean under test minus the lower bound, above 0; broadcasts with `excess`.
        largest: the most items that any unit will have.

    Returns:
        Factors above 0, shape (stakes, *broadcast shape).
    """
    win = np.asarray(excess, dtype=float) / np.asarray(claim, dtype=float) - np.asarray(size, dtype=float)
    factors: FloatArray = 1.0 + np.multiply.outer(STAKES / largest, win)
    return factors


class LowerBound:
    """A lower bound for the mean of values from 0 to `width` that only rises: a grid of claims is tested.

    With probability `1 - alpha` the mean is never below it.

    Args:
        width: the largest value possible.
        alpha: the chance of ever being above the mean.
        largest: the most items that a cluster has.
    """

    def __init__(self, width: float, alpha: float, largest: int) -> None:
        self.bound = 0.0
        self._largest = largest
        self._threshold = 1.0 / alpha
        self._claims = width * np.arange(1, CELLS) / CELLS
        self._capital = np.ones((STAKES.size, CELLS - 1))

    def update(self, excess: float, size: int) -> None:
        """Bets on one unit of `size` items that sum to `excess`, and raises the bound where claims fall."""
        self._capital *= growth(excess, size, self._claims, self._largest)
        capital = self._capital.mean(axis=0)
        # The capital falls as the claim rises, so the claims that it refutes are the first ones.
        refuted = int(np.count_nonzero(capital >= self._threshold))
        if refuted:
            self.bound = max(self.bound, self._root(capital, refuted))
            self._keep(slice(max(refuted - 2, 0), None))

    def forget_above(self, bound: float) -> None:
        """Drops the claims above a value that the mean is known not to exceed."""
        self._keep(slice(0, max(int(np.searchsorted(self._claims, bound, side="right")), 2)))

    def _root(self, capital: FloatArray, refuted: int) -> float:
        """The claim at which the capital is the threshold, or a little below it, never above.

        The logarithm of the capital is convex in the claim: each factor is `c + d / m` with c, d >= 0, which
        is log-convex, as are products and means of such. So the line through two refuted claims, drawn on,
        reaches the threshold before the curve does.
        """
        last = float(self._claims[refuted - 1])
        if refuted == 1:
            return last
        before, here = np.log(capital[refuted - 2 : refuted])
        slope = (here - before) / (last - self._claims[refuted - 2])
        return last + float((np.log(self._threshold) - here) / slope)

    def _keep(self, part: slice) -> None:
        self._claims, self._capital = self._claims[part], self._capital[:, part].copy()
