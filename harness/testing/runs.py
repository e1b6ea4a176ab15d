"""Runs that the tests of a session share: made once, under the locks that every run takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UnavailableError

if TYPE_CHECKING:
    from filelock import FileLock

    from harness.api import OpenProject
    from harness.compare.result import PairedComparison
    from harness.leaderboard.rows import Leaderboard
    from harness.project import Candidate
    from harness.run.options import Outcome
    from harness.run.session import Session
    from harness.task import Task

_WAIT_S = 24 * 3600.0
"""For another process that runs the same candidate: it is doing our work."""


@dataclass
class Runs:
    """The runs of one test session. Nothing of the project is loaded before a test asks for it."""

    root: Path
    _tasks: "dict[str, Task]" = field(default_factory=dict)
    _outcomes: dict[tuple[str, str], Exception | None] = field(default_factory=dict)
    _boards: "dict[tuple[str, tuple[str, ...]], Leaderboard]" = field(default_factory=dict)

    @cached_property
    def project(self) -> "OpenProject":
        """The project, opened when it is first needed."""
        from harness.api import open_project

        return open_project(self.root)

    def task(self, name: str) -> "Task":
        """A task with its data, read once."""
        if name not in self._tasks:
            self._tasks[name] = self.project.project.task(name)
        return self._tasks[name]

    def run(self, task: str, candidates: Sequence[str]) -> None:
        """Runs what this session has not run yet; what is in the store already is not asked again.

        Processes that test the same project take turns per task: the first runs, the others find it done.
        """
        todo = [name for name in candidates if (task, name) not in self._outcomes]
        if not todo:
            return
        with self._turn(task):
            self._run(task, todo)

    def problem(self, task: str, candidate: str) -> Exception | None:
        """Why a candidate that was to run has no figures; `UnavailableError` where it cannot run here."""
        return self._outcomes[task, candidate]

    def board(self, task: str, candidates: Sequence[str]) -> "Leaderboard | None":
        """The leaderboard of the candidates that could run; None where none could."""
        self.run(task, candidates)
        able = tuple(name for name in candidates if self.problem(task, name) is None)
        if able and (task, able) not in self._boards:
            self._boards[task, able] = self.project.leaderboard(self.task(task), able)
        return self._boards.get((task, able))

    def compare(self, task: str, first: str, second: str, metric: str | None) -> "PairedComparison":
        """What `harness compare` says of two candidates that ran."""
        return self.project.compare(self.task(task), first, second, metric=metric)

    def sampled(self, task: str, candidate: str, samples: int | None, repeats: int) -> "list[Outcome]":
        """Runs a candidate over some items, once or under several seeds.

        Repeats go to a store of their own and past the response cache: they ask the same again, and a leaderboard
        shall not take them for seeds of the candidate.
        """
        from harness.run.options import Options
        from harness.run.store import Store

        with self._turn(task):
            session, chosen = self.project.session(self.task(task), [candidate])
            if repeats == 1:
                session.options = Options(limit=samples, wait_for_lock_s=_WAIT_S)
                return run_session(session, chosen)
            session.store = Store(self.root / ".harness" / "repeats")
            outcomes = []
            for seed in range(repeats):
                session.options = Options(limit=samples, seed=seed, cache=False, latency=False, wait_for_lock_s=_WAIT_S)
                outcomes += run_session(session, chosen)
            return outcomes

    def _run(self, task: str, names: Sequence[str]) -> None:
        """All at once; if that raises, one by one, so that a broken candidate spoils no other's figures."""
        from harness.run.options import Options
        from harness.run.session import Session

        loaded = self.task(task)
        try:
            chosen = [self.project.project.candidate(name) for name in names]
            session = Session(loaded, self.root, self.project.store, Options(wait_for_lock_s=_WAIT_S), _silent)
            outcomes = run_session(session, chosen)
        except Exception as error:
            if len(names) == 1:
                self._outcomes[task, names[0]] = error
                return
            for name in names:
                self._run(task, [name])
            return
        for outcome in outcomes:
            problem = UnavailableError(outcome.skipped) if outcome.skipped else None
            self._outcomes[task, outcome.candidate] = problem

    def _turn(self, task: str) -> "FileLock":
        from filelock import FileLock

        folder = self.root / ".harness" / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{task}.lock")


def run_session(session: "Session", candidates: "Sequence[Candidate]") -> "list[Outcome]":
    """Runs in a thread of its own, since a test may have an event loop already."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: asyncio.run(session.run(candidates)))
        try:
            return future.result()
        except KeyboardInterrupt:
            session.stop("interrupted")
            raise


def _silent(candidate: str, stage: str, done: int, total: int, failed: int) -> None:
    """Reports nothing: pytest shows what is going on."""
