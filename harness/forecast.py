"""What a run is going to take, foreseen without calling a model.

From the records of earlier runs of the same candidate where there are any, else from the texts of the task's own items
and the bytes that a token takes.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Literal

from harness.errors import UnavailableError
from harness.models.budget import Pricer
from harness.money import call_usd
from harness.project import Candidate
from harness.run.journal import read_batches
from harness.run.manifest import read_manifest
from harness.run.one import left_to_do, run_key
from harness.run.options import Options
from harness.run.sampling import sampled
from harness.run.standing import Standing
from harness.run.store import Store
from harness.task import Task
from harness.types import Answered, Call, Item

_SAMPLE = 200
_FIRST_TOKEN_S, _TOKENS_A_SECOND = 0.5, 50.0
"""Assumed of a model that was never asked here."""


@dataclass(frozen=True)
class Forecast:
    """One candidate over one task; a figure that is None cannot be foreseen."""

    candidate: str
    items: int = 0
    """Left to ask, over all seeds."""
    calls: float = 0.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    usd: float | None = 0.0
    """None where a price is unknown; nothing is taken to come from the response cache."""
    seconds: float | None = None
    basis: Literal["measured", "estimated"] = "estimated"
    """Whether it follows from earlier records of this candidate."""
    skipped: str | None = None
    """Why it cannot run here."""
    unpriced: tuple[str, ...] = ()
    """Models it is going to call whose price is unknown."""


@dataclass(frozen=True)
class _Seen:
    """One item as it was asked, or is going to be."""

    calls: tuple[Call, ...]
    seconds: float | None


def forecast(task: Task, root: Path, store: Store, candidate: Candidate, options: Options, usd: Pricer) -> Forecast:
    """The items that are left to ask, and what they take.

    Raises:
        ConfigError: a setting that nothing can be made of.
        RunError: a journal is damaged.
    """
    try:
        candidate.check(root)
    except UnavailableError as error:
        return Forecast(candidate.name, skipped=str(error))
    if reason := candidate.adapter.unfit(task.view(0)):
        return Forecast(candidate.name, skipped=reason)
    found = Forecast(candidate.name)
    for seed in candidate.seeds if options.seed is None else (options.seed,):
        folder = store.run(task.name, candidate.name, seed, run_key(task, candidate, root, seed))
        journal = folder.folder / "none" if options.fresh else folder.journal
        left = left_to_do(task, Standing(task.table, journal), options)
        before = _measured(folder.journal)
        seen = before or _estimated(task, candidate, left, seed)
        one = _of(candidate, len(left), seen, options.max_concurrency, usd)
        manifest = read_manifest(folder.manifest)
        if manifest and manifest.busy_items:
            one = replace(one, seconds=len(left) * manifest.busy_seconds / manifest.busy_items)
        found = _sum(found, replace(one, basis="measured" if before else "estimated"))
    return found


def _measured(journal: Path) -> list[_Seen]:
    """Some thousands of earlier records say enough, where the server told what they took."""
    records = [r for r in next(read_batches(journal), []) if isinstance(r, Answered)]
    if any(call.usage == "unknown" for r in records for call in r.calls):
        return []
    return [_Seen(r.calls, r.seconds) for r in records]


def _estimated(task: Task, candidate: Candidate, left: list[Item], seed: int) -> list[_Seen]:
    view, seen = task.view(seed), []
    for item in sampled(left[:_SAMPLE], None, 0):
        calls = tuple(candidate.adapter.foreseen(view, item.query))
        takes = sum(_FIRST_TOKEN_S + call.output_tokens / _TOKENS_A_SECOND for call in calls)
        seen.append(_Seen(calls, takes if calls and not calls[0].model.startswith("local/") else None))
    return seen


def _of(candidate: Candidate, items: int, seen: list[_Seen], at_once: int, usd: Pricer) -> Forecast:
    if not (items and seen):
        return Forecast(candidate.name, items, seconds=None if items else 0.0)
    calls, each = [call for one in seen for call in one.calls], items / len(seen)
    prices = [call_usd(call, usd) for call in calls]
    known = [price for price in prices if price is not None]
    times = [one.seconds for one in seen if one.seconds is not None]
    paced = each * candidate.adapter.paced_seconds(calls)
    return Forecast(
        candidate.name,
        items,
        each * len(calls),
        each * sum(call.input_tokens for call in calls),
        each * sum(call.output_tokens for call in calls),
        each * sum(known) if len(known) == len(prices) else None,
        max(items * fmean(times) / at_once, paced) if times else None,
        unpriced=tuple(sorted({call.model for call, price in zip(calls, prices, strict=True) if price is None})),
    )


def _sum(a: Forecast, b: Forecast) -> Forecast:
    """Of two seeds; measured only where both are."""
    first = a.items == 0
    return Forecast(
        b.candidate,
        a.items + b.items,
        a.calls + b.calls,
        a.input_tokens + b.input_tokens,
        a.output_tokens + b.output_tokens,
        None if a.usd is None or b.usd is None else a.usd + b.usd,
        b.seconds if first else None if a.seconds is None or b.seconds is None else a.seconds + b.seconds,
        b.basis if first or not b.items else "measured" if a.basis == b.basis == "measured" else "estimated",
        unpriced=tuple(sorted({*a.unpriced, *b.unpriced})),
    )
