"""What it is worth to know more before deciding, to be held against what knowing costs."""

import math

import numpy as np

from harness.economics.use import Draws


def perfect_information(difference: Draws) -> float:
    """USD that knowing everything would save, in expectation.

    EVPI = E[max(0, d)] - max(0, E[d]) for the difference d of two costs (Raiffa and Schlaifer 1961): without
    more information one takes what is cheaper on average, with it what is cheaper in fact. It is the most
    that any test, label or study is worth.

    Args:
        difference: Draws of what one candidate costs over the other, USD.

    Raises:
        ValueError: without draws.
    """
    if difference.size == 0:
        raise ValueError("no draws of the difference; simulate it first")
    return max(0.0, float(np.mean(np.maximum(0.0, difference)) - max(0.0, float(np.mean(difference)))))


def information_about(figure: Draws, difference: Draws) -> float:
    """USD that knowing one figure exactly would save, in expectation.

    EVPPI: the same with E[d | figure] in place of d (Strong, Oakley and Brennan 2014). A cost is a straight
    line in each of its figures, so a straight line fitted to the draws is that expectation for a figure
    that was drawn independently of the others.

    Args:
        figure: Draws of the figure, shape (draws,).
        difference: Draws of the difference from the same simulation.
    """
    spread = figure - figure.mean()
    variance = float(np.mean(spread**2))
    if variance == 0:
        return 0.0
    slope = float(np.mean(spread * difference)) / variance
    return perfect_information(difference.mean() + slope * spread)


def sample_information(mean: float, sd_now: float, sd_after: float) -> float:
    """USD that narrowing a normal difference from one standard deviation to another saves, in expectation.

    EVSI = s phi(m/s) - |m| Phi(-|m|/s) with s^2 = sd_now^2 - sd_after^2, the spread of what the mean will be
    after the sample (Raiffa and Schlaifer 1961, linear loss and normal prior).

    Args:
        mean: Expected difference of two costs, USD.
        sd_now: Its standard deviation as it is known now.
        sd_after: What more items or labels would leave of it; 0 is perfect information.

    Raises:
        ValueError: unless 0 <= sd_after <= sd_now.
    """
    if not 0 <= sd_after <= sd_now:
        raise ValueError(f"sd_after is {sd_after}; expected 0 to sd_now, which is {sd_now}")
    spread = math.sqrt(sd_now**2 - sd_after**2)
    if spread == 0:
        return 0.0
    z = abs(mean) / spread
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return max(0.0, spread * density - abs(mean) * math.erfc(z / math.sqrt(2)) / 2)
