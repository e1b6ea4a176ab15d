"""The harness from Python: the same steps as the command line, typed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError, RunError, UnknownNameError
from harness.project import Candidate, Project, find_project
from harness.run.journal import latest, read_records
from harness.run.manifest import Manifest, read_manifest, write_manifest
from harness.run.session import Options, Outcome, Report, Session, run_key
from harness.run.store import RunFolder, Store
from harness.task import Task
from harness.types import Item, Record

if TYPE_CHECKING:
    from harness.leaderboard import Leaderboard

BOOTSTRAP_SEED = 0


def open_project(path: str | Path | None = None) -> "OpenProject":
    """The project whose `harness.toml` stands in `path` (default: the current folder) or above.

    Raises:
        ConfigError: there is none, or it is not valid.
    """
    return OpenProject(find_project(Path(path) if path else None))


@dataclass(frozen=True)
class Shown:
    """Everything about one item of one run."""

    item: Item
    record: Record | None
    messages: Sequence[Sequence[dict[str, str]]]
    """For each model call the messages as sent, where the response cache still has them."""


@dataclass(frozen=True)
class OpenProject:
    """A project and what can be done with it."""

    project: Project

    @property
    def root(self) -> Path:
        """Folder of `harness.toml`."""
        return self.project.root

    @property
    def store(self) -> Store:
        """Where runs leave what they leave."""
        return Store(self.root)

    def run(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        options: Options | None = None,
        report: Report | None = None,
    ) -> list[Outcome]:
        """Runs candidates over a task; what is finished already is not asked again.

        Args:
            task: a task's name.
            candidates: their names; none is every candidate that is meant for the task.
            options: limit, seed and so on.
            report: called as the run goes on.

        Raises:
            HarnessError: something that has to be mended first.
        """
        session, chosen = self.session(task, candidates, options, report)
        return asyncio.run(session.run(chosen))

    def session(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        options: Options | None = None,
        report: Report | None = None,
    ) -> tuple[Session, list[Candidate]]:
        """A run that has not started, for a caller with an event loop of its own."""
        loaded = self.project.task(task) if isinstance(task, str) else task
        chosen = self.chosen(loaded.name, candidates)
        session = Session(loaded, self.root, self.store, options or Options(), report or _silent)
        return session, chosen

    def chosen(self, task: str, names: Sequence[str] = ()) -> list[Candidate]:
        """The candidates of those names, or all that are meant for the task."""
        if names:
            return [self.project.candidate(name) for name in dict.fromkeys(names)]
        found = self.project.candidates(task)
        if not found:
            raise RunError(f"{self.root / 'harness.toml'} has no candidate for task {task!r}. Add [candidates.NAME].")
        return found

    def leaderboard(self, task: str | Task, candidates: Sequence[str] = ()) -> "Leaderboard":
        """The leaderboard of a task, from records; calls no model.

        Raises:
            RunError: nothing has been run yet.
        """
        import numpy as np

        from harness.leaderboard import build_leaderboard

        loaded = self.project.task(task) if isinstance(task, str) else task
        entries = [self._entry(loaded, c) for c in self.chosen(loaded.name, candidates)]
        if not any(entry.runs for entry in entries):
            raise RunError(f"there are no records of task {loaded.name!r} yet. Run: harness run {loaded.name}")
        return build_leaderboard(loaded, entries, np.random.default_rng(BOOTSTRAP_SEED))

    def save_leaderboard(self, board: "Leaderboard", task: Task) -> tuple[Path, Path]:
        """Writes `leaderboard.md` and `.json`, and the manifests and scores that are committed."""
        from harness.report.committed import scores_file
        from harness.report.machine import leaderboard_json
        from harness.report.markdown import leaderboard_markdown
        from harness.run.files import replace_file

        folder = self.store.results(board.task)
        markdown, machine = folder / "leaderboard.md", folder / "leaderboard.json"
        replace_file(markdown, leaderboard_markdown(board))
        replace_file(machine, leaderboard_json(board))
        for row in board.rows:
            if row.skipped:
                continue
            candidate = self.project.candidate(row.name)
            for seed, folder_of_run, manifest in self._runs(task, candidate):
                write_manifest(self.store.committed_manifest(task.name, row.name, seed), manifest)
                scored = self._scores(task, folder_of_run)
                replace_file(self.store.scores(task.name, row.name, seed), scores_file(task, manifest, scored))
        return markdown, machine

    def show(self, task: str, candidate: str, item: str) -> Shown:
        """Everything that is known of one item in a candidate's run.

        Raises:
            UnknownNameError: no such task, candidate or item.
        """
        loaded = self.project.task(task)
        by_id = {i.id: i for i in loaded.test}
        if item not in by_id:
            raise UnknownNameError("item", item, by_id, f"task {task}")
        runs = self._runs(loaded, self.project.candidate(candidate))
        record = next((r for _, f, _ in runs if (r := latest(f.journal).get(item))), None)
        return Shown(by_id[item], record, self._messages(record))

    def _messages(self, record: Record | None) -> list[list[dict[str, str]]]:
        from harness.models.cache import ResponseCache
        from harness.models.caller import describe

        if record is None or not self.store.responses.is_file():
            return []
        cache = ResponseCache(self.store.responses)
        try:
            asked = [cache.request(call.request) for call in record.calls]
        finally:
            cache.close()
        return [describe(request) for request in asked if request]

    def _runs(self, task: Task, candidate: Candidate) -> list[tuple[int, RunFolder, Manifest]]:
        """Runs of a candidate as it is set now, one per seed that has been run."""
        found = []
        for seed in self._seeds(task, candidate):
            folder = self.store.run(task.name, candidate.name, seed, run_key(task, candidate, self.root, seed))
            manifest = read_manifest(folder.manifest)
            if manifest is not None:
                found.append((seed, folder, manifest))
        return found

    def _seeds(self, task: Task, candidate: Candidate) -> list[int]:
        """Its own seeds, and others that it was run with."""
        prefix = f"{candidate.name}-"
        folders = (self.store.results(task.name) / "records").glob(f"{prefix}*")
        others = [p.name.removeprefix(prefix).partition("-")[0] for p in folders]
        return sorted({*candidate.seeds, *(int(o) for o in others if o.isdigit())})

    def _entry(self, task: Task, candidate: Candidate) -> Any:
        from harness.leaderboard import Entry, SeedRun
        from harness.money import pricer, spending, today

        reason = candidate.adapter.unfit(task.view(0))
        try:
            candidate.adapter.check(self.root)
        except HarnessError as error:
            reason = reason or str(error)
        usd = pricer(today(), self.project.file.prices)
        runs = []
        for _, folder, manifest in [] if reason else self._runs(task, candidate):
            records = list(read_records(folder.journal))
            seconds = manifest.latency or tuple(r.seconds for r in records if r.seconds is not None)
            scored = self._scores(task, folder)
            if len(scored):
                runs.append(SeedRun(manifest, scored, seconds, spending(records, usd)))
        return Entry(
            candidate.name, candidate.adapter_name, candidate.rung, candidate.incumbent, runs, None if runs else reason
        )

    def _scores(self, task: Task, folder: RunFolder) -> Any:
        from harness.scores import score

        return score(task, read_records(folder.journal))


def _silent(candidate: str, stage: str, done: int, total: int, failed: int) -> None:
    """Reports nothing."""
