"""`harness stale`."""

from typing import Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split


def stale(
    task: Annotated[str, typer.Argument(help=r"A task with an \[update].")],
    candidates: Chosen = None,
) -> None:
    """Measure what changed knowledge does to candidates, before and after re-indexing or retraining."""
    from rich.markup import escape
    from rich.table import Column, Table

    from harness.api import open_project
    from harness.report.stale import HEADINGS, cells, cost_line, findings, head

    project = open_project()

    def report(candidate: str, stage: str, done: int, total: int, failed: int) -> None:
        del done, total, failed
        if stage in ("preparing", "done"):
            errors().print(f"{task}: {candidate}: {stage}", markup=False)

    found = project.stale(task, split(candidates), report)
    folder = project.save_stale(found)
    output().print(head(found), markup=False)
    columns = [Column(name, overflow="fold", no_wrap=i == 0) for i, name in enumerate(HEADINGS)]
    shown = Table(*columns, header_style="bold")
    for one in found.candidates:
        shown.add_row(*(escape(cell) for cell in cells(one, intervals=False)))
    output().print(shown)
    for line in [*findings(found), *filter(None, map(cost_line, found.candidates))]:
        output().print(line, markup=False)
    output().print(f"Written: {folder.relative_to(project.root)}/stale.md and stale.json", style="dim")
