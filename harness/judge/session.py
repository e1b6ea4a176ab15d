"""Judging: a run of its own over the records of runs, whose records are judgements.

Journal, lock, order, retries, limits, cache and budget are those of any run. A judgement belongs to what the judge was
shown: an answer that has not changed is not judged again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.table import ItemTable
from harness.judge.judge import Judge
from harness.judge.making import check_judge, judge_key, judgements_folder, make_judge
from harness.judge.manifest import Judged, now, write_judge_manifest
from harness.judge.material import sources_of, to_judge
from harness.kinds.number import Number
from harness.models.budget import Budget
from harness.models.services import Services
from harness.run.journal import Journal
from harness.run.options import Report
from harness.run.runner import Stopper, answer
from harness.run.sampling import sampled
from harness.run.standing import Standing
from harness.run.store import locked
from harness.run.together import Stoppable, run_together
from harness.task import Task
from harness.types import Item, Record


@dataclass(frozen=True)
class Judgeable:
    """A candidate's run: what is to be judged."""

    candidate: str
    seed: int
    folder: Path
    records: Mapping[str, Record]
    """The last record of each item."""


@dataclass(frozen=True)
class JudgeOptions:
    """How to judge."""

    metrics: Sequence[str] = ()
    """Only these; empty is all of the task."""
    items: Mapping[str, frozenset[str]] | None = None
    """By candidate the only items to judge."""
    cache: bool = True
    max_failures: float = 0.05
    max_concurrency: int = 64
    wait_for_lock_s: float = 0.0
    budget: Budget | None = None


@dataclass(frozen=True)
class JudgeOutcome:
    """What came of one source of judgements over one run."""

    candidate: str
    seed: int
    source: str
    items: int
    """Items that there is something to judge of."""
    asked: int
    """Those that were judged now."""
    failed: int
    """Those without a judgement although it was tried."""
    calls: int
    """Model calls made now, answers from the cache left out."""
    stopped: str | None = None
    last_failure: str | None = None


@dataclass
class JudgeSession(Stoppable):
    """A task, the runs to judge, and the services that all judgements share."""

    task: Task
    root: Path
    runs: Sequence[Judgeable]
    options: JudgeOptions
    report: Report

    async def run(self) -> list[JudgeOutcome]:
        """Every run, every source.

        Raises:
            UnavailableError: the judge cannot work here.
            RunError: another process judges the same; the others have come to their end before.
        """
        wanted = [m for m in self.task.metrics if not self.options.metrics or m.name in self.options.metrics]
        sources = sources_of(wanted)
        check_judge(self.task, sources, self.root)
        options = self.options
        return await run_together(
            lambda services: [self._one(run, source, services) for run in self.runs for source in sources],
            self.root,
            cache=options.cache,
            budget=options.budget,
            max_concurrency=options.max_concurrency,
        )

    async def _one(self, run: Judgeable, source: str, services: Services) -> JudgeOutcome:
        key = judge_key(self.task, source, self.root)
        folder = judgements_folder(run.folder, source, key)
        with locked(folder, f"the judge of {run.candidate} on {self.task.name}", self.options.wait_for_lock_s):
            items = self._items(run, source)
            standing = Standing(ItemTable(items), folder.journal) if items else None
            left = standing.to_ask(np.arange(len(items)), failed_too=True) if standing else ()

            def see(record: Record) -> None:
                if standing:
                    standing.see(record)

            stopper, started = Stopper(self.options.max_failures, further=see), now()
            self.watch(stopper)
            todo = sampled([items[i] for i in left], None, 0)
            if todo and not stopper.reason:
                judge = make_judge(self.task, source, services)
                await self._answer(todo, judge, stopper, folder.journal, services, f"{run.candidate}: {source}")
            counts = (standing.items, standing.answered, standing.failed) if standing else (0, 0, 0)
            if todo or not folder.manifest.is_file():
                who = Judged(run.candidate, run.seed, source, key)
                write_judge_manifest(folder, self.task, self.root, who, counts, started, stopper.reason)
        return JudgeOutcome(
            run.candidate,
            run.seed,
            source,
            items=counts[0],
            asked=stopper.finished,
            failed=counts[2],
            calls=stopper.calls,
            stopped=stopper.reason,
            last_failure=stopper.last_failure,
        )

    def _items(self, run: Judgeable, source: str) -> list[Item]:
        only = None if self.options.items is None else self.options.items.get(run.candidate, frozenset())
        found = []
        for item in self.task.test:
            record = run.records.get(item.id)
            if record is None or (only is not None and item.id not in only) or record.item_hash != item.query.hash:
                continue
            if shown := to_judge(self.task, item, record, source):
                found.append(shown)
        return found

    async def _answer(
        self, todo: Sequence[Item], judge: Judge, stopper: Stopper, journal: Path, services: Services, name: str
    ) -> None:
        def tell(done: int, failed: int) -> None:
            self.report(name, "judging", done, len(todo), failed)

        tell(0, 0)
        with Journal(journal) as kept:
            await answer(
                todo,
                judge,
                Number(),
                kept,
                stopper=stopper,
                cores=services.cores,
                concurrency=self.options.max_concurrency,
                progress=tell,
            )
