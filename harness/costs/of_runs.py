"""From what the runs of a candidate measured, prices, and statements to what it costs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from harness.costs.stated import RECORDED, CandidateEconomics, Economy, label_cost_of, use_of_task
from harness.economics.candidate import CostInputs, cost_of_candidate
from harness.economics.cost import CandidateCost
from harness.economics.defaults import Assumptions, approach_of
from harness.economics.figures import Figure
from harness.economics.source import Source
from harness.economics.use import Use
from harness.leaderboard.rows import Entry, Row
from harness.leaderboard.spent import seconds_per_call, usd_per_call
from harness.money import RECORDED as NO_MODEL
from harness.task import Task
from harness.types import Rung

_WITH_INDEX = ("rag", "hybrid")
"""Adapters that keep an index, whatever rung they stand for."""
_ORIGINS: Mapping[Source, str] = {
    "measured": "as recorded",
    "given": "tokens as measured, at the stated price",
    "looked up": "tokens as measured, at the price on the day",
}


def costs_of(
    task: Task,
    entries: Sequence[Entry],
    rows: Mapping[str, Row],
    errors: Mapping[str, Figure],
    economy: Economy,
    volume: float | None = None,
) -> dict[str, CandidateCost]:
    """The cost of every candidate that ran; empty where the task states no volume.

    Args:
        task: with its use.
        entries: candidates with their runs.
        rows: their rows on the leaderboard, by name.
        errors: their shares of wrong answers, by name, as far as known.
        economy: assumptions and statements.
        volume: calls a month in place of the task's.

    Raises:
        ConfigError: the use cannot be.
    """
    use = use_of_task(task, volume)
    if use is None:
        return {}
    return {
        entry.name: _cost(task, entry, rows[entry.name], errors.get(entry.name), economy, use)
        for entry in entries
        if entry.runs
    }


def _cost(task: Task, entry: Entry, row: Row, error_rate: Figure | None, economy: Economy, use: Use) -> CandidateCost:
    stated, approach = economy.of(entry.name), approach_of_entry(entry)
    inputs = CostInputs(
        name=entry.name,
        approach=approach,
        bought=_bought(entry, row, stated),
        bought_once=_bought_once(entry, stated),
        serving=_serving(entry, stated),
        measured_on=device_of(entry),
        seconds_per_call=_seconds(entry),
        preparation_seconds=_preparation(entry, row, stated, approach),
        hardware=economy.machine(entry.name),
        hosting=_hosting(entry.name, stated),
        indexed=(approach == "rag" or entry.adapter in _WITH_INDEX) and stated.hosting_usd_month is None,
        labels=_labels(entry, row, stated, economy.table),
        label_cost=label_cost_of(task),
        error_rate=error_rate,
    )
    return cost_of_candidate(inputs, use, assumptions_of_entry(entry, economy))


def approach_of_entry(entry: Entry) -> str:
    """Whose rows of the assumptions hold: what is in use exists already; a recording goes by its rung."""
    if entry.incumbent:
        return "existing"
    if entry.adapter == RECORDED:
        return approach_of("", None, entry.rung.value)
    method = entry.runs[0].manifest.settings.get("method") if entry.runs else None
    return approach_of(entry.adapter, str(method) if method else None, entry.rung.value)


def _serving(entry: Entry, stated: CandidateEconomics) -> Literal["provider", "by the second", "kept on"]:
    """A local candidate's machine is kept on unless it is stated otherwise: somebody calls at any time."""
    elsewhere = entry.runs[0].manifest.leaves_machine or entry.adapter == RECORDED
    if elsewhere and stated.serving is None and stated.hardware is None:
        return "provider"
    return stated.serving or "kept on"


def _hosting(name: str, stated: CandidateEconomics) -> Figure | None:
    usd = stated.hosting_usd_month
    return None if usd is None else Figure(f"{name}: hosting_usd_month", usd, "given", "USD a month", "harness.toml")


def _bought(entry: Entry, row: Row, stated: CandidateEconomics) -> dict[str, Figure]:
    name = f"{entry.name}: tokens per call"
    if stated.usd_per_1000_calls is not None:
        usd = stated.usd_per_1000_calls / 1000
        return {"calls": Figure(f"{entry.name}: price of a call", usd, "given", "USD per call", "harness.toml")}
    found = usd_per_call(entry.runs)
    if found is None:
        unknown = {model for run in entry.runs for model in run.spending.unknown}
        if unknown == {NO_MODEL} and _own_machine(stated):
            return {}  # a recording without costs of a system that is served on a machine of one's own
        nothing = unknown == {NO_MODEL}
        origin = "no cost is recorded" if nothing else f"no price of {', '.join(sorted(unknown))} is known"
        return {"tokens": Figure(name, None, "looked up", "USD per call", origin)}
    if found.value == 0:
        return {}
    origin = "; ".join([_ORIGINS[row.usd_source], *_said(entry)])
    return {"tokens": Figure(name, found.value, row.usd_source, "USD per call", origin, se=found.standard_error)}


def _said(entry: Entry) -> Iterator[str]:
    """What a reader must know of a price per call."""
    unbilled = sum(run.spending.unbilled for run in entry.runs)
    if unbilled:
        yield f"{unbilled:,} failed without usage count as not billed"
    yield from dict.fromkeys(run.spending.batch for run in entry.runs if run.spending.batch)


def _own_machine(stated: CandidateEconomics) -> bool:
    return any(one is not None for one in (stated.hosting_usd_month, stated.hardware, stated.serving))


def _bought_once(entry: Entry, stated: CandidateEconomics) -> dict[str, Figure]:
    if stated.training_usd is not None:
        return {"training": Figure(f"{entry.name}: training", stated.training_usd, "given", "USD", "harness.toml")}
    costs = [run.preparation_usd for run in entry.runs]
    if not any(cost != 0 for cost in costs):
        return {}
    known = [cost for cost in costs if cost is not None]
    usd = sum(known) / len(known) if len(known) == len(costs) else None
    origin = "price unknown" if usd is None else "calls as counted, at the price on the day"
    return {"model calls": Figure(f"{entry.name}: model calls to prepare", usd, "looked up", "USD", origin)}


def _seconds(entry: Entry) -> Figure | None:
    found = None if entry.adapter == RECORDED else seconds_per_call(entry.runs)
    if found is None:
        return None
    name = f"{entry.name}: machine time per call"
    return Figure(name, found[0], "measured", "seconds", "this machine, in batches", se=found[1])


def _preparation(entry: Entry, row: Row, stated: CandidateEconomics, approach: str) -> Figure | None:
    """Of what was indexed or trained here: neither a recording nor a model that its provider fine-tuned."""
    if row.prepare_s is None or entry.adapter == RECORDED or approach == "hosted" or stated.training_usd is not None:
        return None
    return Figure(f"{entry.name}: time to prepare", row.prepare_s, "measured", "seconds", "this machine")


def _labels(entry: Entry, row: Row, stated: CandidateEconomics, table: Assumptions) -> Figure | None:
    """As stated, else as the run saw them; what was trained elsewhere took labels too, and how many is assumed."""
    name = f"{entry.name}: labels"
    if stated.labels is not None:
        return Figure(name, stated.labels, "given", "labels", "harness.toml")
    if row.labels:
        return Figure(name, row.labels, "measured", "labels", "items it was shown")
    return table["labels_needed"] if entry.rung is Rung.TRAINED and not entry.incumbent else None


def device_of(entry: Entry) -> Literal["cpu", "gpu"]:
    """What its runs were timed on."""
    return "gpu" if entry.runs[0].manifest.machine.get("gpu") else "cpu"


def assumptions_of_entry(entry: Entry, economy: Economy) -> Assumptions:
    """The table with what is stated of a candidate in place of its approach's rows, under the candidate's name."""
    stated, approach, table = economy.of(entry.name), approach_of_entry(entry), dict(economy.table)
    for key in ("engineering_days", "upkeep_days_per_change", "weeks_to_first_result"):
        row, value = f"{key}_{approach}", getattr(stated, key)
        if value is not None:
            table[row] = Figure(f"{entry.name}: {key}", value, "given", table[row].unit, "harness.toml")
    return table
