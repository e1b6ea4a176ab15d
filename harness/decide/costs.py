"""From what the runs of a candidate measured, prices, and statements to what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from harness.decide.stated import CandidateEconomics, Economy
from harness.economics.candidate import CostInputs, cost_of_candidate
from harness.economics.cost import CandidateCost
from harness.economics.defaults import Assumptions, approach_of
from harness.economics.figures import Figure
from harness.economics.hardware import SECONDS_PER_MONTH
from harness.economics.use import Use, use_of
from harness.leaderboard.rows import Entry, Row
from harness.run.manifest import Manifest
from harness.task import Task

RECORDED = "recorded"
"""The adapter of answers that were made elsewhere: reading them says nothing of what making them takes."""


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
        error_cost_usd=use.error_cost_usd or None,
        peak_calls_per_second=peak if calls else None,
        where=where,
    )


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
    serving = _serving(entry, stated)
    label_cost = task.use.label_cost_usd
    inputs = CostInputs(
        name=entry.name,
        approach=approach,
        bought=_bought(entry, row, stated),
        bought_once=_bought_once(entry, stated),
        serving=serving,
        measured_on=_device(entry.runs[0].manifest),
        seconds_per_call=None if stated.hosting_usd_month is not None else _seconds(entry, row),
        preparation_seconds=_preparation(entry, row, stated),
        hardware=None if stated.hosting_usd_month is not None else economy.machine(entry.name),
        indexed=approach == "rag" and stated.hosting_usd_month is None,
        labels=_labels(entry.name, row, stated),
        label_cost=None
        if label_cost is None
        else Figure("label_cost_usd", label_cost, "given", "USD per label", f"task {task.name} [use]"),
        error_rate=error_rate,
    )
    cost = cost_of_candidate(inputs, use, _with_stated(economy.table, entry.name, approach, stated))
    if stated.hosting_usd_month is None:
        return cost
    told = (replace(p, note="as stated") if p.name == "hosting" else p for p in cost.parts)
    return replace(cost, parts=tuple(told))


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
    if stated.hosting_usd_month is not None:
        return "kept on"
    manifest = entry.runs[0].manifest
    if stated.serving is None and (manifest.leaves_machine or entry.adapter == RECORDED):
        return "provider"
    return stated.serving or "kept on"


def _bought(entry: Entry, row: Row, stated: CandidateEconomics) -> dict[str, Figure]:
    name = f"{entry.name}: tokens per call"
    if stated.usd_per_1000_calls is not None:
        usd = stated.usd_per_1000_calls / 1000
        return {"calls": Figure(f"{entry.name}: price of a call", usd, "given", "USD per call", "harness.toml")}
    if row.usd_per_1000 is None:
        if entry.adapter == RECORDED and stated.hosting_usd_month is not None:
            return {}
        return {"tokens": Figure(name, None, "looked up", "USD per call", "price unknown")}
    if row.usd_per_1000 == 0:
        return {}
    source: Literal["measured", "looked up"] = "measured" if entry.adapter == RECORDED else "looked up"
    origin = "as recorded" if entry.adapter == RECORDED else "tokens as measured, at the price on the day"
    return {"tokens": Figure(name, row.usd_per_1000 / 1000, source, "USD per call", origin)}


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


def _seconds(entry: Entry, row: Row) -> Figure | None:
    if row.compute_s_per_1000 is None or entry.adapter == RECORDED:
        return None
    seconds = row.compute_s_per_1000 / 1000
    return Figure(f"{entry.name}: machine time per call", seconds, "measured", "seconds", "this machine, in batches")


def _preparation(entry: Entry, row: Row, stated: CandidateEconomics) -> Figure | None:
    if row.prepare_s is None or entry.adapter == RECORDED or stated.training_usd is not None:
        return None
    return Figure(f"{entry.name}: time to prepare", row.prepare_s, "measured", "seconds", "this machine")


def _labels(name: str, row: Row, stated: CandidateEconomics) -> Figure | None:
    if stated.labels is not None:
        return Figure(f"{name}: labels", stated.labels, "given", "labels", "harness.toml")
    return Figure(f"{name}: labels", row.labels, "measured", "labels", "items it was shown") if row.labels else None


def _device(manifest: Manifest) -> Literal["cpu", "gpu"]:
    return "gpu" if manifest.machine.get("gpu") else "cpu"


def _with_stated(table: Assumptions, name: str, approach: str, stated: CandidateEconomics) -> Assumptions:
    """The table with a candidate's own numbers in it, under its own names."""
    own = {
        f"engineering_days_{approach}": ("engineering_days", stated.engineering_days),
        f"upkeep_days_per_change_{approach}": ("upkeep_days_per_change", stated.upkeep_days_per_change),
        "hosting_usd_month_small": ("hosting_usd_month", stated.hosting_usd_month),
        "hosting_usd_month_model": ("hosting_usd_month", stated.hosting_usd_month),
    }
    return {
        key: Figure(f"{name}: {own[key][0]}", own[key][1], "given", figure.unit, "harness.toml")
        if key in own and own[key][1] is not None
        else figure
        for key, figure in table.items()
    }
