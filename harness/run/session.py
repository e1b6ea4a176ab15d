"""Runs of several candidates over a task, in one process that shares models, cache and limits."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from harness.adapter import Predictor
from harness.errors import HarnessError, RunError, UnavailableError
from harness.models.budget import Budget
from harness.models.services import Services
from harness.project import Candidate
from harness.run import manifest as manifests
from harness.run.build import build, built
from harness.run.journal import Journal, checksum
from harness.run.latency import SAMPLE, sample_latency
from harness.run.manifest import Manifest
from harness.run.runner import Busy, Rule, Stopper, answer
from harness.run.sampling import sampled
from harness.run.standing import Standing
from harness.run.store import RunFolder, Store, locked
from harness.run.together import Stoppable, run_together
from harness.task import Task
from harness.types import Item, Preparation, Record, content_hash

Report = Callable[[str, str, int, int, int], None]
"""`(candidate, stage, done, total, failed)`, called as a run goes on."""


@dataclass(frozen=True)
class Options:
    """How to run."""

    limit: int | None = None
    """Only so many test items, in the seeded random order."""
    seed: int | None = None
    """This seed instead of the candidates' own."""
    fresh: bool = False
    """Asks everything again; what is answered then is kept in the response cache."""
    cache: bool = True
    """Whether the response cache may answer."""
    retry_failed: bool = True
    """Whether items that failed before are asked again."""
    max_failures: float = 0.05
    max_concurrency: int = 64
    wait_for_lock_s: float = 0.0
    budget: Budget | None = None
    latency: bool = True
    """Whether local candidates are timed, one query at a time."""
    whole_groups: bool = False
    """Takes the items of a group one after the other."""
    rule: Callable[[str, int], Rule] = field(default=lambda *_: Rule())
    """What the caller has to say about the run of a candidate under a seed."""


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    candidate: str
    seed: int
    folder: RunFolder | None = None
    asked: int = 0
    """Items that were put to the candidate now."""
    failed: int = 0
    """Of all items of the run, those whose last record is a failure."""
    calls: int = 0
    """Model calls made now, answers from the cache left out."""
    built: bool = False
    """Whether something was built now."""
    stopped: str | None = None
    decided: bool = False
    """Whether it was stopped because nothing more need be asked."""
    skipped: str | None = None
    """Why it could not run here."""
    last_failure: str | None = None
    """What went wrong with the last item that failed now."""


@dataclass
class Session(Stoppable):
    """A task, its store, and the services that the candidates share."""

    task: Task
    root: Path
    store: Store
    options: Options
    report: Report

    async def run(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Every candidate with each of its seeds; those that call APIs overlap, local ones take turns.

        Raises:
            HarnessError: something is wrong with a candidate; the others have come to their end before.
        """
        plan = [(c, s) for c in candidates for s in self._seeds(c)]
        options = self.options
        return await run_together(
            lambda services: [self._one(c, s, services) for c, s in plan],
            self.root,
            cache=options.cache,
            answers=not options.fresh,
            budget=options.budget,
            max_concurrency=options.max_concurrency,
        )

    def _seeds(self, candidate: Candidate) -> tuple[int, ...]:
        return candidate.seeds if self.options.seed is None else (self.options.seed,)

    async def _one(self, candidate: Candidate, seed: int, services: Services) -> Outcome:
        view, rule = self.task.view(seed), self.options.rule(candidate.name, seed)
        try:
            if reason := candidate.adapter.unfit(view):
                return Outcome(candidate.name, seed, skipped=reason)
            candidate.check(self.root)
            candidate.adapter.check_items(self.root, self.task.table, self.task.primary, seed)
            key = run_key(self.task, candidate, self.root, seed)
            folder = self.store.run(self.task.name, candidate.name, seed, key)
            with locked(folder, f"{candidate.name} on {self.task.name}", self.options.wait_for_lock_s):
                run = _Run(self, candidate, seed, key, folder, services.under(seed), rule)
                return await run.go()
        except UnavailableError as error:
            return Outcome(candidate.name, seed, skipped=str(error))
        except HarnessError:
            self.report(candidate.name, "broken", 0, 0, 0)
            raise
        except Exception as error:
            self.report(candidate.name, "broken", 0, 0, 0)
            raise RunError(
                f"candidate {candidate.name} (adapter {candidate.adapter_name}) on task {self.task.name}: "
                f"{type(error).__name__}: {error}. Run with --debug for the traceback."
            ) from error
        finally:
            rule.end()


def run_key(task: Task, candidate: Candidate, root: Path, seed: int) -> str:
    """Changes with whatever could change an answer; test items are keyed one by one in their records."""
    return content_hash(candidate.key(root), task.teaching_hash, seed)


def left_to_do(task: Task, standing: Standing, options: Options) -> list[Item]:
    """The items that are to be asked, in the seeded random order."""
    if options.limit is None:
        asked = np.arange(len(task.test))
    else:
        taken = sampled(task.test, options.limit, 0, whole_groups=options.whole_groups)
        asked = np.asarray([task.table.place[item.id] for item in taken])
    left = standing.to_ask(asked, failed_too=options.retry_failed)
    return sampled([task.test[i] for i in left], None, 0, whole_groups=options.whole_groups)


@dataclass
class _Run:
    """One run under its lock."""

    session: Session
    candidate: Candidate
    seed: int
    key: str
    folder: RunFolder
    services: Services
    rule: Rule

    async def go(self) -> Outcome:
        options, task = self.session.options, self.session.task
        if options.fresh:
            self._set_aside()
        before = manifests.read_manifest(self.folder.manifest)
        if before and not before.ended:
            before = None  # of a run that was killed
        if before:
            manifests.check_journal(before, self.folder.journal)
        standing = Standing(task.table, self.folder.journal)
        todo = left_to_do(task, standing, options)

        def see(record: Record) -> str | None:
            standing.see(record)
            return self.rule.see(record)

        stopper = Stopper(options.max_failures, further=see, hold=self.rule.ahead)
        self.session.watch(stopper)
        self.rule.begin(self.folder.journal, stopper)
        if stopper.reason:
            todo = []
        preparation, newly_built = None, False
        if not self.session.stopped:
            preparation, newly_built = await self._prepared(needed=bool(todo) or before is None)
        if stopper.reason:  # it may have come meanwhile
            todo = []
        started, busy = _now(), Busy()
        latency = before.latency if before else ()
        if todo or (options.latency and before is None and not stopper.reason):
            self._tell("loading", 0, len(todo), 0)
            predictor = await self._load(self.services)
            local = predictor.batch_size > 1 and self.candidate.adapter.timed
            if before is None:
                begun = self._manifest(None, (standing.items, 0, 0), preparation, busy, (), started, None)
                manifests.write_manifest(self.folder.manifest, manifests.unfinished(begun))
            try:
                busy = await self._answer(todo, predictor, stopper)
            finally:
                await predictor.close()
            if local and options.latency and not latency and not stopper.reason:
                latency = await self._latency()
        counts = (standing.items, standing.answered, standing.failed)
        stopped = stopper.reason
        if stopped == self.session.stopped and standing.answered + standing.failed >= standing.items:
            stopped = None  # whoever asked for an end came too late: there was nothing left
        known = before and (before.items, before.answered, before.failed)
        if todo or before is None or before.stopped or known != counts or before.test_hash != task.test_hash:
            manifest = self._manifest(before, counts, preparation, busy, latency, started, stopped)
            manifests.write_manifest(self.folder.manifest, manifest)
        self._tell("done", *counts)
        return Outcome(
            self.candidate.name,
            self.seed,
            self.folder,
            asked=stopper.finished,
            failed=counts[2],
            calls=stopper.calls,
            built=newly_built,
            stopped=stopped,
            decided=stopper.decided,
            last_failure=stopper.last_failure,
        )

    def _tell(self, stage: str, done: int, total: int, failed: int) -> None:
        name = self.candidate.name + (f" (seed {self.seed})" if len(self.candidate.seeds) > 1 else "")
        self.session.report(name, stage, done, total, failed)

    @cached_property
    def _build_folder(self) -> Path:
        task = self.session.task
        return self.session.store.build(self.candidate.key(self.session.root), task.teaching_hash, self.seed)

    async def _prepared(self, *, needed: bool) -> tuple[Preparation | None, bool]:
        there = built(self._build_folder)
        if there is not None and not self.session.options.fresh:
            return there, False
        if not needed:
            return None, False
        self._tell("preparing", 0, 0, 0)
        view = self.session.task.view(self.seed)
        fresh = self.session.options.fresh
        folder, adapter = self._build_folder, self.candidate.adapter
        return await build(adapter, view, folder, self.seed, self.services, anew=fresh), True

    async def _load(self, services: Services) -> Predictor:
        view = self.session.task.view(self.seed)
        return await self.candidate.adapter.load(view, self._build_folder, services)

    async def _answer(self, todo: Sequence[Item], predictor: Predictor, stopper: Stopper) -> Busy:
        options = self.session.options
        with Journal(self.folder.journal) as journal:
            return await answer(
                todo,
                predictor,
                self.session.task.kind,
                journal,
                stopper=stopper,
                cores=self.services.cores,
                concurrency=options.max_concurrency,
                progress=lambda done, failed: self._tell("answering", done, len(todo), failed),
            )

    async def _latency(self) -> tuple[float, ...]:
        """Without the response cache: a cached answer has no latency."""
        items = sampled(self.session.task.test, min(SAMPLE, self.session.options.limit or SAMPLE), 0)
        self._tell("timing", 0, min(SAMPLE, len(items)), 0)
        async with self.services.cores:
            predictor = await self._load(self.services.without_cache())
            try:
                return await sample_latency(predictor, [item.query for item in items])
            finally:
                await predictor.close()

    def _manifest(
        self,
        before: Manifest | None,
        counts: tuple[int, int, int],
        preparation: Preparation | None,
        busy: Busy,
        latency: tuple[float, ...],
        started: str,
        stopped: str | None,
    ) -> Manifest:
        task, candidate, journal = self.session.task, self.candidate, self.folder.journal
        size = journal.stat().st_size if journal.is_file() else 0
        return Manifest(
            task=task.name,
            task_version=task.version,
            test_hash=task.test_hash,
            teaching_hash=task.teaching_hash,
            candidate=candidate.name,
            adapter=candidate.adapter_name,
            adapter_source=candidate.source,
            settings=candidate.settings,
            rung=candidate.rung.value,
            seed=self.seed,
            key=self.key,
            leaves_machine=candidate.adapter.sends_data_away(self.session.root),
            items=counts[0],
            split=task.split,
            answered=counts[1],
            failed=counts[2],
            stopped=stopped,
            preparation=preparation or (before.preparation if before else None),
            busy_seconds=round((before.busy_seconds if before else 0.0) + busy.seconds, 4),
            busy_items=(before.busy_items if before else 0) + busy.items,
            latency=latency,
            started=before.started if before else started,
            ended=_now(),
            journal_sha256=checksum(journal, size) if size else None,
            journal_bytes=size or None,
            git_commit=manifests.git_commit(self.session.root),
            machine=manifests.machine(),
            packages=manifests.packages(),
        )

    def _set_aside(self) -> None:
        """Starts anew; what was there stays readable beside. What was built is replaced when it is built again."""
        if self.folder.journal.exists():
            stamp = time.strftime("%Y%m%dT%H%M%S")
            taken = len(list(self.folder.folder.glob(f"{stamp}*-{self.folder.journal.name}")))
            for path in (self.folder.journal, self.folder.manifest):
                if path.exists():
                    path.rename(path.with_name(f"{stamp}{f'-{taken}' if taken else ''}-{path.name}"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
