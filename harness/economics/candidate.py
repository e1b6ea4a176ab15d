"""How the cost of a candidate comes about: from what was measured of it, prices, and assumptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from harness.economics.cost import CandidateCost, CostPart
from harness.economics.defaults import Assumptions
from harness.economics.figures import Figure
from harness.economics.hardware import HOURS_PER_MONTH, SECONDS_PER_MONTH, Hardware, replicas_for
from harness.economics.use import Per, Use


@dataclass(frozen=True)
class CostInputs:
    """What is known of a candidate. Figures of its own carry its name, shared ones do not."""

    name: str
    """The candidate."""
    approach: str
    """Which rows of the assumptions hold for it: see `defaults.approach_of`."""
    bought: Mapping[str, Figure] = field(default_factory=dict)
    """USD per call by what is bought (`tokens`, `embedding`); no value means an unknown price."""
    bought_once: Mapping[str, Figure] = field(default_factory=dict)
    """USD before the first call by what is bought: a provider's training of a hosted model."""
    serving: Literal["provider", "by the second", "kept on"] = "provider"
    """Who computes answers: a provider (in `bought`), a machine paid for while it works, or one kept on."""
    measured_on: Literal["cpu", "gpu"] = "cpu"
    """What the seconds below were measured on."""
    seconds_per_call: Figure | None = None
    """Machine time of one call."""
    preparation_seconds: Figure | None = None
    """Machine time to index or train."""
    hardware: Hardware | None = None
    """The machine it would be served on; None for one like that which was measured."""
    hosting: Figure | None = None
    """USD a month of everything that is kept on, whatever the volume, as stated; no machine is then counted."""
    indexed: bool = False
    """Whether it keeps an index that somebody must host."""
    labels: Figure | None = None
    """Labels that it used; None for none."""
    label_cost: Figure | None = None
    """USD per label as the task states it; None takes the assumed cost."""
    error_rate: Figure | None = None
    """Share of calls answered wrongly, failures included."""


def cost_of_candidate(inputs: CostInputs, use: Use, table: Assumptions) -> CandidateCost:
    """Parts, what being wrong costs, and what the machines carry."""
    serving, capacity = _serving(inputs, use, table)
    parts = [
        *(CostPart(name, "call", (usd,)) for name, usd in inputs.bought.items()),
        *serving,
        *_preparation(inputs, table),
        *_upkeep(inputs, table),
    ]
    wrong = None
    if inputs.error_rate is not None and use.error_cost_usd is not None:
        wrong = CostPart("being wrong", "call", (inputs.error_rate, use.error_cost_usd))
    return CandidateCost(inputs.name, use, tuple(parts), wrong, inputs.error_rate, capacity)


def _serving(inputs: CostInputs, use: Use, table: Assumptions) -> tuple[list[CostPart], float | None]:
    """The part that pays for machines, and the calls a month that they carry."""
    if inputs.hosting is not None:
        return [CostPart("hosting", "month", (inputs.hosting,), note="as stated, whatever the volume")], None
    if inputs.serving == "by the second":
        return [_by_the_second(inputs, table)], None
    if inputs.serving == "kept on":
        part, capacity = _kept_on(inputs, use, table)
        return [part], capacity
    return [], None


def _by_the_second(inputs: CostInputs, table: Assumptions) -> CostPart:
    seconds, machine = inputs.seconds_per_call, inputs.hardware
    if machine is None:
        note = f"at the hourly price of the {inputs.measured_on} machine that was measured"
        return _seconds("compute", "call", seconds, table[f"machine_usd_hour_{inputs.measured_on}"], note)
    note = f"on {machine.name}, at the throughput stated for it"
    if machine.relative_speed is not None:
        part = _seconds("compute", "call", seconds, machine.usd_per_hour, note)
        scale = None if part.scale is None else part.scale / machine.relative_speed
        return replace(part, scale=scale, planned=machine.stated(inputs.name))
    rate = machine.throughput(inputs.name, None)
    scale = None if rate is None else 1 / (3600 * rate)
    return CostPart("compute", "call", (machine.usd_per_hour,), scale, note, machine.stated(inputs.name))


def _seconds(name: str, per: Per, seconds: Figure | None, usd_hour: Figure, note: str) -> CostPart:
    if seconds is None:
        return CostPart(name, per, (usd_hour,), None, "machine time was not measured")
    return CostPart(name, per, (seconds, usd_hour), 1 / 3600, note)


def _kept_on(inputs: CostInputs, use: Use, table: Assumptions) -> tuple[CostPart, float | None]:
    """Machines that run all month, as many as the peak takes.

    Their number is fixed at the task's volume, so it does not move with the volume in a break-even: the
    capacity says how far it holds.
    """
    machine = inputs.hardware
    seconds = inputs.seconds_per_call.value if inputs.seconds_per_call else None
    if machine is None:
        size = "model" if inputs.measured_on == "gpu" else "small"
        price, hours, rate = table[f"hosting_usd_month_{size}"], 1, 1 / seconds if seconds else None
    else:
        price, hours, rate = machine.usd_per_hour, HOURS_PER_MONTH, machine.throughput(inputs.name, seconds)
    if rate is None:
        note = "throughput unknown: one machine taken" if machine is None else f"throughput on {machine.name} unknown"
        return CostPart("hosting", "month", (price,), 1.0 if machine is None else None, note), None
    average = _sure(use.calls_per_month) / SECONDS_PER_MONTH
    peak = use.peak_calls_per_second or average * _sure(table["peak_to_average"])
    own = machine.utilisation if machine else None
    planned = own or _sure(table["utilisation"])
    replicas = replicas_for(peak, rate, planned)
    note = f"{replicas} kept on for a peak of {peak:.3g} calls a second, {_plain(rate)} each at {planned:.0%}"
    capacity = replicas * rate * planned * average / peak * SECONDS_PER_MONTH
    behind = [*(machine.stated(inputs.name) if machine else ()), *([] if own else [table["utilisation"]])]
    if inputs.seconds_per_call is not None and (machine is None or machine.relative_speed is not None):
        behind.append(inputs.seconds_per_call)
    behind.append(_peak(use, table))
    return CostPart("hosting", "month", (price,), float(hours * replicas), note, tuple(behind)), capacity


def _peak(use: Use, table: Assumptions) -> Figure:
    """What the peak rests on."""
    if use.peak_calls_per_second is None:
        return table["peak_to_average"]
    return Figure("peak_calls_per_second", use.peak_calls_per_second, "given", "calls a second", "[use] peak_factor")


def _preparation(inputs: CostInputs, table: Assumptions) -> Iterator[CostPart]:
    """What is paid before the first call."""
    if inputs.labels is not None:
        yield CostPart("labels", "once", (inputs.label_cost or table["label_cost_usd"], inputs.labels))
    yield CostPart("engineering", "once", (table[f"engineering_days_{inputs.approach}"], table["day_rate_usd"]))
    yield from _building(inputs, table, "once")


def _upkeep(inputs: CostInputs, table: Assumptions) -> Iterator[CostPart]:
    """What keeps it alive: each month, and with each change of the knowledge."""
    day = table["day_rate_usd"]
    yield CostPart("monitoring", "month", (table["monitoring_days_month"], day))
    if inputs.indexed:
        yield CostPart("index hosting", "month", (table["hosting_usd_month_index"],))
    yield CostPart("update work", "change", (table[f"upkeep_days_per_change_{inputs.approach}"], day))
    for part in _building(inputs, table, "change"):
        yield replace(part, name=f"update: {part.name}")


def _building(inputs: CostInputs, table: Assumptions, per: Literal["once", "change"]) -> Iterator[CostPart]:
    """Indexing or training, the first time or again. Measured and bought ones cost the same each time."""
    for name, usd in inputs.bought_once.items():
        yield CostPart(name, per, (usd,))
    if inputs.preparation_seconds is not None:
        price = table[f"machine_usd_hour_{inputs.measured_on}"]
        yield _seconds("preparation", per, inputs.preparation_seconds, price, "as measured here")
    elif not inputs.bought_once and (training := table.get(f"training_usd_{inputs.approach}")):
        factors = (training,) if per == "once" else (training, table["retraining_share"])
        yield CostPart("preparation", per, factors, note="training was not measured")


def _sure(figure: Figure) -> float:
    assert figure.value is not None
    return figure.value


def _plain(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"
