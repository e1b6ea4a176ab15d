"""Machines that a candidate may be served on, and how many of them its peak takes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.economics.checks import number
from harness.economics.figures import Figure
from harness.errors import ConfigError, UnknownNameError

HOURS_PER_MONTH = 730
"""8,760 hours a year over 12."""
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
ABSURD_USD_PER_HOUR = 1_000.0
_KEYS = ("usd_per_hour", "calls_per_second", "relative_speed", "utilisation")


@dataclass(frozen=True)
class Hardware:
    """`[hardware.NAME]` of harness.toml: a machine with its own throughput, measured there or given."""

    name: str
    """NAME."""
    usd_per_hour: Figure
    """What an hour of it costs."""
    calls_per_second: float | Mapping[str, float] | None = None
    """Throughput of every candidate, or by candidate."""
    relative_speed: float | None = None
    """How many times as fast as the machine that was measured; in place of `calls_per_second`."""
    utilisation: float | None = None
    """Share of the throughput to plan with at the peak; None takes the assumed one."""

    def throughput(self, candidate: str, measured_seconds: float | None) -> float | None:
        """Calls per second here; None when neither a throughput nor a measurement says.

        Args:
            candidate: Whose calls.
            measured_seconds: Seconds of machine time per call on the machine that was measured.
        """
        if isinstance(self.calls_per_second, Mapping):
            return self.calls_per_second.get(candidate)
        if self.calls_per_second is not None:
            return self.calls_per_second
        if self.relative_speed is None or not measured_seconds:
            return None
        return self.relative_speed / measured_seconds

    def stated(self, candidate: str) -> tuple[Figure, ...]:
        """What the throughput of a candidate on this machine rests on, as figures."""
        told = (
            ("calls_per_second", self.throughput(candidate, None), "calls a second"),
            ("relative_speed", self.relative_speed, "times"),
            ("utilisation", self.utilisation, "share"),
        )
        return tuple(
            Figure(f"hardware.{self.name}.{key}", value, "given", unit, self.usd_per_hour.origin)
            for key, value, unit in told
            if value is not None
        )


def parse_hardware(table: Mapping[str, object], where: str = "harness.toml") -> dict[str, Hardware]:
    """Machines by name from the tables `[hardware.NAME]`.

    Raises:
        ConfigError: on a missing or absurd number, and unless exactly one of calls_per_second and
            relative_speed is stated: a speed measured on one machine says nothing of another.
        UnknownNameError: on a key that no machine has.
    """
    return {name: _machine(name, entry, f"{where}: [hardware.{name}]") for name, entry in table.items()}


def replicas_for(peak_calls_per_second: float, calls_per_second: float, utilisation: float) -> int:
    """Machines that carry the peak, at least 1: ceil(peak / (throughput x utilisation))."""
    load = peak_calls_per_second / (calls_per_second * utilisation)
    return max(1, math.ceil(load * (1 - 1e-12)))


def _machine(name: str, entry: object, where: str) -> Hardware:
    if not isinstance(entry, Mapping):
        raise ConfigError(f"{where} is {entry!r}; expected a table with {', '.join(_KEYS)}")
    for key in entry:
        if key not in _KEYS:
            raise UnknownNameError("hardware setting", str(key), _KEYS, where)
    if "usd_per_hour" not in entry:
        raise ConfigError(f"{where} has no usd_per_hour; give what an hour of it costs")
    if ("calls_per_second" in entry) == ("relative_speed" in entry):
        raise ConfigError(
            f"{where} needs exactly one of calls_per_second (as measured there) and relative_speed "
            "(times the measured machine); a speed does not carry over to another machine by itself"
        )
    usd = number(entry["usd_per_hour"], "usd_per_hour", where, high=ABSURD_USD_PER_HOUR)
    return Hardware(
        name,
        Figure(f"hardware.{name}.usd_per_hour", usd, "given", "USD per hour", where),
        _calls(entry.get("calls_per_second"), where),
        _positive(entry["relative_speed"], "relative_speed", where) if "relative_speed" in entry else None,
        number(entry["utilisation"], "utilisation", where, 0.01, 1.0) if "utilisation" in entry else None,
    )


def _calls(value: object, where: str) -> float | dict[str, float] | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {str(who): _positive(rate, f"calls_per_second.{who}", where) for who, rate in value.items()}
    return _positive(value, "calls_per_second", where)


def _positive(value: object, what: str, where: str) -> float:
    return number(value, what, where, low=1e-6)
