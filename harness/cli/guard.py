"""`harness guard`."""

from typing import Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split


def guard(
    task: Annotated[str, typer.Argument(help=r"A task with a \[guard].")],
    candidates: Chosen = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many items of each other task, drawn by seed.")
    ] = None,
) -> None:
    """Measure what training broke: fine-tuned models on other tasks, beside the same models untrained."""
    from rich.markup import escape
    from rich.table import Table

    from harness.api import open_project
    from harness.words import measured

    def report(candidate: str, other: str) -> None:
        errors().print(f"{task}: {candidate}: asking about {other}", markup=False)

    found = open_project().guard(task, split(candidates), limit=limit, report=report).found
    shown = Table("candidate", "task", "metric", "untrained", "trained", header_style="bold")
    for one in found:
        figures = [measured(side) if side else "" for side in (one.untrained, one.trained)]
        shown.add_row(*(escape(cell) for cell in (one.candidate, one.on, one.metric, *figures)))
    output().print(shown)
    for one in found:
        output().print(f"{one.words()}" + (f": {one.figure()}." if one.difference else "."), markup=False)
