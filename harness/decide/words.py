"""Numbers and lists as people read them."""

import math
from collections.abc import Sequence

from harness.estimate import Estimate


def share(*values: float, signed: bool = False) -> str:
    """A figure of a metric with its interval, if given, and enough digits to tell 0.9996 from 1."""
    rest = 1.0 if signed else min(abs(values[0]), abs(1 - values[0])) or 1.0
    digits = 3 if rest >= 0.01 else 4 if rest >= 0.001 else 5
    first, *ends = (f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}" for value in values)
    return f"{first} [{', '.join(ends)}]" if ends else first


def measured(estimate: Estimate) -> str:
    """E.g. `0.912 [0.883, 0.934]`, or `212 [180, 260]` for what is no share."""
    if abs(estimate.value) > 2:
        low, high = (f"{end:,.0f}" if math.isfinite(end) else "?" for end in (estimate.low, estimate.high))
        return f"{estimate.value:,.0f} [{low}, {high}]"
    return share(estimate.value, estimate.low, estimate.high)


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


def about(count: float) -> str:
    """Two significant digits: a plan is no more exact than that."""
    if count < 100:
        return f"{math.ceil(count)}"
    step = 10 ** (math.floor(math.log10(count)) - 1)
    return f"{math.ceil(count / step - 1e-9) * step:,.0f}"


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
