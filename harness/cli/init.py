"""`harness init`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors
from harness.errors import counted

if TYPE_CHECKING:
    from harness.starter.make import Made


def init(
    source: Annotated[Path, typer.Option("--from", help="Labelled examples: a .csv or .jsonl file.")],
    asked: Annotated[str | None, typer.Option("--input", help="Column with the text; by default a usual name.")] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Column with the label; by default a usual name.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of the file, e.g. latin-1 or cp1252.")] = "utf-8",
) -> None:
    """Start a project here from labelled examples: candidates, a task, a test, a workflow; then run it."""
    from harness.cli.run import run
    from harness.starter.make import make_project

    _say(make_project(Path.cwd(), source, asked, target, encoding))
    run()


def _say(made: "Made") -> None:
    found = made.examples
    taught, labels = counted(len(found.train), "example"), counted(len(found.labels), "label")
    sizes = f"{taught} to learn from, {len(found.test)} to test on, {labels}"
    errors().print(f"{made.task}: {sizes}.")
    if found.empty:
        errors().print(f"{counted(found.empty, 'row')} with an empty cell left out.", style="yellow")
    if found.repeated:
        other = f", {found.contradicted} of them with another label" if found.contradicted else ""
        errors().print(f"{counted(found.repeated, 'row')} left out, repeating an earlier input{other}.", style="yellow")
    for path in made.written:
        errors().print(f"written: {path}", markup=False, style="dim")
    for path in made.kept:
        errors().print(f"was there already, left as it is: {path}", markup=False, style="yellow")
