"""A suite of `harness.toml`, as `harness run --suite` takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import ConfigError, UnknownNameError

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.task import Task


@dataclass(frozen=True)
class Suite:
    """Tasks, and who is run on them over how many items."""

    name: str
    tasks: tuple[str, ...]
    candidates: tuple[str, ...]
    """Empty is every candidate."""
    limit: int | None

    def candidates_for(self, project: "OpenProject", task: "Task") -> list[str]:
        """The suite's candidates that are meant for a task and can do it; none is every candidate.

        Raises:
            ConfigError: no candidate of the suite can do the task.
        """
        if not self.candidates:
            return []
        able = [
            c.name
            for c in project.chosen(task.name)
            if c.name in self.candidates and not c.adapter.unfit(task.view(c.seeds[0]))
        ]
        if not able:
            raise ConfigError(
                f"{project.root / 'harness.toml'}: [suites.{self.name}]: none of {', '.join(self.candidates)} can do "
                f"task {task.name!r}."
            )
        return able


def read_suite(project: "OpenProject", name: str, tasks: Sequence[str] | None, candidates: str | None) -> Suite:
    """The suite of that name.

    Raises:
        UnknownNameError: no such suite, or it names a task or a candidate that is not there.
        ConfigError: tasks or candidates were given beside it.
    """
    file, where = project.project.file, str(project.root / "harness.toml")
    if tasks or candidates:
        raise ConfigError(f"--suite {name} says which tasks and candidates to run: give either it or them.")
    if name not in file.suites:
        raise UnknownNameError("suite", name, file.suites, where)
    table = file.suites[name]
    for task in table.tasks:
        if task not in project.project.task_folders:
            raise UnknownNameError("task", task, project.project.task_folders, f"{where}: [suites.{name}]")
    for candidate in table.candidates:
        if candidate not in file.candidates:
            raise UnknownNameError("candidate", candidate, file.candidates, f"{where}: [suites.{name}]")
    return Suite(name, table.tasks, table.candidates, table.limit)
