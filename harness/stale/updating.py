"""How a candidate is brought up to date when the knowledge changes, as cheaply as can be, and what that costs."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from harness.costs.of_runs import approach_of_entry, assumptions_of_entry, device_of
from harness.costs.stated import RECORDED, Economy, label_cost_of
from harness.economics.cost import CostPart
from harness.economics.figures import Figure
from harness.economics.source import Source
from harness.leaderboard.rows import Entry
from harness.run.manifest import Manifest
from harness.task import Task
from harness.types import Answered, Record, Rung


class How(StrEnum):
    """The cheapest update of a candidate."""

    NOTHING = "nothing to update"
    REINDEX = "re-index"
    RETRAIN = "retrain"
    REBUILD = "build again"
    ELSEWHERE = "made elsewhere"

    @property
    def builds(self) -> bool:
        """Whether it builds the candidate from the second edition."""
        return self in (How.REINDEX, How.RETRAIN, How.REBUILD)


class Paid(msgspec.Struct, frozen=True):
    """One part of what an update takes."""

    what: str
    """With its number, e.g. `14 labels`."""
    usd: float | None
    """None where a price is unknown."""
    source: Source
    """That of its least certain number."""


def looks_up(records: Mapping[str, Record]) -> bool:
    """Whether the candidate of these records retrieves when it is asked."""
    return any(isinstance(r, Answered) and r.contexts for r in records.values())


def how_to_update(rung: Rung, manifest: Manifest, *, retrieves: bool) -> How:
    """What its cheapest update is.

    What is trained is trained again, also where it looks things up besides; what only looks things up is indexed
    again, passages or examples. A recording is made elsewhere, and cannot be updated here.

    Args:
        rung: of the candidate.
        manifest: of its run before the change.
        retrieves: whether it looks things up when it is asked.
    """
    if manifest.adapter == RECORDED:
        return How.ELSEWHERE
    if rung is Rung.TRAINED:
        return How.RETRAIN
    if rung is Rung.RAG or retrieves:
        return How.REINDEX
    return How.REBUILD if manifest.preparation and manifest.preparation.labels else How.NOTHING


def cost_of_update(
    task: Task, entry: Entry, calls_usd: float | None, economy: Economy
) -> tuple[tuple[Paid, ...], tuple[Paid, ...]]:
    """What it took to build the candidate again, and the work around it.

    Args:
        task: before the change.
        entry: the candidate with its runs after the change, one for each seed that it would be built with.
        calls_usd: what the model calls of one building cost.
        economy: assumptions and statements.

    Returns:
        What was counted here, and what is assumed or stated.
    """
    return tuple(_counted(task, entry, calls_usd, economy)), tuple(_work(entry, economy))


def total(parts: Iterable[Paid]) -> float | None:
    """USD of all parts; None where one is unknown."""
    found = 0.0
    for part in parts:
        if part.usd is None:
            return None
        found += part.usd
    return found


def _counted(task: Task, entry: Entry, calls_usd: float | None, economy: Economy) -> Iterator[Paid]:
    taken = [run.manifest.preparation for run in entry.runs if run.manifest.preparation]
    stated, table = economy.of(entry.name), economy.table
    if stated.training_usd is not None:
        yield Paid("a training that is bought", stated.training_usd, "given")
    elif taken:
        seconds = sum(one.seconds for one in taken) / len(taken)
        measured = Figure(f"{entry.name}: time to build again", seconds, "measured", "seconds", "this machine")
        part = CostPart("building", "change", (measured, table[f"machine_usd_hour_{device_of(entry)}"]), 1 / 3600)
        yield Paid(f"{seconds:.3g} s of machine time", part.usd, part.source)
    if calls := max((len(one.calls) for one in taken), default=0):
        yield Paid(f"{calls:,} model calls", calls_usd, "looked up")
    if (labels := _new_labels(task)) and any(one.labels for one in taken):
        part = CostPart("labels", "change", (label_cost_of(task) or table["label_cost_usd"],), float(labels))
        yield Paid(f"{labels:,} new labels", part.usd, part.source)


def _new_labels(task: Task) -> int:
    """Labelled items whose answer changes: somebody must give them the new one."""
    return len(task.update.train) + len(task.update.validation) if task.update else 0


def _work(entry: Entry, economy: Economy) -> Iterator[Paid]:
    days = assumptions_of_entry(entry, economy)[f"upkeep_days_per_change_{approach_of_entry(entry)}"]
    part = CostPart("update work", "change", (days, economy.table["day_rate_usd"]))
    yield Paid(f"{days.value:g} {days.unit}", part.usd, part.source)
