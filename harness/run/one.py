"""One run: a candidate over a task under a seed, from its lock to its manifest."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from harness.adapter import Predictor
from harness.models.patience import Patience, made
from harness.models.services import Services
from harness.project import Candidate
from harness.run import manifest as manifests
from harness.run.build import build, built
from harness.run.journal import Journal, checksum
from harness.run.latency import SAMPLE, sample_latency
from harness.run.looks import scored_with
from harness.run.manifest import Manifest
from harness.run.options import Options, Outcome, Report
from harness.run.runner import Busy, Rule, Stopper, answer
from harness.run.sampling import sampled
from harness.run.standing import Standing
from harness.run.store import RunFolder, Store
from harness.run.together import Stoppable
from harness.task import Task
from harness.types import Item, Preparation, Record, content_hash


@dataclass
class Shared(Stoppable):
    """What the runs of a session have in common."""

    task: Task
    root: Path
    store: Store
    options: Options
    report: Report


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


@dataclass(frozen=True)
class _Noted:
    """What a manifest holds of the time before the first answer."""

    before: Manifest | None
    preparation: Preparation | None
    started: str


@dataclass
class OneRun:
    """One run under its lock."""

    session: Shared
    candidate: Candidate
    seed: int
    key: str
    folder: RunFolder
    services: Services
    rule: Rule

    async def go(self) -> Outcome:
        """Builds what is not built, asks what is not answered, and writes down how it ended.

        Raises:
            RunError: the journal is damaged, or not as an earlier run left it.
            BuildEndedError: building came to nothing.
        """
        task, before = self.session.task, self._before()
        standing = Standing(task.table, self.folder.journal)
        due = left_to_do(task, standing, self.session.options)
        stopper = self._stopper(standing)
        await asyncio.sleep(0)  # the others begin too: by what all have finished before it may be decided already
        todo = [] if stopper.reason else due
        preparation, newly_built = None, False
        if not self.session.stopped:
            preparation, newly_built = await self._prepared(needed=bool(todo) or before is None)
        if stopper.reason:  # it may have come meanwhile
            todo = []
        noted = _Noted(before, preparation, _now())
        busy, latency = await self._asked(todo, stopper, noted, standing.items)
        counts = (standing.items, standing.answered, standing.failed)
        stopped = stopper.reason if latency is None else self._why(stopper, standing, due=len(due))
        if todo or before is None or self._outdated(before, counts):
            manifest = self._manifest(noted, counts, busy, latency, stopped)
            manifests.write_manifest(self.folder.manifest, manifest)
        self._tell("done", *counts)
        return Outcome(
            self.candidate.name,
            self.seed,
            self.folder,
            asked=stopper.finished,
            answered=stopper.finished - stopper.failed,
            failed=standing.failed,
            calls=stopper.calls + (made(preparation.calls) if newly_built and preparation else 0),
            built=newly_built,
            stopped=stopped,
            decided=stopper.decided and stopped is not None,
            last_failure=stopper.last_failure,
        )

    def _before(self) -> Manifest | None:
        """How an earlier run ended; None where there was none, it was killed, or it is to be forgotten."""
        if self.session.options.fresh:
            self._set_aside()
        before = manifests.read_manifest(self.folder.manifest)
        if before is None or not before.ended:
            return None
        manifests.check_journal(before, self.folder.journal)
        return before

    def _stopper(self, standing: Standing) -> Stopper:
        def see(record: Record) -> str | None:
            standing.see(record)
            return self.rule.see(record)

        most = self.session.options.max_failures
        stopper = Stopper(most, further=see, hold=self.rule.ahead, at_once=self.rule.at_once)
        self.session.watch(stopper)
        self.rule.begin(self.folder.journal, stopper)
        return stopper

    async def _asked(
        self, todo: Sequence[Item], stopper: Stopper, noted: "_Noted", items: int
    ) -> tuple[Busy, tuple[float, ...] | None]:
        """Time spent on answering, and seconds of single queries; None where timing them was cut short."""
        before, timed = noted.before, self.session.options.latency
        latency = before.latency if before else ()
        to_time = timed and self.candidate.adapter.timed and (before is None or before.untimed) and not stopper.reason
        if not (todo or to_time):
            return Busy(), latency
        self._tell("loading", 0, len(todo), 0)
        predictor = await self._load(self.services)
        local = predictor.batch_size > 1 and self.candidate.adapter.timed
        if before is None:  # if it is killed, what it has answered is found by this
            begun = self._manifest(noted, (items, 0, 0), Busy(), (), None)
            manifests.write_manifest(self.folder.manifest, manifests.unfinished(begun))
        try:
            busy = await self._answer(todo, predictor, stopper)
        finally:
            await predictor.close()
        if local and timed and not latency and not stopper.reason:
            return busy, await self._latency(stopper)
        return busy, latency

    def _why(self, stopper: Stopper, standing: Standing, *, due: int) -> str | None:
        """Why it ended before its last item; None where nothing was left when somebody asked for an end."""
        for_good = stopper.decided or stopper.reason == self.session.stopped
        none_left = standing.answered + standing.failed >= standing.items
        return None if stopper.finished >= due or (none_left and for_good) else stopper.reason

    def _outdated(self, before: Manifest, counts: tuple[int, int, int]) -> bool:
        known = (before.items, before.answered, before.failed)
        return bool(before.stopped) or known != counts or before.test_hash != self.session.task.test_hash

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
        patience = Patience(self.session.options.max_failures)
        self.session.watch(patience)
        return await build(adapter, view, folder, self.seed, self.services.bearing(patience), anew=fresh)

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

    async def _latency(self, stopper: Stopper) -> tuple[float, ...] | None:
        """Without the response cache: a cached answer has no latency."""
        items = sampled(self.session.task.test, min(SAMPLE, self.session.options.limit or SAMPLE), 0)

        def go_on(timed: int) -> bool:
            self._tell("timing", timed, len(items), 0)
            return not stopper.reason

        async with self.services.cores:
            predictor = await self._load(self.services.without_cache())
            try:
                return await sample_latency(predictor, [item.query for item in items], go_on)
            finally:
                await predictor.close()

    def _manifest(
        self,
        noted: "_Noted",
        counts: tuple[int, int, int],
        busy: Busy,
        latency: tuple[float, ...] | None,
        stopped: str | None,
    ) -> Manifest:
        before, preparation = noted.before, noted.preparation
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
            settings_scored=scored_with(self.session.store, task.name, task.test_hash, candidate),
            stopped=stopped,
            preparation=preparation or (before.preparation if before else None),
            busy_seconds=round((before.busy_seconds if before else 0.0) + busy.seconds, 4),
            busy_items=(before.busy_items if before else 0) + busy.items,
            latency=latency or (),
            untimed=latency is None,
            started=before.started if before else noted.started,
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
