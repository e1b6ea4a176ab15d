"""Tasks as the commands take them: whole, or without the test items that leak."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors
from harness.errors import counted

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.task import Task

DropLeaks = Annotated[
    bool,
    typer.Option("--drop-leaks", help="Leave out test items that stand in train, validation or corpus, for everyone."),
]


def load(project: "OpenProject", name: str, *, drop_leaks: bool) -> "Task":
    """The task of that name.

    Raises:
        UnknownNameError: there is none.
        ConfigError: something is wrong with it, or every test item leaks.
    """
    from harness.check.drop import without_leaks

    task = project.project.task(name)
    if not drop_leaks:
        return task
    kept = without_leaks(task)
    leak = "leaks and is" if len(kept.left_out) == 1 else "leak and are"
    errors().print(f"{name}: {len(kept.left_out):,} of {counted(len(task.test), 'test item')} {leak} left out.")
    return kept
