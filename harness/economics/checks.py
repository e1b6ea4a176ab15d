"""Numbers that a person wrote, read with a message that says what to do."""

import math

from harness.errors import ConfigError


def number(value: object, what: str, where: str, low: float = 0.0, high: float = math.inf) -> float:
    """`value` as a float within [low, high].

    Raises:
        ConfigError: when it is no finite number (a boolean is none), or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{where}: {what} is {value!r}; expected a finite number")
    if not low <= value <= high:
        limit = f"at least {low:g}" if value < low else f"at most {high:g}"
        raise ConfigError(f"{where}: {what} is {value:g}; it must be {limit}")
    return float(value)
