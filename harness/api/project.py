"""A project and what can be done with it: each step is a method, and the work stands in the files beside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.api import running
from harness.project import Candidate, Project, find_project
from harness.run.options import Options, Outcome, Report
from harness.run.session import Session
from harness.run.store import Store
from harness.task import Task
from harness.types import Record

if TYPE_CHECKING:
    from harness.api.boards import Decided
    from harness.api.showing import Shown
    from harness.compare.result import PairedComparison
    from harness.curve import Curves
    from harness.decide.verdict import Verdict
    from harness.early.until_decided import UntilDecided
    from harness.guard import Guard
    from harness.judge.session import JudgeOptions, JudgeSession
    from harness.leaderboard.rows import Entry, Leaderboard
    from harness.profile import Table as ProfileTable
    from harness.scores import Scores
    from harness.stale.stale import Stale
    from harness.triage import Triage


def open_project(path: str | Path | None = None) -> "OpenProject":
    """The project whose `harness.toml` stands in `path` (default: the current folder) or above.

    Raises:
        ConfigError: there is none, or it is not valid.
    """
    return OpenProject(find_project(Path(path) if path else None))


@dataclass(frozen=True)
class OpenProject:
    """A project and what can be done with it. A method loads what it needs when it is called."""

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
        return running.run(self.project, self._task(task), candidates, options, report)

    def session(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        options: Options | None = None,
        report: Report | None = None,
    ) -> tuple[Session, list[Candidate]]:
        """A run that has not started, for a caller with an event loop of its own.

        Raises:
            ConfigError: a candidate that was asked for by name cannot do the task. Where all are meant, such a one
                is skipped, and the leaderboard says why.
        """
        return running.session_of(self.project, self._task(task), candidates, options, report)

    def until_decided(self, session: Session, candidates: Sequence[Candidate]) -> "UntilDecided":
        """Makes a session stop each candidate once its comparisons are decided at the task's margin.

        Raises:
            RunError: the primary metric does not allow it, or there are not two candidates.
        """
        from harness.early.until_decided import UntilDecided

        study = UntilDecided(session.task, candidates, session.options.limit, session.options.seed)
        session.options = replace(session.options, rule=study.rule, whole_groups=True)
        return study

    def finish_decided(self, study: "UntilDecided", outcomes: Sequence[Outcome]) -> None:
        """Writes into the manifests where the runs stopped, and what was saved."""
        from harness.money import pricer, today

        study.finish(outcomes, pricer(today(), self.project.file.prices))

    def chosen(self, task: str, names: Sequence[str] = ()) -> list[Candidate]:
        """The candidates of those names, or all that are meant for the task."""
        return running.choose(self.project, task, names)

    def leaderboard(self, task: str | Task, candidates: Sequence[str] = ()) -> "Leaderboard":
        """The leaderboard of a task, from records; calls no model.

        Raises:
            RunError: nothing has been run yet.
        """
        from harness.api.boards import leaderboard_of
        from harness.api.scoring import entries_of

        loaded = self._task(task)
        return leaderboard_of(self.project, loaded, entries_of(self.project, loaded, candidates))

    def decide(self, task: str | Task, candidates: Sequence[str] = ()) -> "Verdict":
        """The verdict on a task, from records; calls no model. Arguments and errors are those of `decided`."""
        return self.decided(task, candidates).verdict

    def decided(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        *,
        volume: float | None = None,
        prices: Mapping[str, Any] | None = None,
    ) -> "Decided":
        """Leaderboard and verdict of a task, from records; calls no model.

        Args:
            task: a task's name.
            candidates: their names; none is every candidate that is meant for the task.
            volume: calls a month in place of what the task states.
            prices: `[prices]` that go before those of harness.toml; with them all others are today's, without them
                those of the day of each run.

        Raises:
            RunError: nothing has been run yet.
            ConfigError: something that is stated of use or costs cannot be, or a price of a model that no run called.
            ComparisonError: the candidates have no item in common.
        """
        from harness.api.boards import decided_of
        from harness.api.scoring import entries_of, refuse_unused

        loaded = self._task(task)
        entries = entries_of(self.project, loaded, candidates, prices)
        refuse_unused(prices or {}, entries, f"prices for {loaded.name}")
        return decided_of(self.project, loaded, entries, volume)

    def triage(self, task: str, candidate: str, repeats: int = 2) -> "Triage":
        """Where a candidate's wrong answers live, and writes it down.

        A candidate that looks things up answers its wrong items again, without and with the right passages. One that
        may answer otherwise is asked again what is at the model level.

        Args:
            task: a task's name.
            candidate: that has been run.
            repeats: how often it is asked again.

        Raises:
            RunError: it has not been run.
        """
        from harness.api.triage import triage_of

        return triage_of(self.project, self._task(task), self.project.candidate(candidate), repeats)

    def scores(self, task: Task, candidate: str) -> "list[Scores]":
        """The scored runs of a candidate as it is set now, one per seed; calls no model."""
        from harness.api.records import kept_runs
        from harness.api.scoring import scores_of

        runs = kept_runs(self.project, task, self.project.candidate(candidate))
        return [scores_of(task, run.folder, self.root) for run in runs]

    def latest(self, task: Task, candidate: str) -> dict[str, Record]:
        """The last record of each item in a candidate's run, that of its first seed where it has several."""
        from harness.api.records import last_records

        return last_records(self.project, task, candidate)

    def judge_session(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        options: "JudgeOptions | None" = None,
        report: Report | None = None,
    ) -> "JudgeSession":
        """A run of the task's judge over the records of candidates, not started: `asyncio.run(session.run())`.

        Args:
            task: a task's name.
            candidates: their names; none is every candidate that has been run.
            options: which metrics and items, budget and so on.
            report: called as it goes on.

        Raises:
            RunError: the task has no judge, or there is nothing to judge.
        """
        from harness.api.judging import judge_session
        from harness.judge.session import JudgeOptions

        silent = running.silent if report is None else report
        return judge_session(self.project, self._task(task), candidates, options or JudgeOptions(), silent)

    def compare(
        self, task: str | Task, a: str, b: str, *, metric: str | None = None, margin: float | None = None
    ) -> "PairedComparison":
        """One candidate against another, from records; calls no model.

        Args:
            task: a task's name.
            a: the candidate that the difference speaks of.
            b: the one that is subtracted.
            metric: by default the primary one of the task.
            margin: in units of the metric; by default the task's, for its primary metric, and 0 for others.

        Raises:
            ComparisonError: the two cannot be compared.
            RunError: one has not been run.
        """
        from harness.api.comparison import compare_candidates

        return compare_candidates(self.project, self._task(task), a, b, metric, margin)

    def curve(
        self,
        task: str | Task,
        candidates: Sequence[str],
        sizes: Sequence[int],
        *,
        draws: int = 3,
        limit: int | None = None,
        report: Callable[[str, int, int], None] | None = None,
    ) -> "Curves":
        """The learning curves of candidates: each built and run with so many labels, several times.

        Args:
            task: a task's name.
            candidates: their names; none is every candidate that is meant for the task.
            sizes: numbers of labels.
            draws: for each size; the draw's number is also the seed of its run.
            limit: only so many test items.
            report: `(candidate, labels, draw)`, called before each run.

        Raises:
            RunError: a size above the labels that the task has, or no candidate could run.
        """
        from harness.api.curves import curves_of

        return curves_of(self.project, self._task(task), candidates, sizes, draws, limit, report)

    def stale(self, task: str | Task, candidates: Sequence[str] = (), report: Report | None = None) -> "Stale":
        """What a change of the knowledge does to candidates, before and after their cheapest update.

        Args:
            task: a task's name; it has an `[update]`.
            candidates: their names; none is every candidate that is meant for the task.
            report: called as the runs go on.

        Raises:
            ConfigError: the task has no second edition of its corpus.
            RunError: no candidate could run.
        """
        from harness.api.staleness import stale_of

        return stale_of(self.project, self._task(task), candidates, report)

    def guard(
        self,
        task: str | Task,
        candidates: Sequence[str] = (),
        *,
        limit: int | None = None,
        report: Callable[[str, str], None] | None = None,
    ) -> "Guard":
        """What training broke on the tasks that the task's `[guard]` names, and writes it down.

        Args:
            task: a task's name.
            candidates: their names; none is every candidate that is meant for the task.
            limit: only so many items of each other task.
            report: `(candidate, other task)`, called before it is asked.

        Raises:
            ConfigError: the task has no `[guard]`.
            RunError: no candidate is a fine-tuned model that answers in text, or none has been run.
        """
        from harness.api.guarding import guard_of

        return guard_of(self.project, self._task(task), candidates, limit, report)

    def profile(self, task: str | Task, candidate: str) -> "Sequence[ProfileTable]":
        """What stands behind a candidate's figure, by class, field or size of error, of its first seed.

        Raises:
            UnknownNameError: no such task or candidate.
            RunError: it has no records.
        """
        from harness.api.records import not_run
        from harness.profile import profile_of

        loaded = self._task(task)
        records = self.latest(loaded, candidate)
        if not records:
            raise not_run(loaded.name, candidate)
        return profile_of(loaded, records)

    def show(self, task: str | Task, candidate: str, item: str) -> "Shown":
        """Everything that is known of one item in a candidate's run.

        Raises:
            UnknownNameError: no such task, candidate or item.
        """
        from harness.api.showing import show_item

        return show_item(self.project, self._task(task), candidate, item)

    def save_leaderboard(
        self,
        board: "Leaderboard",
        task: Task,
        verdict: "Verdict | None" = None,
        entries: "Sequence[Entry] | None" = None,
    ) -> tuple[Path, Path]:
        """Writes `leaderboard.md` and `.json`, and the manifests and scores that are committed.

        Args:
            board: of the task.
            task: that it is of.
            verdict: goes to the head of `leaderboard.md`.
            entries: the scored runs that the board is made of (`Decided.entries`); else they are read again.
        """
        from harness.api.saving import save_leaderboard
        from harness.api.scoring import entries_of

        if entries is None:
            entries = entries_of(self.project, task, [row.name for row in board.rows])
        return save_leaderboard(self.store, board, task, verdict, entries)

    def save_decision(self, verdict: "Verdict") -> Path:
        """Writes `decision.md`, and `decision.json` for machines."""
        from harness.api.saving import save_decision

        return save_decision(self.store, verdict)

    def save_curve(self, curves: "Curves") -> Path:
        """Writes `curve.md`, `curve.json` and `curve.svg`; gives their folder."""
        from harness.api.saving import save_curve

        return save_curve(self.store, curves)

    def save_stale(self, stale: "Stale") -> Path:
        """Writes `stale.md` and `stale.json`, beside what holds of other candidates; gives their folder."""
        from harness.api.saving import save_stale
        from harness.api.staleness import beside_others

        return save_stale(self.store, beside_others(self.project, self._task(stale.task), stale))

    def _task(self, task: str | Task) -> Task:
        return self.project.task(task) if isinstance(task, str) else task
