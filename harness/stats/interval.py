"""An interval: two numbers."""

from typing import NamedTuple


class Interval(NamedTuple):
    """A confidence interval, ends included. An end that nothing bounds is infinite, never NaN."""

    low: float
    high: float
