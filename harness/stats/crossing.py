"""What learning curves are asked: where one overtakes another, and whether more labels would help."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness.stats.arrays import FloatArray, check_level
from harness.stats.curve import FARTHEST, LearningCurve, curve_scores, doubts_at

STEPS = 400
SEEN = 1e-3
"""A gain of no more than this share of the score is none: a power law rises for ever, and by ever less."""


@dataclass(frozen=True)
class Crossing:
    """From how many labels on one curve stays ahead of another, looked for from `start` to `limit`."""

    labels: float | None
    """Where it overtakes for good; `start` if it is ahead throughout, None if it is behind at `limit`."""
    low: float | None
    """Lower end of the interval; None if even that is beyond `limit`."""
    high: float | None
    """Upper end of the interval; None if it may never overtake within `limit`."""
    overtakes: float
    """Share of the resampled curves that overtake by `limit`."""
    start: float
    """The fewest labels looked at."""
    limit: float
    """The most labels looked at."""
    doubts: tuple[str, ...]
    """Why the answer cannot be trusted; empty if it can."""


@dataclass(frozen=True)
class MoreLabels:
    """What more labels than the most that were measured would bring."""

    answer: Literal["yes", "no", "open"]
    """Whether the gain is above `limit`; open too if the curve cannot be trusted there."""
    gain: float
    """Score at `labels` minus score at the largest size, signed so that a gain is positive."""
    low: float
    """Lower end of the interval of the gain."""
    high: float
    """Upper end of the interval of the gain."""
    labels: float
    """The number of labels asked about."""
    limit: float
    """What a gain must be above: the margin, or a thousandth of the score if that is more."""
    score: float
    """Mean score measured at the largest size."""
    left: float
    """How much better than that a score can be at most; infinite if nothing bounds it."""
    doubts: tuple[str, ...]
    """Why the curve cannot be trusted there; empty if it can."""


def crossing(
    challenger: LearningCurve, incumbent: LearningCurve, *, limit: float | None = None, level: float = 0.95
) -> Crossing:
    """At how many labels the challenger overtakes the incumbent for good, if at all.

    The draws of labels of the two curves are taken as independent, which widens the interval where both were
    trained on the same ones. Test items that were resampled for both together (`shifts`) stay paired.

    Args:
        challenger: the curve that may overtake.
        incumbent: the curve to overtake; `flat_curve` for a candidate without labels.
        limit: the most labels to look at; None takes four times the largest size measured.
        level: coverage of the interval.

    Raises:
        ValueError: two curves without labels, curves of which one wants high and the other low scores, a
            limit not above the sizes where both begin, or a wrong level.
    """
    check_level(level)
    if challenger.higher_is_better != incumbent.higher_is_better:
        raise ValueError("the two curves are of different metrics: one wants high scores, the other low ones")
    start = max(challenger.smallest, incumbent.smallest)
    measured = [curve.largest for curve in (challenger, incumbent) if np.isfinite(curve.largest)]
    if not measured:
        raise ValueError("neither curve depends on the number of labels: compare the two scores instead")
    limit = FARTHEST * min(measured) if limit is None else limit
    if not limit > start:
        raise ValueError(f"nothing to look at: the limit {limit:g} is not above the first size, {start:g}")
    grid = np.geomspace(start, limit, STEPS)
    ahead = curve_scores(challenger, grid) - curve_scores(incumbent, grid)
    at = _last_rise(ahead if challenger.higher_is_better else -ahead, grid)
    # Quantiles that are values of the sample: between a number and infinity there is nothing.
    ends = np.quantile(at[1:], [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    low, high = float(min(ends[0], at[0])), float(max(ends[1], at[0]))
    where = float(at[0]) if np.isfinite(at[0]) else limit
    doubts = dict.fromkeys(doubts_at(challenger, where) + doubts_at(incumbent, where))
    return Crossing(
        labels=_finite(float(at[0])),
        low=_finite(low),
        high=_finite(high),
        overtakes=float(np.isfinite(at[1:]).mean()),
        start=start,
        limit=limit,
        doubts=tuple(doubts),
    )


def more_labels(
    curve: LearningCurve,
    margin: float,
    *,
    factor: float = 2.0,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> MoreLabels:
    """Whether `factor` times as many labels as were measured would gain more than the margin.

    Where the best score there can be is no farther than that from the one measured, they would not, whatever the
    curve says.

    Args:
        curve: a fitted curve.
        margin: the smallest gain worth having, at least 0.
        factor: above 1.
        level: coverage of the interval of the gain.
        bounds: the least and the greatest score there can be.

    Raises:
        ValueError: a curve without labels, a negative margin, a factor of at most 1, or a wrong level.
    """
    check_level(level)
    if not np.isfinite(curve.largest):
        raise ValueError("the candidate uses no labels: more of them change nothing")
    if margin < 0 or not factor > 1:
        raise ValueError(f"expected a margin of at least 0 and a factor above 1, found {margin} and {factor}")
    labels = factor * curve.largest
    now, then = np.clip(curve_scores(curve, [curve.largest, labels]).T, *(bounds or (-np.inf, np.inf)))
    gains = then - now if curve.higher_is_better else now - then
    ends = np.quantile(gains[1:], [(1 - level) / 2, (1 + level) / 2])
    gain, low, high = float(gains[0]), float(min(ends[0], gains[0])), float(max(ends[1], gains[0]))
    doubts, score = doubts_at(curve, labels), float(curve.means[0, -1])
    left = np.inf if bounds is None else bounds[1] - score if curve.higher_is_better else score - bounds[0]
    limit = max(margin, SEEN * abs(score))
    answer: Literal["yes", "no", "open"] = "open"
    if left <= limit or (not doubts and high <= limit):
        answer = "no"
    elif not doubts and low > limit:
        answer = "yes"
    return MoreLabels(answer, gain, low, high, labels, limit, score, float(left), doubts)


def _last_rise(ahead: FloatArray, grid: FloatArray) -> FloatArray:
    """For each row the size from which it is positive to the end; infinite if it is not positive there."""
    behind = ahead <= 0
    last = np.where(behind.any(axis=1), grid.size - 1 - behind[:, ::-1].argmax(axis=1), -1)
    at = np.full(len(ahead), np.inf)
    at[last == -1] = grid[0]
    inside = np.flatnonzero((last >= 0) & (last < grid.size - 1))
    before, after = ahead[inside, last[inside]], ahead[inside, last[inside] + 1]
    logs = np.log(grid)
    step = (logs[last[inside] + 1] - logs[last[inside]]) * before / (before - after)
    at[inside] = np.exp(logs[last[inside]] + step)
    return at


def _finite(labels: float) -> float | None:
    return labels if np.isfinite(labels) else None
