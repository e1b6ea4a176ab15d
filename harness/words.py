"""Numbers and lists as people read them."""

import math
from collections.abc import Sequence

from harness.estimate import Estimate

_MORE = 6
"""So many places more than usual are shown at most."""


def share(*values: float, signed: bool = False, against: float | None = None) -> str:
    """The first of `figures`, and the others as its interval."""
    first, *ends = figures(*values, signed=signed, against=against)
    return f"{first} [{', '.join(ends)}]" if ends else first


def measured(estimate: Estimate, against: float | None = None) -> str:
    """E.g. `0.912 [0.883, 0.934]`, or `212 [180, 260]` for what is no share."""
    return share(estimate.value, estimate.low, estimate.high, against=against)


def figures(*values: float, signed: bool = False, against: float | None = None) -> list[str]:
    """Figures of one kind with the same number of places, `?` for an infinite one.

    Enough of them to tell 0.9996 from 1, and each from what it is held against.

    Args:
        values: the first one says how many places are usual.
        signed: differences, with a plus.
        against: what they are held against.
    """
    places = _usual(values[0], signed=signed)
    if against is not None and math.isfinite(against):
        others = [value for value in values if math.isfinite(value) and value != against]
        enough = (p for p in range(places, places + _MORE) if all(round(v, p) != round(against, p) for v in others))
        places = next(enough, places + _MORE)
    sign = "+" if signed else ""
    return [f"{value:{sign},.{places}f}" if math.isfinite(value) else "?" for value in values]


def _usual(value: float, *, signed: bool) -> int:
    if not math.isfinite(value):
        return 0
    if abs(value) > 2:
        return max(0, 2 - math.floor(math.log10(abs(value))))
    rest = 1.0 if signed else min(abs(value), abs(1 - value)) or 1.0
    return 3 if rest >= 0.01 else 4 if rest >= 0.001 else 5


def usd(value: float) -> str:
    """E.g. `$1,234`, `$0.0033`, `-$20`."""
    sign, size = "-" if value < 0 else "", abs(value)
    if size >= 100 or size == 0:
        return f"{sign}${size:,.0f}"
    if size >= 1:
        return f"{sign}${size:,.2f}"
    return f"{sign}${size:.{max(2, 1 - math.floor(math.log10(size)))}f}"


def more_or_less(value: float) -> str:
    """E.g. `$120 more`, `$80 less`."""
    return f"{usd(abs(value))} {'more' if value >= 0 else 'less'}"


def share_of(value: float, now: float) -> str:
    """How much more or less than now, e.g. `+24 %`, `-0.4 %`."""
    percent = 100 * (value / now - 1)
    return f"{percent:+.0f} %" if abs(percent) >= 9.95 else f"{percent:+.1f} %"


def about(count: float) -> str:
    """E.g. `1,500`, of 1,417."""
    return f"{rounded_up(count):,}"


def rounded_up(count: float) -> int:
    """To two significant digits: a plan is no more exact than that."""
    if count < 100:
        return math.ceil(count)
    step = int(10 ** (math.floor(math.log10(count)) - 1))
    return math.ceil(count / step - 1e-9) * step


def plain(value: float) -> str:
    """A number with up to four significant digits and no exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    places = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def verb(names: Sequence[str], one: str, several: str) -> str:
    """The form of a verb that fits so many names."""
    return one if len(names) == 1 else several
