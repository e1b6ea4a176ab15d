"""Which figure moves the answer most, and the value at which the answer flips."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.economics.cost import CandidateCost, figures_of
from harness.economics.figures import Figure
from harness.economics.montecarlo import Misestimation, quantiles

_ROUNDING = 1e-13
"""A difference that moves by less than this share of the two costs has not moved: that is rounding."""


@dataclass(frozen=True)
class Bar:
    """One figure, and what the difference of two costs makes of it."""

    figure: Figure
    """The one that is moved; all others stay."""
    low: float
    """The value under which it lies with a probability of 10 %; its own value where it is not in doubt."""
    high: float
    """The value over which it lies with a probability of 10 %."""
    low_usd: float
    """The difference over the horizon with the figure at its low value."""
    high_usd: float
    """The difference with the figure at its high value."""
    flips_at: float | None
    """The value at which the difference reaches the threshold; None when none that makes sense does."""
    flips_in_range: bool
    """Whether that value is plausible: in the range of an assumption, in the 95 % interval of a measurement."""

    @property
    def width_usd(self) -> float:
        """How far the figure moves the difference."""
        return abs(self.high_usd - self.low_usd)


def tornado(
    a: CandidateCost, b: CandidateCost, threshold_usd: float = 0.0, prior: Misestimation | None = None
) -> Sequence[Bar] | None:
    """Bars of every figure behind `a` or `b`, widest first, one moved at a time.

    The difference is what `a` costs over what `b` costs over the horizon, being wrong included. A cost is a
    sum of products in which a figure stands once, so the difference is a straight line in every single
    figure, and the value at which it meets the threshold is exact. A figure that is not in doubt (a given
    volume, a looked-up price) has a bar of width 0 and may still say where the answer flips. The number of
    machines kept on does not move with the volume.

    Args:
        a: One candidate.
        b: The other.
        threshold_usd: Where the answer flips.
        prior: How far assumed costs may be off.

    Returns:
        None when a cost is unknown.
    """
    costs = a.tco({}), b.tco({})
    if costs[0] is None or costs[1] is None:
        return None
    rounding = _ROUNDING * float(costs[0] + costs[1])
    known = [figure for figure in figures_of((a, b)).values() if figure.value is not None]
    bars = [_bar(a, b, figure, threshold_usd, rounding, prior or Misestimation()) for figure in known]
    return sorted(bars, key=lambda bar: bar.width_usd, reverse=True)


def _bar(
    a: CandidateCost, b: CandidateCost, figure: Figure, threshold: float, rounding: float, prior: Misestimation
) -> Bar:
    value, now = figure.value, _difference(a, b, {})
    assert value is not None
    assert now is not None
    other = 2 * value if value > 0 else 1.0
    moved = _difference(a, b, {figure.name: other})
    if moved is None:
        return Bar(figure, value, value, now, now, None, flips_in_range=False)
    slope = (moved - now) / (other - value) if abs(moved - now) > rounding else 0.0
    low, high = quantiles(figure, prior) or (value, value)
    least, most = figure.swing() or (value, value)
    flips_at = value + (threshold - now) / slope if slope else None
    if flips_at is not None and (flips_at < 0 or (figure.unit == "share" and flips_at > 1)):
        flips_at = None
    return Bar(
        figure,
        low,
        high,
        now + slope * (low - value),
        now + slope * (high - value),
        flips_at,
        flips_at is not None and least < most and least <= flips_at <= most,
    )


def _difference(a: CandidateCost, b: CandidateCost, values: dict[str, float]) -> float | None:
    first, second = a.tco(values), b.tco(values)
    return None if first is None or second is None else float(first - second)
