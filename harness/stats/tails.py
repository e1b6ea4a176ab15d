"""Which quantiles of the bootstrap draws are the ends of an interval."""

import numpy as np
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray

# Figures nearer to 0 than this differ from it by rounding alone.
ROUNDING = 1e-12


def reached(n: int, level: float, df: float) -> float:
    """How many standard errors of the draws an interval over few units reaches (Hesterberg 2015).

    The draws of n units vary by (n - 1) / n too little, and t stands for z.

    Args:
        n: units that are resampled, at least 2.
        level: coverage of the two-sided interval.
        df: degrees of freedom of the units, n - 1 where they weigh the same.
    """
    return float(np.sqrt(n / (n - 1)) * stats.t.ppf((1 + level) / 2, df))


def expanded(n: int, level: float, df: float) -> FloatArray:
    """The two tail probabilities, further out for few units by what `reached` says; the arguments are the same."""
    reach = reached(n, level, df)
    tails: FloatArray = stats.norm.cdf([-reach, reach])
    return tails


def bca(tails: FloatArray, value: float, draws: FloatArray, accelerated: float) -> FloatArray:
    """The tail probabilities moved for bias and acceleration (Efron 1987).

    Args:
        tails: (2,) the plain ones.
        value: the figure on the items themselves.
        draws: (B,) the figure in each resample.
        accelerated: the `acceleration`.
    """
    below = (np.sum(draws < value) + np.sum(draws <= value)) / (2 * draws.size)
    edge = 1 / (2 * draws.size)
    bias = stats.norm.ppf(np.clip(below, edge, 1 - edge))
    # Beyond 8 standard deviations a tail is none, and its quantile may be infinite.
    shifted = bias + np.clip(stats.norm.ppf(tails), -8, 8)
    # Few skewed units can take the denominator below 0, past which the end is simply the last draw.
    moved: FloatArray = stats.norm.cdf(bias + shifted / np.maximum(1 - accelerated * shifted, 1e-9))
    return moved


def acceleration(figures: FloatArray, times: IntArray) -> float:
    """Efron's acceleration by the jackknife, with equal units counted and not repeated.

    Args:
        figures: (r,) the figure without one of each distinct unit; those not defined are passed over.
        times: (r,) how often each distinct unit stands in the data.
    """
    defined = np.isfinite(figures)
    if not defined.any():
        return 0.0
    figures, times = figures[defined], times[defined]
    gaps = np.average(figures, weights=times) - figures
    spread = float(times @ gaps**2)
    return float(times @ gaps**3) / (6 * spread**1.5) if spread > 0 else 0.0


def two_sided_p(draws: FloatArray) -> float:
    """That the true figure is 0, from the draws on either side of it: twice (1 + hits) / (1 + B)."""
    hits = min(int(np.sum(draws <= ROUNDING)), int(np.sum(draws >= -ROUNDING)))
    return min(1.0, 2 * (1 + hits) / (1 + draws.size))
