"""`harness triage`."""

from typing import Annotated

import typer

from harness.cli.console import output


def triage(
    task: Annotated[str, typer.Argument(help="A task.")],
    candidate: Annotated[str, typer.Argument(help="A candidate that has been run.")],
    repeats: Annotated[
        int, typer.Option(min=0, help="How often to ask again what may be the model's, if it may answer otherwise.")
    ] = 2,
) -> None:
    """Say where a candidate's wrong answers live: prompt, system or model; asks its model again about those items."""
    from rich.markup import escape
    from rich.table import Table

    from harness.api import open_project
    from harness.triage import NEXT

    found = open_project().triage(task, candidate, repeats)
    table = Table("level", "what went wrong", "items", "e.g.", "what to try next", header_style="bold")
    for one in found.classes:
        examples = ", ".join(one.examples[:3])
        table.add_row(one.level.value, escape(one.why), f"{one.count}", escape(examples), NEXT[one.level])
    output().print(f"Wrong items of {candidate}: {found.wrong} of {found.items}.", markup=False)
    if found.classes:
        output().print(table)
        output().print(f"{found.advice()}.", markup=False)
        output().print(f"One of them: harness show {task} {candidate} ITEM", style="dim", markup=False)
