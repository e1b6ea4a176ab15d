"""What a person states about costs: assumptions, single candidates and machines in harness.toml, use in a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from harness.config import Table, validated
from harness.costs.weights import parse_weights
from harness.economics.defaults import Assumptions, assumptions
from harness.economics.figures import Figure
from harness.economics.hardware import SECONDS_PER_MONTH, Hardware, parse_hardware
from harness.economics.montecarlo import Misestimation
from harness.economics.use import Use, use_of
from harness.errors import ConfigError, UnknownNameError
from harness.task import Task

RECORDED = "recorded"
"""The adapter of answers that were made elsewhere: reading them says nothing of what making them takes."""
_MOST_USD = 1e9
_MOST_DAYS = 10_000


class CandidateEconomics(Table):
    """`[economics.candidates.NAME]`: what is known of one candidate's cost; it goes before every assumption."""

    engineering_days: float | None = Field(default=None, ge=0, le=_MOST_DAYS)
    """Working days to build it."""
    upkeep_days_per_change: float | None = Field(default=None, ge=0, le=_MOST_DAYS)
    """Working days for each change of the knowledge."""
    weeks_to_first_result: float | None = Field(default=None, ge=0, le=1000)
    training_usd: float | None = Field(default=None, ge=0, le=_MOST_USD)
    """One training, paid first and with each change of the knowledge."""
    usd_per_1000_calls: float | None = Field(default=None, ge=0, le=_MOST_USD)
    """What is bought with each call, in place of tokens and their prices."""
    hosting_usd_month: float | None = Field(default=None, ge=0, le=_MOST_USD)
    """Machines and index, whatever the volume."""
    labels: int | None = Field(default=None, ge=0, le=1_000_000_000)
    """Labels that it used, where the run does not say."""
    hardware: str | None = None
    """The machine of `[hardware]` that it would be served on."""
    strategic_value: float | None = Field(default=None, ge=0, le=1)
    """From 0 to 1, for `[weights]`."""
    serving: Literal["kept on", "by the second"] | None = None
    """Whether its machine is kept on, or paid for while it works."""
    batch: bool = False
    """Whether its calls can wait, and are bought at the providers' batch prices where those are known."""


@dataclass(frozen=True)
class Economy:
    """Everything about money that no run measured."""

    table: Assumptions
    candidates: Mapping[str, CandidateEconomics]
    hardware: Mapping[str, Hardware]
    weights: Mapping[str, float] = field(default_factory=dict)
    """Of `harness.costs.weights.CRITERIA`, with a sum of 1; empty where nothing is weighted."""

    @property
    def prior(self) -> Misestimation:
        """How far assumed costs may be off."""
        return Misestimation.of(self.table)

    def of(self, candidate: str) -> CandidateEconomics:
        """What is stated of a candidate; nothing is stated of most."""
        return self.candidates.get(candidate, CandidateEconomics())

    def machine(self, candidate: str) -> Hardware | None:
        """The machine that a candidate would be served on, where one is stated."""
        name = self.of(candidate).hardware
        return None if name is None else self.hardware[name]


def economy_of(
    economics: Mapping[str, Any],
    hardware: Mapping[str, Any],
    candidates: Mapping[str, Any],
    where: str,
    weights: Mapping[str, Any] | None = None,
) -> Economy:
    """`[economics]`, `[hardware]` and `[weights]` of a harness.toml.

    Args:
        economics: the table; its `candidates` holds one table per candidate.
        hardware: the table.
        candidates: what the project has, to find a misspelt name.
        where: the file, for messages.
        weights: the table.

    Raises:
        ConfigError: a negative or absurd number, an unknown name, two statements that exclude each other.
    """
    overrides = dict(economics)
    single = overrides.pop("candidates", {})
    if not isinstance(single, Mapping):
        raise ConfigError(f"{where}: [economics] candidates: found {single!r}; expected [economics.candidates.NAME]")
    for name in single:
        if name not in candidates:
            raise UnknownNameError("candidate", name, candidates, f"{where}: [economics.candidates]")
    stated = {
        name: validated(CandidateEconomics, table, f"{where}: [economics.candidates.{name}]")
        for name, table in single.items()
    }
    found = Economy(
        assumptions(overrides, f"{where}: [economics]"),
        stated,
        parse_hardware(dict(hardware), where),
        parse_weights(weights or {}, f"{where}: [weights]"),
    )
    for name, table in stated.items():
        _check_machine(name, table, found.hardware, candidates[name], f"{where}: [economics.candidates.{name}]")
    return found


def _check_machine(
    name: str, stated: CandidateEconomics, hardware: Mapping[str, Hardware], candidate: Any, where: str
) -> None:
    """Refuses what is stated of a candidate's machine and would not count."""
    beside = [key for key in ("hardware", "serving") if getattr(stated, key) is not None]
    if stated.hosting_usd_month is not None and beside:
        raise ConfigError(
            f"{where}: hosting_usd_month is the whole bill, so {' and '.join(beside)} would not count: take one out."
        )
    if stated.hardware is None:
        return
    if stated.hardware not in hardware:
        raise UnknownNameError("machine", stated.hardware, hardware, f"{where} hardware")
    machine, place = hardware[stated.hardware], f"[hardware.{stated.hardware}]"
    recorded = isinstance(candidate, Mapping) and candidate.get("adapter") == RECORDED
    if machine.relative_speed is not None and recorded:
        raise ConfigError(
            f"{where}: {place} has a relative_speed, and a recording was measured on no machine: give "
            "calls_per_second, as measured there."
        )
    if machine.relative_speed is None and machine.throughput(name, None) is None:
        raise ConfigError(f"{where}: {place} calls_per_second says nothing of {name}: give calls_per_second.{name}.")


def label_cost_of(task: Task) -> Figure | None:
    """What a label costs as the task states it."""
    usd = task.use.label_cost_usd
    return None if usd is None else Figure("label_cost_usd", usd, "given", "USD per label", f"task {task.name} [use]")


def use_of_task(task: Task, volume: float | None = None) -> Use | None:
    """`[use]` of a task, or with another volume; None where it states no volume.

    Raises:
        ConfigError: a volume of 0, or another number that cannot be.
    """
    use, where = task.use, f"task {task.name} [use]"
    calls = use.calls_per_month if volume is None else volume
    if calls is None:
        return None
    peak = None if use.peak_factor is None else calls / SECONDS_PER_MONTH * use.peak_factor
    return use_of(
        calls,
        use.horizon_months,
        knowledge_changes_per_year=use.knowledge_changes_per_year,
        error_cost_usd=use.error_cost_usd,
        defaults=set(type(use).model_fields) - use.model_fields_set,
        peak_calls_per_second=peak if calls else None,
        where=where,
    )
