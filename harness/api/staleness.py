"""What a change of the knowledge does to the candidates of a task: runs before it and after their cheapest update."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.api.records import KeptRun, kept_runs
from harness.api.running import choose, run
from harness.api.scoring import entry_of, scores_of
from harness.api.stated import economy
from harness.errors import RunError
from harness.figures.columns import BOOTSTRAP_SEED
from harness.money import call_usd, pricer, today
from harness.project import Candidate, Project
from harness.run.files import read_struct
from harness.run.journal import latest
from harness.run.manifest import read_manifest
from harness.run.options import Options, Outcome, Report
from harness.run.store import Store
from harness.stale.stale import Stale, Trial, build_stale, current
from harness.stale.updating import How, Paid, cost_of_update, how_to_update, looks_up
from harness.task import Task
from harness.types import Call

_Runs = dict[str, list[KeptRun]]
"""By candidate, one per seed."""


def stale_of(project: Project, task: Task, names: Sequence[str], report: Report | None) -> Stale:
    """Runs every candidate before the change, as far as it has not been, and after its cheapest update.

    Raises:
        ConfigError: the task has no second edition.
        RunError: no candidate could run.
    """
    updated = task.updated()
    chosen = choose(project, task.name, names)
    before, missing = _finished(run(project, task, names, None, report))
    if not before:
        raise RunError("\n".join(f"{name}: {reason}" for name, reason in missing.items()))
    known = {name: _known(project.candidate(name), runs) for name, runs in before.items()}
    builds = [name for name, trial in known.items() if trial.how.builds]
    # What is timed is timed before the change: the answers come from the same machine.
    outcomes = run(project, updated, builds, Options(latency=False), report) if builds else []
    after, not_after = _finished(outcomes)
    trials = [
        _trial(project, task, updated, known[c.name], before[c.name], after.get(c.name, []), not_after.get(c.name))
        if c.name in before
        else Trial(c.name, c.rung, How.NOTHING, missing=missing.get(c.name))
        for c in chosen
    ]
    return build_stale(task, trials, np.random.default_rng(BOOTSTRAP_SEED))


def beside_others(project: Project, task: Task, found: Stale) -> Stale:
    """With what was found before of the task's other candidates, as far as it still holds."""
    runs = {c.name: kept_runs(project, task, c) for c in choose(project, task.name, ())}
    keys = {name: kept[0].manifest.key for name, kept in runs.items() if kept}
    earlier = read_struct(Store(project.root).results(task.name) / "stale.json", Stale)
    return found.beside(current(earlier, task, keys))


def _finished(outcomes: Iterable[Outcome]) -> tuple[_Runs, dict[str, str]]:
    """The finished runs, and why others are not; a candidate with a run that is not finished has none."""
    found, missing = defaultdict[str, list[KeptRun]](list), dict[str, str]()
    for one in outcomes:
        manifest = read_manifest(one.folder.manifest) if one.folder else None
        if one.folder is None or manifest is None:
            missing[one.candidate] = one.skipped or "it could not run"
        elif one.stopped:
            missing[one.candidate] = f"stopped early: {one.stopped}"
        else:
            found[one.candidate].append(KeptRun(one.seed, one.folder, manifest))
    return {name: runs for name, runs in found.items() if name not in missing}, missing


def _known(candidate: Candidate, runs: Sequence[KeptRun]) -> Trial:
    """What is known of a candidate before it is updated."""
    manifest, retrieves = runs[0].manifest, looks_up(latest(runs[0].folder.journal))
    how = how_to_update(candidate.rung, manifest, retrieves=retrieves)
    return Trial(candidate.name, candidate.rung, how, manifest.key, looks_up=retrieves)


def _trial(
    project: Project,
    task: Task,
    updated: Task,
    known: Trial,
    before: Sequence[KeptRun],
    after: Sequence[KeptRun],
    missing: str | None,
) -> Trial:
    counted, work = _paid(project, task, updated, project.candidate(known.name), after) if after else ((), ())
    return replace(
        known,
        before=[scores_of(task, one.folder) for one in before],
        without=[scores_of(updated, one.folder) for one in before],
        after=[scores_of(updated, one.folder) for one in after],
        counted=counted,
        work=work,
        missing=missing,
    )


def _paid(
    project: Project, task: Task, updated: Task, candidate: Candidate, after: Sequence[KeptRun]
) -> tuple[tuple[Paid, ...], tuple[Paid, ...]]:
    prepared = after[0].manifest.preparation
    usd = _usd(prepared.calls if prepared else (), project.file.prices)
    return cost_of_update(task, entry_of(project, updated, candidate), usd, economy(project))


def _usd(calls: Sequence[Call], prices: Mapping[str, object]) -> float | None:
    price = pricer(today(), dict(prices))
    each = [call_usd(call, price) for call in calls]
    return None if None in each else sum(usd for usd in each if usd is not None)
