"""Least squares for `asymptote - gain * x ** -rate`, for many data sets at once, and its noise."""

import numpy as np
from scipy import special

from harness.stats.arrays import FloatArray, IntArray

# Published learning curves fall between .1 and 1; at .05 the law is all but a logarithm.
RATES: FloatArray = np.geomspace(0.05, 2.0, 60)


def power_law(parameters: FloatArray, x: FloatArray) -> FloatArray:
    """Values of shape (rows, k) for parameters (rows, 3), asymptote, gain and rate, at x (k,) or (1, k)."""
    asymptote, gain, rate = (column[:, None] for column in parameters.T)
    values: FloatArray = asymptote - gain * x**-rate
    return values


def least_squares(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """The best parameters for each row of y.

    Given the rate, asymptote and gain are a straight line's, in closed form (variable projection, Golub and
    Pereyra 1973); the rate that explains most is found on a grid and between its points.

    Args:
        x: (k,) values of at least 1, not all equal.
        y: (rows, k).
        weights: (k,) positive.

    Returns:
        (rows, 3) asymptote, gain and rate.
    """
    share = weights / weights.sum()
    scaled = (y - (y @ share)[:, None]) * share
    falling = x[None, :] ** -RATES[:, None]
    falling -= (falling @ share)[:, None]
    explained = np.square(scaled @ falling.T) / (np.square(falling) @ share)
    rate = _vertex(explained)
    own = x[None, :] ** -rate[:, None]
    centre = own @ share
    own -= centre[:, None]
    slope = (scaled * own).sum(axis=1) / (np.square(own) @ share)
    return np.stack([y @ share - slope * centre, -slope, rate], axis=1)


def _vertex(explained: FloatArray) -> FloatArray:
    """The best rate of each row: where the parabola through the best of the grid and its neighbours peaks."""
    rows = np.arange(len(explained))
    best = explained.argmax(axis=1).clip(1, RATES.size - 2)
    left, middle, right = (explained[rows, best + step] for step in (-1, 0, 1))
    bend = 2 * middle - left - right
    # Where the best is an end of the grid the parabola opens upwards or points outwards: the end is taken.
    shift = np.where(right > left, 1.0, -1.0)
    np.divide(right - left, 2 * bend, out=shift, where=(bend > 0) & (np.abs(right - left) < 2 * bend))
    logs = np.log(RATES)
    rates: FloatArray = np.exp(logs[best] + shift * (logs[1] - logs[0]))
    return rates


def variances_of_means(
    x: FloatArray, draws: FloatArray, within: FloatArray, codes: IntArray, means: FloatArray
) -> tuple[FloatArray, int]:
    """Variances of the means of the draws at each x, and their degrees of freedom.

    A few draws say little about the variance at one x, so that it is a power of x. Where each x has a single
    draw, the distances from the power law take the place of those between draws.

    Args:
        x: (k,) values of at least 1, different.
        draws: (k,) how many draws each has.
        within: (n,) each draw minus the mean of its x.
        codes: (n,) the place of each draw's x in `x`.
        means: (k,) means of the draws.

    Returns:
        Variances (k,), above 0, and their degrees of freedom.
    """
    # Equal draws would make a weight infinite.
    floor = (1e-4 * np.ptp(means) + 1e-9) ** 2
    freedom = codes.size - x.size
    if freedom == 0:
        ones = np.ones(x.size)
        residuals = means - power_law(least_squares(x, means[None, :], ones), x[None, :])[0]
        freedom = x.size - 3
        return ones * (float(residuals @ residuals) / freedom + floor), freedom
    squares: FloatArray = np.bincount(codes, weights=np.square(within)).astype(np.float64)
    seen = (draws > 1) & (squares > floor)
    power = 0.0
    if seen.sum() > 2:
        power = _power(np.log(x[seen]), squares[seen], draws[seen] - 1.0)
        freedom = max(freedom - 1, 1)
    relative = x**power
    variance = float((squares / relative).sum()) / freedom + floor
    return variance * relative / draws, freedom


def _power(logs: FloatArray, squares: FloatArray, freedom: FloatArray) -> float:
    """How the variance goes with x: as 1 / x or slower.

    The slope of the log variances is moved by its standard error towards no change, since a slope too steep
    makes the largest sizes look surer than they are.
    """
    slope = np.polyfit(logs, np.log(squares / freedom), 1)[0]
    noise = float(special.polygamma(1, freedom / 2).mean())
    error = np.sqrt(noise / np.square(logs - logs.mean()).sum())
    return float(np.clip(slope + error, -1.0, 0.0))
