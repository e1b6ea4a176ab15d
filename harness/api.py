"""The harness from Python: the same steps as the command line, typed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from harness.economics.prices import parse_prices
from harness.errors import ComparisonError, ConfigError, HarnessError, RunError, UnknownNameError
from harness.project import Candidate, Project, find_project
from harness.run.journal import latest, read_batches, read_records
from harness.run.manifest import Manifest, read_manifest, write_manifest
from harness.run.session import Options, Outcome, Report, Session, run_key
from harness.run.store import RunFolder, Store
from harness.task import Task
from harness.types import Answered, Item, Record

if TYPE_CHECKING:
    from harness.compare import PairedComparison
    from harness.curve import Curves
    from harness.decide.decision import Looked
    from harness.decide.triage import Triage
    from harness.decide.verdict import Verdict
    from harness.leaderboard import Entry, Leaderboard
    from harness.metrics.metric import Metric
    from harness.scores import Scores
    from harness.until_decided import UntilDecided

Struct = TypeVar("Struct", bound=msgspec.Struct)
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
class Decided:
    """The leaderboard of a task with its verdict."""

    board: "Leaderboard"
    """With the monthly cost of each candidate."""
    verdict: "Verdict"


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
        """A run that has not started, for a caller with an event loop of its own.

        Raises:
            ConfigError: a candidate that was asked for by name cannot do the task. Where all are meant, such a one
                is skipped, and the leaderboard says why.
        """
        loaded = self.project.task(task) if isinstance(task, str) else task
        chosen = self.chosen(loaded.name, candidates)
        parse_prices(self.project.file.prices)
        for candidate in chosen if candidates else ():
            if reason := candidate.adapter.unfit(loaded.view(candidate.seeds[0])):
                where = f"{self.root / 'harness.toml'}: [candidates.{candidate.name}]"
                raise ConfigError(f"{where}: cannot do task {loaded.name!r}: {reason}.")
        session = Session(loaded, self.root, self.store, options or Options(), report or _silent)
        return session, chosen

    def until_decided(self, session: Session, candidates: Sequence[Candidate]) -> "UntilDecided":
        """Makes a session stop each candidate once its comparisons are decided at the task's margin.

        Raises:
            RunError: the primary metric does not allow it, or there are not two candidates.
        """
        from harness.until_decided import UntilDecided

        study = UntilDecided(session.task, candidates, session.options.limit, session.options.seed)
        session.options = replace(session.options, rule=study.rule, whole_groups=True)
        return study

    def finish_decided(self, study: "UntilDecided", outcomes: Sequence[Outcome]) -> None:
        """Writes into the manifests where the runs stopped, and what was saved."""
        from harness.money import pricer, today

        study.finish(outcomes, pricer(today(), self.project.file.prices))

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
        loaded = self.project.task(task) if isinstance(task, str) else task
        board = self._board(loaded, self._entries(loaded, candidates))
        if "usd_per_month" not in loaded.requirement.bounds:
            return board
        return self.decided(loaded, candidates).board

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
            prices: `[prices]` that go before those of harness.toml.

        Raises:
            RunError: nothing has been run yet.
            ConfigError: something that is stated of use or costs cannot be.
            ComparisonError: the candidates have no item in common.
        """
        import numpy as np

        from harness.decide.decision import decide, weigh
        from harness.decide.stated import economy_of
        from harness.money import today

        loaded = self.project.task(task) if isinstance(task, str) else task
        entries = self._entries(loaded, candidates, prices)
        file, rng = self.project.file, np.random.default_rng(BOOTSTRAP_SEED)
        economy = economy_of(
            file.economics, file.hardware, file.candidates, str(self.root / "harness.toml"), file.weights
        )
        weighed = weigh(loaded, entries, self._board(loaded, entries), economy, rng, volume)
        verdict = decide(loaded, entries, weighed, economy, rng, today(), self._looked(loaded, entries))
        return Decided(weighed.board, verdict)

    def _looked(self, task: Task, entries: "list[Entry]") -> "Looked":
        """Learning curves and triages, as far as they were made; a triage of another run is none of this one."""
        from harness.curve import Curves
        from harness.decide.decision import Looked
        from harness.decide.triage import Triage

        folder = self.store.results(task.name)
        curves = _decoded(folder / "curve.json", Curves)
        found = {e.name: _decoded(folder / "triage" / f"{e.name}.json", Triage) for e in entries if e.runs}
        keys = {e.name: e.runs[0].manifest.key for e in entries if e.runs}
        return Looked(
            labels={c.name: c.more for c in curves.candidates if c.more} if curves else {},
            triages={name: one for name, one in found.items() if one and one.key == keys[name]},
        )

    def triage(self, task: str, candidate: str) -> "Triage":
        """Where a candidate's wrong answers live, and writes it down.

        A candidate that looks things up answers its wrong items again, without and with the right passages.

        Raises:
            RunError: it has not been run.
        """
        from harness.decide.triage import triage, wrong_of
        from harness.run.files import replace_file

        loaded, chosen = self.project.task(task), self.project.candidate(candidate)
        runs = self._runs(loaded, chosen)
        if not runs:
            raise RunError(f"there are no records of {candidate} on {task} yet. Run: harness run {task} -c {candidate}")
        seed, folder, manifest = runs[0]
        records = latest(folder.journal)
        closed, gold = self._answered_again(loaded, chosen, wrong_of(loaded, records), folder, seed, records)
        found = triage(loaded, candidate, manifest.key, records, closed, gold)
        content = msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
        replace_file(self.store.results(task) / "triage" / f"{candidate}.json", content)
        return found

    def _answered_again(
        self,
        task: Task,
        candidate: Candidate,
        items: Sequence[Item],
        folder: RunFolder,
        seed: int,
        records: Mapping[str, Record],
    ) -> tuple[dict[str, Record] | None, dict[str, Record] | None]:
        """The wrong items without any passage and with the right ones; nothing for what looks nothing up."""
        from harness.models.cache import ResponseCache
        from harness.models.services import Services
        from harness.prompting import Prompted
        from harness.run.arms import closed_book, gold_passages

        adapter = candidate.adapter
        looks_up = any(isinstance(r, Answered) and r.contexts for r in records.values())
        if not isinstance(adapter, Prompted) or not looks_up or not items:
            return None, None
        settings = adapter

        async def arms() -> tuple[dict[str, Record], dict[str, Record]]:
            cache = ResponseCache(self.store.responses)
            services = Services(self.root, cache=cache)
            try:
                closed = await closed_book(task, settings, items, folder.folder, seed, services)
                return closed, await gold_passages(task, settings, items, folder.folder, seed, services)
            finally:
                await services.close()
                cache.close()

        closed, gold = asyncio.run(arms())
        return closed, gold or None

    def save_decision(self, verdict: "Verdict") -> Path:
        """Writes `decision.md`, and `decision.json` for machines."""
        from harness.report.decision import decision_markdown
        from harness.report.machine import decision_json
        from harness.run.files import replace_file

        path = self.store.results(verdict.task) / "decision.md"
        replace_file(path, decision_markdown(verdict))
        replace_file(path.with_suffix(".json"), decision_json(verdict))
        return path

    def _entries(self, task: Task, candidates: Sequence[str], prices: Mapping[str, Any] | None = None) -> "list[Entry]":
        entries = [self._entry(task, c, prices) for c in self.chosen(task.name, candidates)]
        if not any(entry.runs for entry in entries):
            why = [f"{entry.name}: {entry.skipped}" for entry in entries if entry.skipped]
            if why:
                raise RunError(f"there are no records of task {task.name!r} with a figure. " + " ".join(why))
            raise RunError(f"there are no records of task {task.name!r} yet. Run: harness run {task.name}")
        return entries

    def _board(self, task: Task, entries: "list[Entry]") -> "Leaderboard":
        import numpy as np

        from harness.leaderboard import build_leaderboard

        return build_leaderboard(task, entries, np.random.default_rng(BOOTSTRAP_SEED))

    def save_leaderboard(self, board: "Leaderboard", task: Task, verdict: "Verdict | None" = None) -> tuple[Path, Path]:
        """Writes `leaderboard.md` and `.json`, and the manifests and scores that are committed."""
        from harness.report.committed import scores_file
        from harness.report.machine import leaderboard_json
        from harness.report.markdown import leaderboard_markdown
        from harness.run.files import replace_file

        folder = self.store.results(board.task)
        markdown, machine = folder / "leaderboard.md", folder / "leaderboard.json"
        replace_file(markdown, leaderboard_markdown(board, verdict))
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

    def scores(self, task: Task, candidate: str) -> "list[Scores]":
        """The scored runs of a candidate as it is set now, one per seed; calls no model."""
        return [self._scores(task, folder) for _, folder, _ in self._runs(task, self.project.candidate(candidate))]

    def latest(self, task: Task, candidate: str) -> dict[str, Record]:
        """The last record of each item in a candidate's run, that of its first seed where it has several."""
        runs = self._runs(task, self.project.candidate(candidate))
        return latest(runs[0][1].journal) if runs else {}

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
        import numpy as np

        from harness.compare import Contender, compare_contenders, compare_stopped
        from harness.early import decided_comparison, ended_early

        loaded = self.project.task(task) if isinstance(task, str) else task
        chosen = _metric(loaded, metric)
        if margin is None:
            margin = loaded.requirement.margin if chosen is loaded.primary else 0.0
        sides, manifests, early = [], [], False
        for name, candidate in [(name, self.project.candidate(name)) for name in (a, b)]:
            runs = self._entry(loaded, candidate).runs
            manifests.append([run.manifest for run in runs])
            early |= any(ended_early(run.manifest, len(run.scores), len(loaded.test)) for run in runs)
            if not runs:
                raise RunError(
                    f"there are no records of {name} on {loaded.name}. Run: harness run {loaded.name} -c {name}"
                )
            sides.append(Contender(name, [run.scores for run in runs]))
        stopped = decided_comparison(a, manifests[0], b, manifests[1]) if early else None
        if stopped is not None and chosen is loaded.primary:
            return compare_stopped(chosen, sides[0], sides[1], margin, stopped)
        if early:
            raise ComparisonError(
                f"a run of {a} or {b} was ended once its comparisons were decided in {loaded.primary.name}: nothing "
                f"else can be said of these items. Run: harness run {loaded.name} -c {a},{b}"
            )
        return compare_contenders(chosen, sides[0], sides[1], margin, np.random.default_rng(BOOTSTRAP_SEED))

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
        import numpy as np

        from harness.curve import Trial, build_curves, run_trials, with_labels

        loaded = self.project.task(task) if isinstance(task, str) else task
        chosen = {c.name: c for c in self.chosen(loaded.name, candidates)}
        parts = {(size, draw): with_labels(loaded, size, draw) for size in sizes for draw in range(1, draws + 1)}

        def measure(name: str, size: int, draw: int) -> "Trial | str":
            if report:
                report(name, size, draw)
            part = parts[size, draw]
            if reason := chosen[name].adapter.unfit(part.view(draw)):
                return reason
            (outcome,) = self.run(part, [name], Options(limit=limit, seed=draw, latency=False))
            if outcome.folder is None:
                return outcome.skipped or "it could not run"
            if outcome.stopped:
                return f"stopped early: {outcome.stopped}"
            manifest = read_manifest(outcome.folder.manifest)
            used = manifest.preparation.labels if manifest and manifest.preparation else 0
            return Trial(name, size, draw, used, self._scores(part, outcome.folder))

        trials, missing = run_trials(list(chosen), sizes, draws, measure)
        if not trials:
            raise RunError("\n".join(f"{name} {reason}" for name, reason in missing.items()))
        rungs = {name: c.rung for name, c in chosen.items()}
        return build_curves(loaded, rungs, trials, sizes, draws, missing, np.random.default_rng(BOOTSTRAP_SEED))

    def save_curve(self, curves: "Curves") -> Path:
        """Writes `curve.md`, `curve.json` and `curve.svg`; gives their folder."""
        from harness.report.curve import curves_json, curves_markdown
        from harness.report.curve_svg import curves_svg
        from harness.run.files import replace_file

        folder = self.store.results(curves.task)
        replace_file(folder / "curve.md", curves_markdown(curves))
        replace_file(folder / "curve.json", curves_json(curves))
        replace_file(folder / "curve.svg", curves_svg(curves))
        return folder

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

    def _entry(self, task: Task, candidate: Candidate, prices: Mapping[str, Any] | None = None) -> Any:
        from harness.figures import undefined
        from harness.leaderboard import Entry, SeedRun
        from harness.money import Tally, pricer, today
        from harness.scores import Scorer

        reason, found = candidate.adapter.unfit(task.view(0)), []
        try:
            found = self._runs(task, candidate)
            candidate.check(self.root)
        except HarnessError as error:
            reason = reason or str(error)
        usd = pricer(today(), {**self.project.file.prices, **(prices or {})})
        runs = []
        for _, folder, manifest in found:
            scorer, tally, seconds = Scorer(task), Tally(usd), []
            for batch in read_batches(folder.journal):
                scorer.add(batch)
                tally.add(batch)
                seconds += [r.seconds for r in batch if r.seconds is not None]
            scored = scorer.scores()
            if len(scored):
                runs.append(SeedRun(manifest, scored, manifest.latency or tuple(seconds), tally.spending))
        if runs and (nothing := undefined(task.primary, [run.scores for run in runs])):
            runs, reason = [], nothing
        return Entry(
            candidate.name, candidate.adapter_name, candidate.rung, candidate.incumbent, runs, None if runs else reason
        )

    def _scores(self, task: Task, folder: RunFolder) -> Any:
        from harness.scores import score

        return score(task, read_records(folder.journal))


def _metric(task: Task, name: str | None) -> "Metric":
    if name is None:
        return task.primary
    by_name = {metric.name: metric for metric in task.metrics}
    if name not in by_name:
        raise UnknownNameError("metric", name, by_name, f"task {task.name}")
    return by_name[name]


def _decoded(path: Path, kind: type[Struct]) -> Struct | None:
    """What a file holds; None where there is none, or it is of another version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def _silent(candidate: str, stage: str, done: int, total: int, failed: int) -> None:
    """Reports nothing."""
