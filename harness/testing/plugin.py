"""The one object that is registered with pytest where there is a project."""

import sys
import tomllib
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UnavailableError, counted, suggestion
from harness.testing.collect import OPEN, RequirementItem, TaskFile
from harness.testing.options import chosen_candidates, option
from harness.testing.runs import Runs

if TYPE_CHECKING:
    from harness.testing.board import Board
    from harness.testing.per_item import ItemResult, ItemRuns

_OPEN = "harness_open"
"""Attribute of a report; a report's own attributes travel from the workers of pytest-xdist."""
_MARKER = (
    "harness(task, candidate, samples=None, repeats=1, must_pass=repeats): a test per item of a task; the test "
    "takes the item as `harness_item`."
)


class HarnessPlugin:
    """Collects suites, provides fixtures, explains figures."""

    def __init__(self, config: pytest.Config, root: Path) -> None:
        """`root` is the folder of `harness.toml`."""
        self.config, self.root = config, root
        self.runs = Runs(root)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Checks the names given, and adds `tasks/` to what is collected where that is asked for."""
        config.addinivalue_line("markers", _MARKER)
        known = self._candidates
        for name in chosen_candidates(config):
            if name not in known:
                hint = suggestion(name, known)
                raise pytest.UsageError(f"--candidates: {self.root / 'harness.toml'} has no candidate {name!r}{hint}")
        tasks = self.root / "tasks"
        if option(config, "harness") and tasks.is_dir() and not self._asked:
            config.args.append(str(tasks))

    def pytest_report_header(self) -> str:
        """Which project."""
        return f"harness: {self.root / 'harness.toml'}, {counted(len(self._candidates), 'candidate')}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> TaskFile | None:
        """Task files of this project, where the command line names them, or with `--harness`."""
        if file_path.name != "task.toml" or not self._asked or file_path.parent.parent.resolve() != self.root / "tasks":
            return None
        file: TaskFile = TaskFile.from_parent(parent, path=file_path)
        file.runs, file.candidates = self.runs, self._meant_for(file_path.parent.name)
        return file

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test per item for a marked test that takes `harness_item`."""
        if "harness_item" not in metafunc.fixturenames:
            return
        from harness.testing.per_item import item_ids, per_item

        where = metafunc.definition.nodeid
        marker = metafunc.definition.get_closest_marker("harness")
        if marker is None:
            raise pytest.UsageError(f'{where}: harness_item needs @pytest.mark.harness(task="...", candidate="...").')
        asked = per_item(marker, where)
        try:
            ids = item_ids(self.runs.task(asked.task), asked.samples)
        except HarnessError as error:
            raise pytest.UsageError(f"{where}: {error}") from None
        metafunc.parametrize("harness_item", [(asked, name) for name in ids], indirect=True, ids=ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Repeats a test of an item as often as its marker says."""
        from harness.testing.per_item import call_repeatedly

        return call_repeatedly(pyfuncitem) or None

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """The interval of a figure that does not hold."""
        if "harness.testing.figure" not in sys.modules:
            return None
        from harness.testing.figure import explained

        return explained(op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keeps with the report that a requirement is open."""
        report = yield
        if call.when == "call" and isinstance(item, RequirementItem) and OPEN in item.stash:
            report.__dict__[_OPEN] = item.stash[OPEN]
        return report

    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
        """A requirement that the evidence does not settle is neither passed nor failed."""
        return ("open", "o", "OPEN") if hasattr(report, _OPEN) else None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What is open, in a line each."""
        reports = terminalreporter.stats.get("open", [])
        if reports:
            terminalreporter.section("open: the items do not settle these (--require-evidence fails them)")
        for report in reports:
            terminalreporter.line(f"{report.nodeid}: {getattr(report, _OPEN)}")

    @pytest.fixture
    def leaderboard(self, request: pytest.FixtureRequest) -> "Callable[..., Board]":
        """`leaderboard(task, candidates=())`: runs what has not been run, and gives the board."""

        def make(task: str, candidates: Sequence[str] = ()) -> "Board":
            from harness.testing.board import Board

            named = [candidates] if isinstance(candidates, str) else list(candidates)
            chosen = named or self._meant_for(task)
            return Board(self.runs, task, chosen, note=_noter(request), strict=option(self.config, "all"))

        return self._guarded(make)

    @pytest.fixture
    def verdict(self, request: pytest.FixtureRequest) -> Callable[[str], Any]:
        """`verdict(task)`: whether it is worth going beyond prompting and RAG, and the choice."""

        def make(task: str) -> Any:
            chosen = self._meant_for(task)
            if not chosen:
                raise UnavailableError(f"no candidate that was asked for is meant for task {task}.")
            self.runs.board(task, chosen)
            found = self.runs.project.decide(task, chosen)
            _noter(request)(f"{task}.verdict", f"{found.answer}: {found.choice}")
            return found

        return self._guarded(make)

    @pytest.fixture
    def harness_item(self, request: pytest.FixtureRequest) -> "ItemResult":
        """One item of the task that the test's marker names, and what came of it."""
        from harness.testing.per_item import REPEATS

        asked, item_id = request.param
        results: list[ItemResult] = self._guarded(self._item_runs.results)(asked, item_id)
        request.node.stash[REPEATS] = (results, asked.must_pass)
        return results[0]

    @cached_property
    def _item_runs(self) -> "ItemRuns":
        from harness.testing.per_item import ItemRuns

        return ItemRuns(self.runs, self.config)

    @cached_property
    def _candidates(self) -> dict[str, Any]:
        """`[candidates]` of `harness.toml`; what is wrong with one is told when it runs."""
        path = self.root / "harness.toml"
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8")).get("candidates", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise pytest.UsageError(f"{path}: cannot be read as TOML: {error}.") from None
        if not isinstance(table, dict):
            raise pytest.UsageError(f"{path}: [candidates] must be a table, found {table!r}.")
        for name, settings in table.items():
            if not isinstance(settings, dict):
                raise pytest.UsageError(f"{path}: [candidates.{name}] must be a table, found {settings!r}.")
            if not isinstance(settings.get("tasks", []), list):
                raise pytest.UsageError(f"{path}: [candidates.{name}] tasks is a list, found {settings['tasks']!r}.")
        return table

    def _meant_for(self, task: str) -> list[str]:
        chosen = chosen_candidates(self.config)
        return [
            name
            for name, table in self._candidates.items()
            if (not chosen or name in chosen) and task in (table.get("tasks") or [task])
        ]

    @property
    def _asked(self) -> bool:
        """Whether the command line names `tasks/` or something in it."""
        tasks = self.root / "tasks"
        paths = (self.config.invocation_params.dir / arg.partition("::")[0] for arg in self.config.args)
        return any(path.resolve().is_relative_to(tasks) for path in paths)

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What a person can mend fails the test with its message; what this machine lacks skips it."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return function(*args, **kwargs)
            except HarnessError as error:
                found = error
            if isinstance(found, UnavailableError) and not option(self.config, "all"):
                pytest.skip(str(found))
            pytest.fail(str(found), pytrace=False)

        return guarded


def _noter(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Adds a property to the test's report, once."""

    def note(name: str, text: str) -> None:
        if (name, text) not in request.node.user_properties:
            request.node.user_properties.append((name, text))

    return note
