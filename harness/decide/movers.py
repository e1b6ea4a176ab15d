"""Which numbers move the answer most, and where it turns."""

from harness.decide.verdict import Swing
from harness.decide.worth import Ledger
from harness.economics.figures import Figure
from harness.economics.tornado import Bar
from harness.words import plain, share_of, usd

_SHOWN = 8


def swings(ledger: Ledger, ours: str, theirs: str) -> tuple[Swing, ...]:
    """What moves the worth of one candidate over another most, the widest first; empty where a cost is unknown."""
    moving = [bar for bar in ledger.bars(ours, theirs) if bar.width_usd > 0]
    return tuple(_swing(bar, ledger.months) for bar in moving[:_SHOWN])


def _swing(bar: Bar, months: float) -> Swing:
    figure = bar.figure
    assert figure.value is not None
    return Swing(
        figure.name,
        figure.value,
        figure.unit,
        figure.source,
        bar.low,
        bar.high,
        at_low=-bar.low_usd / months,
        at_high=-bar.high_usd / months,
        swing=bar.width_usd / months,
        turns_at=bar.flips_at if bar.flips_in_range else None,
    )


def range_words(figure: Figure) -> str:
    """E.g. `assumed 25 (15 to 40 working days)`."""
    assert figure.value is not None
    low, high = figure.swing() or (figure.value, figure.value)
    return f"{figure.source} {plain(figure.value)} ({plain(low)} to {plain(high)} {figure.unit})"


def threshold_words(bar: Bar) -> str:
    """E.g. `api: tokens per call is over 0.0031 USD per call (now 0.0025, +24 %)`."""
    now, then = bar.figure.value, bar.flips_at
    assert now is not None
    assert then is not None
    word = "over" if then > now else "under"
    unit = "" if bar.figure.unit == "share" else f" {bar.figure.unit}"
    shown = (usd(then), usd(now)) if bar.figure.unit == "USD" else (f"{plain(then)}{unit}", plain(now))
    return f"{bar.figure.name} is {word} {shown[0]} (now {shown[1]}, {share_of(then, now)})"
