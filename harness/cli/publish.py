"""`harness publish`."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import errors


class Format(StrEnum):
    """What to make."""

    GITHUB = "github"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    JSON = "json"
    CSV = "csv"


def publish(
    tasks: Annotated[list[str] | None, typer.Argument(help="Tasks; by default every one with a leaderboard.")] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="github: job summary and comment.")] = Format.MARKDOWN,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file instead of the terminal.")] = None,
) -> None:
    """Publish leaderboards and the gate's outcome, as they stand in files; calls no model."""
    from harness.errors import ConfigError
    from harness.project import find_project
    from harness.publish.comment import comment
    from harness.publish.github import publish as to_github
    from harness.publish.junit import as_junit
    from harness.publish.source import read_published
    from harness.publish.tables import as_csv, as_json
    from harness.run.files import replace_file

    published = read_published(find_project().root, tasks or ())
    if form is Format.GITHUB:
        if output is not None:
            raise ConfigError("--output is for the other formats: github writes to the job's summary and a comment.")
        for line in to_github(published, os.environ):
            errors().print(line, markup=False)
        return
    makers = {Format.MARKDOWN: comment, Format.JUNIT: as_junit, Format.JSON: as_json, Format.CSV: as_csv}
    text = makers[form](published)
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_file(output, text)
