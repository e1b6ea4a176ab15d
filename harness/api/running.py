"""Choosing candidates and running them."""

import asyncio
from collections.abc import Sequence

from harness.api.stated import check_money
from harness.economics.prices import parse_prices
from harness.errors import ConfigError, RunError
from harness.project import Candidate, Project
from harness.run.options import Options, Outcome, Report
from harness.run.session import Session
from harness.run.store import Store
from harness.task import Task


def choose(project: Project, task: str, names: Sequence[str] = ()) -> list[Candidate]:
    """The candidates of those names, or all that are meant for the task.

    Raises:
        UnknownNameError: no candidate has such a name.
        RunError: none is meant for the task.
    """
    if names:
        return [project.candidate(name) for name in dict.fromkeys(names)]
    found = project.candidates(task)
    if not found:
        raise RunError(f"{project.root / 'harness.toml'} has no candidate for task {task!r}. Add [candidates.NAME].")
    return found


def session_of(
    project: Project, task: Task, names: Sequence[str], options: Options | None, report: Report | None
) -> tuple[Session, list[Candidate]]:
    """A run that has not started, and its candidates.

    Raises:
        ConfigError: a candidate that was asked for by name cannot do the task, or what is stated of money or use
            cannot be: better now than after all calls have been paid.
    """
    chosen = choose(project, task.name, names)
    parse_prices(project.file.prices)
    check_money(project, task)
    for candidate in chosen if names else ():
        if reason := candidate.adapter.unfit(task.view(candidate.seeds[0])):
            where = f"{project.root / 'harness.toml'}: [candidates.{candidate.name}]"
            raise ConfigError(f"{where}: cannot do task {task.name!r}: {reason}.")
    session = Session(task, project.root, Store(project.root), options or Options(), report or silent)
    return session, chosen


def run(
    project: Project, task: Task, names: Sequence[str], options: Options | None, report: Report | None = None
) -> list[Outcome]:
    """Runs candidates over a task; what is finished already is not asked again."""
    session, chosen = session_of(project, task, names, options, report)
    return asyncio.run(session.run(chosen))


def silent(candidate: str, stage: str, done: int, total: int, failed: int) -> None:
    """Reports nothing."""
