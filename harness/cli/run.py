"""`harness run` and `harness leaderboard`."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import split

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.models.budget import Budget
    from harness.project import Candidate
    from harness.run.session import Options, Outcome, Session
    from harness.task import Task

Tasks = Annotated[list[str] | None, typer.Argument(help="Tasks; by default every task of the project.")]
Chosen = Annotated[str | None, typer.Option("--candidates", "-c", help="Only these, separated by commas.")]


def run(
    tasks: Tasks = None,
    candidates: Chosen = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many test items, drawn at random by seed.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="This seed instead of the candidates' own.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Build and ask everything again.")] = False,
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Whether kept model answers may be used.")] = True,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed/--no-retry-failed", help="Ask again what failed before.")
    ] = True,
    max_failures: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of failures after 50 items that stops a candidate.")
    ] = 0.05,
    max_concurrency: Annotated[int, typer.Option(min=1, help="Calls at once to one endpoint, at most.")] = 64,
    budget_usd: Annotated[float | None, typer.Option(min=0.0, help="Stop before more than this is spent.")] = None,
    require_all: Annotated[
        bool, typer.Option("--require-all", help="A candidate that cannot run is an error.")
    ] = False,
) -> None:
    """Run candidates over tasks, then print the leaderboard. What is finished already is not asked again."""
    from harness.api import open_project
    from harness.run.session import Options

    project = open_project()
    options = Options(
        limit=limit,
        seed=seed,
        fresh=fresh,
        cache=cache,
        retry_failed=retry_failed,
        max_failures=max_failures,
        max_concurrency=max_concurrency,
        budget=_budget(project, budget_usd),
    )
    worst = 0
    for name in tasks or project.project.own_tasks:
        worst = max(worst, _run_task(project, name, split(candidates), options, require_all=require_all))
    raise typer.Exit(worst)


def leaderboard(tasks: Tasks = None, candidates: Chosen = None) -> None:
    """Make the leaderboard again from records; calls no model."""
    from harness.api import open_project

    project = open_project()
    for name in tasks or project.project.own_tasks:
        _show(project, project.project.task(name), split(candidates))


def _budget(project: "OpenProject", limit: float | None) -> "Budget | None":
    if limit is None:
        return None
    from harness.models.budget import Budget
    from harness.money import pricer, today

    return Budget(limit, pricer(today(), project.project.file.prices))


def _run_task(
    project: "OpenProject", name: str, candidates: list[str], options: "Options", *, require_all: bool
) -> int:
    from harness.cli.progress import Bars
    from harness.errors import UnavailableError

    task = project.project.task(name)
    with Bars(errors(), task.name) as bars:
        session, chosen = project.session(task, candidates, options, bars.report)
        outcomes = asyncio.run(_interruptible(session, chosen))
    skipped = [o for o in outcomes if o.skipped]
    if require_all and skipped:
        raise UnavailableError("\n".join(f"{o.candidate} cannot run: {o.skipped}" for o in skipped))
    _say(outcomes, task.name)
    if len(skipped) < len(outcomes):
        _show(project, task, candidates)
    else:
        for o in outcomes:
            errors().print(f"not run: {o.candidate}: {o.skipped}", markup=False)
    return 1 if any(o.failed or o.stopped for o in outcomes) else 0


async def _interruptible(session: "Session", chosen: "list[Candidate]") -> "list[Outcome]":
    """The first SIGINT or SIGTERM ends the run after what is in flight, the second at once."""
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(session.run(chosen))
    asked = 0

    def interrupted() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            session.stop("interrupted")
            errors().print("Finishing what is in flight; interrupt again to stop now. Nothing finished is lost.")
        else:
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted)
    try:
        return await work
    except asyncio.CancelledError:
        errors().print("Stopped. Run the same command again to go on.")
        raise typer.Exit(130) from None


def _say(outcomes: "list[Outcome]", task: str) -> None:
    ran = [o for o in outcomes if not o.skipped]
    asked, calls = sum(o.asked for o in ran), sum(o.calls for o in ran)
    if ran and not asked and not any(o.built for o in ran):
        errors().print(f"{task}: nothing to do, every item is answered already. No model was called.")
    elif ran:
        errors().print(f"{task}: {asked:,} answers made, {calls:,} model calls.")
    for o in ran:
        if o.failed:
            errors().print(f"{o.candidate}: {o.failed} items failed; run again to retry them.", style="yellow")
        if o.stopped:
            errors().print(f"{o.candidate}: stopped early: {o.stopped}", style="yellow", markup=False)


def _show(project: "OpenProject", task: "Task", candidates: list[str]) -> None:
    from harness.report.terminal import print_leaderboard

    board = project.leaderboard(task, candidates)
    print_leaderboard(board, output())
    if not candidates:
        markdown, _ = project.save_leaderboard(board, task)
        output().print(f"Written: {markdown.relative_to(project.root)} and leaderboard.json", style="dim")
