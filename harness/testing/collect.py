"""Suites as test nodes: a task file, its candidates, a requirement each. Reads `task.toml` and no data."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UnavailableError
from harness.testing.options import option

if TYPE_CHECKING:
    from harness.testing.runs import Runs

OPEN = pytest.StashKey[str]()
"""Why a requirement is open, once its test has run."""


class TaskFile(pytest.File):
    """`tasks/NAME/task.toml`."""

    runs: "Runs"
    candidates: Sequence[str]

    def collect(self) -> Iterator["CandidateNode"]:
        """One node per candidate."""
        try:
            table = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise self.CollectError(f"{self.path}: cannot be read as TOML: {error}.") from None
        requirement = table.get("requirement", {})
        if not isinstance(requirement, dict):
            raise self.CollectError(f"{self.path}: [requirement] must be a table, found {requirement!r}.")
        wanted = _wanted(requirement)
        for name in self.candidates:
            yield CandidateNode.from_parent(self, name=name, runs=self.runs, wanted=wanted)


class CandidateNode(pytest.Collector):
    """A candidate on a task."""

    def __init__(self, *, runs: "Runs", wanted: Mapping[str, str], **kwargs: Any) -> None:
        """`wanted` is the requirements in words, by figure."""
        super().__init__(**kwargs)
        self.runs, self.wanted = runs, wanted

    def collect(self) -> Iterator["RequirementItem"]:
        """One test per requirement."""
        for figure, words in self.wanted.items():
            yield RequirementItem.from_parent(self, name=words, runs=self.runs, figure=figure)


class RequirementItem(pytest.Item):
    """One requirement, held against one candidate's figure."""

    def __init__(self, *, runs: "Runs", figure: str, **kwargs: Any) -> None:
        """`figure` is the key in `[requirement]`."""
        super().__init__(**kwargs)
        assert self.parent is not None
        self.runs, self.figure = runs, figure
        self.task, self.candidate = self.path.parent.name, self.parent.name
        self.add_marker(pytest.mark.harness(task=self.task, candidate=self.candidate, requirement=figure))

    def runtest(self) -> None:
        """Runs what the session needs of the task, then asks the leaderboard."""
        from harness.testing.board import cannot_run
        from harness.testing.requirement import judged

        board = self.runs.board(self.task, self._needed())
        problem = self.runs.problem(self.task, self.candidate)
        if isinstance(problem, UnavailableError):
            cannot_run(self.candidate, str(problem), strict=option(self.config, "all"))
        if problem is not None:
            raise problem
        assert board is not None
        found = judged(self.runs, self.task, board, self.candidate, self.figure)
        self.user_properties.extend(found.properties)
        if found.met:
            return
        if found.open and not option(self.config, "evidence"):
            self.stash[OPEN] = found.summary
            pytest.xfail(f"open: {found.summary}")
        pytest.fail(found.text(), pytrace=False)

    def _needed(self) -> list[str]:
        """The candidates that the tests of this session ask for on this task: they are run together."""
        items = (item for item in self.session.items if isinstance(item, RequirementItem))
        return list(dict.fromkeys(item.candidate for item in items if item.task == self.task))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A message without a traceback for what a person can mend."""
        if isinstance(excinfo.value, HarnessError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands, and its name."""
        return self.path, None, f"{self.task}::{self.candidate}::{self.name}"


def _wanted(requirement: Mapping[str, Any]) -> dict[str, str]:
    """The requirements in words. What is not valid is told when the task is loaded, not here."""
    words = {}
    for key, value in requirement.items():
        if key == "on_premise":
            if value is not False:  # also what is not valid: the test says so
                words[key] = "on_premise"
        elif key != "margin":
            words[key] = f"{key} {_bound(value)}".rstrip()
    return words


def _bound(value: Any) -> str:
    bound = value if isinstance(value, dict) else {}
    for key, sign in (("at_least", ">="), ("at_most", "<=")):
        if isinstance(bound.get(key), (int, float)):
            return f"{sign} {bound[key]:g}"
    return ""
