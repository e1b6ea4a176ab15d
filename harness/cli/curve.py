"""`harness curve`."""

from typing import Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split
from harness.errors import ConfigError


def curve(
    task: Annotated[str, typer.Argument(help="A task.")],
    candidates: Chosen = None,
    sizes: Annotated[str, typer.Option(help="Numbers of labels, separated by commas.")] = "25,50,100,200,400",
    draws: Annotated[int, typer.Option(min=1, help="Draws of labels for each size.")] = 3,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many test items, drawn at random by seed.")] = None,
) -> None:
    """Measure the primary metric against the number of labels; what was measured before is not measured again."""
    from harness.api import open_project
    from harness.report.curve import answers

    numbers = _numbers(sizes)
    project = open_project()

    def report(candidate: str, labels: int, draw: int) -> None:
        errors().print(f"{task}: {candidate}: {labels} labels, draw {draw} of {draws}", markup=False)

    curves = project.curve(task, split(candidates), numbers, draws=draws, limit=limit, report=report)
    folder = project.save_curve(curves)
    for line in answers(curves):
        output().print(line, markup=False)
    output().print(f"Written: {folder.relative_to(project.root)}/curve.md, curve.json and curve.svg", style="dim")


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    wrong = next((part for part in parts if not part.isdecimal() or int(part) < 1), None)
    if wrong is not None or not parts:
        found = text if wrong is None else wrong
        raise ConfigError(f"--sizes: found {found!r}, expected whole numbers above 0 such as 50,100,200.")
    return sorted(set(map(int, parts)))
