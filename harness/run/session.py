"""Runs of several candidates over a task, in one process that shares models, cache and limits."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from harness.adapter import Predictor
from harness.errors import UnavailableError
from harness.models.budget import Budget
from harness.models.cache import ResponseCache
from harness.models.services import Services
from harness.project import Candidate
from harness.run import manifest as manifests
from harness.run.build import build, built
from harness.run.journal import Journal, checksum, read_records
from harness.run.latency import SAMPLE, sample_latency
from harness.run.manifest import Manifest
from harness.run.runner import Busy, Stopper, answer
from harness.run.sampling import sampled
from harness.run.store import RunFolder, Store, take
from harness.task import Task
from harness.types import Answered, Item, Preparation, content_hash

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
    """Asks everything again."""
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
    skipped: str | None = None
    """Why it could not run here."""


@dataclass
class Session:
    """A task, its store, and the services that the candidates share."""

    task: Task
    root: Path
    store: Store
    options: Options
    report: Report
    stoppers: list[Stopper] = field(default_factory=list)

    async def run(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Every candidate with each of its seeds; those that call APIs overlap, local ones take turns."""
        cache = ResponseCache(self.store.responses) if self.options.cache and not self.options.fresh else None
        services = Services(
            self.root, cache=cache, budget=self.options.budget, max_concurrency=self.options.max_concurrency
        )
        plan = [(c, s) for c in candidates for s in self._seeds(c)]
        try:
            return await asyncio.gather(*(self._one(c, s, services) for c, s in plan))
        finally:
            await services.close()
            if cache:
                cache.close()

    def stop(self, reason: str) -> None:
        """Ends every run after what is in flight."""
        for stopper in self.stoppers:
            stopper.stop(reason)

    def _seeds(self, candidate: Candidate) -> tuple[int, ...]:
        return candidate.seeds if self.options.seed is None else (self.options.seed,)

    async def _one(self, candidate: Candidate, seed: int, services: Services) -> Outcome:
        view = self.task.view(seed)
        try:
            if reason := candidate.adapter.unfit(view):
                return Outcome(candidate.name, seed, skipped=reason)
            candidate.adapter.check(self.root)
            key = run_key(self.task, candidate, self.root, seed)
            folder = self.store.run(self.task.name, candidate.name, seed, key)
            with _locked(folder, f"{candidate.name} on {self.task.name}", self.options.wait_for_lock_s):
                run = _Run(self, candidate, seed, key, folder, services)
                return await run.go()
        except UnavailableError as error:
            return Outcome(candidate.name, seed, skipped=str(error))


@contextlib.contextmanager
def _locked(folder: RunFolder, what: str, wait_s: float) -> Iterator[None]:
    lock = folder.lock()
    take(lock, what, wait_s)
    try:
        yield
    finally:
        lock.release()


def run_key(task: Task, candidate: Candidate, root: Path, seed: int) -> str:
    """Changes with whatever could change an answer; test items are keyed one by one in their records."""
    return content_hash(candidate.key(root), task.teaching_hash, seed)


@dataclass
class _Run:
    """One run under its lock."""

    session: Session
    candidate: Candidate
    seed: int
    key: str
    folder: RunFolder
    services: Services

    async def go(self) -> Outcome:
        options, task = self.session.options, self.session.task
        if options.fresh:
            self._set_aside()
        items = sampled(task.test, options.limit, 0)
        answered, failed = finished(self.folder.journal)
        todo = [
            item
            for item in items
            if answered.get(item.id) != (h := item.query.hash) and (options.retry_failed or failed.get(item.id) != h)
        ]
        before = manifests.read_manifest(self.folder.manifest)
        preparation, newly_built = await self._prepared(needed=bool(todo) or before is None)
        stopper = Stopper(options.max_failures)
        self.session.stoppers.append(stopper)
        started, calls, busy = _now(), 0, Busy()
        latency = before.latency if before else ()
        local = bool(latency)
        if todo or (options.latency and before is None):
            self._tell("loading", 0, len(todo), 0)
            predictor = await self._load(self.services)
            local = predictor.batch_size > 1
            try:
                busy = await self._answer(todo, predictor, stopper)
            finally:
                await predictor.close()
            calls = stopper.calls
            if local and options.latency and not latency and not stopper.reason:
                latency = await self._latency(items)
        answered, failed = finished(self.folder.journal)
        failures = sum(1 for i in items if i.id in failed)
        if todo or before is None or before.items != len(items):
            manifest = self._manifest(before, items, preparation, busy, latency, started, stopper.reason)
            manifest = msgspec.structs.replace(
                manifest, answered=sum(1 for i in items if i.id in answered), failed=failures
            )
            manifests.write_manifest(self.folder.manifest, manifest)
        self._tell("done", len(items), len(items), failures)
        return Outcome(
            self.candidate.name,
            self.seed,
            self.folder,
            asked=stopper.finished,
            failed=failures,
            calls=calls,
            built=newly_built,
            stopped=stopper.reason,
        )

    def _tell(self, stage: str, done: int, total: int, failed: int) -> None:
        name = self.candidate.name + (f" (seed {self.seed})" if len(self.candidate.seeds) > 1 else "")
        self.session.report(name, stage, done, total, failed)

    @property
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
        return await build(self.candidate.adapter, view, self._build_folder, self.seed, self.services), True

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

    async def _latency(self, items: Sequence[Item]) -> tuple[float, ...]:
        """Without the response cache: a cached answer has no latency."""
        self._tell("timing", 0, SAMPLE, 0)
        async with self.services.cores:
            predictor = await self._load(self.services.without_cache())
            try:
                return await sample_latency(predictor, [item.query for item in items])
            finally:
                await predictor.close()

    def _manifest(
        self,
        before: Manifest | None,
        items: Sequence[Item],
        preparation: Preparation | None,
        busy: Busy,
        latency: tuple[float, ...],
        started: str,
        stopped: str | None,
    ) -> Manifest:
        task, candidate = self.session.task, self.candidate
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
            items=len(items),
            stopped=stopped,
            preparation=preparation or (before.preparation if before else None),
            busy_seconds=round((before.busy_seconds if before else 0.0) + busy.seconds, 4),
            busy_items=(before.busy_items if before else 0) + busy.items,
            latency=latency,
            started=before.started if before else started,
            ended=_now(),
            journal_sha256=checksum(self.folder.journal) if self.folder.journal.is_file() else None,
            git_commit=manifests.git_commit(self.session.root),
            machine=manifests.machine(),
            packages=manifests.packages(),
        )

    def _set_aside(self) -> None:
        """Starts anew; what was there stays readable beside."""
        if self.folder.journal.exists():
            stamp = time.strftime("%Y%m%dT%H%M%S")
            for path in (self.folder.journal, self.folder.manifest):
                if path.exists():
                    path.rename(path.with_name(f"{stamp}-{path.name}"))
        shutil.rmtree(self._build_folder, ignore_errors=True)


def finished(journal: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Hash by item id: of the items that were answered, and of those whose last record is a failure."""
    answered: dict[str, str] = {}
    failed: dict[str, str] = {}
    for record in read_records(journal):
        ours, other = (answered, failed) if isinstance(record, Answered) else (failed, answered)
        ours[record.item_id] = record.item_hash
        other.pop(record.item_id, None)
    return answered, failed


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
