"""A number that a cost is made of, with where it came from and how far it may be off."""

import math
from dataclasses import dataclass

from harness.economics.source import Source

TWO_SIDED_95 = 1.959964
"""Standard errors to either side of a 95 % interval."""


@dataclass(frozen=True)
class Figure:
    """One number. Two candidates that hold a figure of the same name hold the same quantity.

    Raises:
        ValueError: when a value, a standard error or a bound is negative or not finite.
    """

    name: str
    """What `[economics]` and the tornado call it."""
    value: float | None
    """None when it is unknown; then everything computed from it is unknown too."""
    source: Source
    """Where it came from."""
    unit: str = "USD"
    """For people; `share` marks a number that cannot exceed 1."""
    origin: str = ""
    """Whose figure it is: a price list and its date, a published range."""
    se: float = 0.0
    """Standard error of a measured mean, in the unit of the value."""
    items: float | None = None
    """For a measured share: the (effective) number of items behind it, in place of `se`."""
    low: float | None = None
    """A plausible low value, where one is known; of a convention, which is not in doubt, the value itself."""
    high: float | None = None
    """A plausible high value."""

    def __post_init__(self) -> None:
        for field in ("value", "se", "items", "low", "high"):
            found = getattr(self, field)
            if found is not None and not (math.isfinite(found) and found >= 0):
                raise ValueError(f"{self.name}: {field} is {found}; expected a finite number of at least 0")
        if self.unit == "share" and self.value is not None and self.value > 1:
            raise ValueError(f"{self.name} is {self.value}; a share is at most 1")

    def swing(self) -> tuple[float, float] | None:
        """Low and high, to be tried one at a time; None when the figure is not in doubt.

        An assumed figure moves over its range, a measured one over its 95 % interval (a share over
        Jeffreys' interval, which has a width also when nothing failed).
        """
        if self.low is not None and self.high is not None:
            return (self.low, self.high) if self.low < self.high else None
        if self.value is None:
            return None
        if self.items is not None:
            from scipy.stats import beta

            tails = beta.ppf([0.025, 0.975], *self.jeffreys())
            return float(tails[0]), float(tails[1])
        reach = TWO_SIDED_95 * self.se
        return (max(0.0, self.value - reach), self.value + reach) if reach > 0 else None

    @property
    def guessed(self) -> bool:
        """Whether it is assumed and may be off, unlike a convention, whose range has no width."""
        return self.source == "assumed" and (self.low is None or self.low != self.high)

    def jeffreys(self) -> tuple[float, float]:
        """The two parameters of the Beta distribution of a share seen in `items` items."""
        assert self.value is not None
        assert self.items is not None
        hits = self.value * self.items
        return hits + 0.5, self.items - hits + 0.5
