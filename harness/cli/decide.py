"""`harness decide` and `harness price`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split
from harness.cli.tasks import DropLeaks, load

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.decide.verdict import Verdict
    from harness.leaderboard.rows import Entry, Leaderboard
    from harness.task import Task

Name = Annotated[str, typer.Argument(help="A task.")]


def decide(task: Name, candidates: Chosen = None, drop_leaks: DropLeaks = False) -> None:
    """Say whether it is worth going beyond prompting and RAG, and write the decision; calls no model."""
    from harness.api import open_project
    from harness.report.terminal import print_verdict

    project, chosen = open_project(), split(candidates)
    verdict = project.decide(load(project, task, drop_leaks=drop_leaks), chosen)
    print_verdict(verdict, output())
    if not chosen:
        path = project.save_decision(verdict)
        output().print(f"Written: {path.relative_to(project.root)}", style="dim")


def price(
    task: Name,
    volume: Annotated[float | None, typer.Option(help="Calls a month, in place of what the task states.")] = None,
    prices: Annotated[
        list[str] | None,
        typer.Option("--price", help='USD per million tokens: "openai/gpt-5-mini=0.25/0.025/2.0" (in/cached/out).'),
    ] = None,
    candidates: Chosen = None,
) -> None:
    """Work out costs and verdict anew under other prices and another volume; calls no model, writes nothing."""
    from harness.api import open_project
    from harness.economics.prices import parse_price_options
    from harness.report.terminal import print_costs, print_verdict

    given = {
        model: {"input": p.input, "cached": p.cached, "output": p.output}
        for model, p in parse_price_options(prices or ()).items()
    }
    verdict = open_project().decided(task, split(candidates), volume=volume, prices=given).verdict
    print_costs(verdict, output())
    print_verdict(verdict, output())


def try_to_decide(
    project: "OpenProject", task: "Task", candidates: list[str]
) -> "tuple[Leaderboard, Verdict | None, Sequence[Entry] | None]":
    """Leaderboard, verdict and their entries; where there can be no verdict it says why, and the first stands alone."""
    from harness.errors import ComparisonError, ConfigError

    try:
        decided = project.decided(task, candidates)
    except (ComparisonError, ConfigError) as error:
        errors().print(f"no verdict: {error}", style="yellow", markup=False)
        return project.leaderboard(task, candidates), None, None
    return decided.board, decided.verdict, decided.entries
