"""`harness run` and `harness leaderboard`."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split, yes_or_no
from harness.cli.tasks import DropLeaks, load
from harness.errors import counted

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.errors import HarnessError
    from harness.models.budget import Budget
    from harness.run.options import Options, Outcome
    from harness.run.session import Session
    from harness.task import Task

Tasks = Annotated[list[str] | None, typer.Argument(help="Tasks; by default every task of the project.")]


def run(
    tasks: Tasks = None,
    candidates: Chosen = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many test items, drawn at random by seed.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="This seed instead of the candidates' own.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Build and ask everything again.")] = False,
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Whether kept model answers may be used.")] = True,
    retry_failed: Annotated[str, typer.Option(metavar="yes|no", help="Ask again what failed before.")] = "yes",
    max_failures: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of failures after 50 items that stops a candidate.")
    ] = 0.05,
    max_concurrency: Annotated[int, typer.Option(min=1, help="Calls at once to one endpoint, at most.")] = 64,
    budget_usd: Annotated[float | None, typer.Option(min=0.0, help="Stop before more than this is spent.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only estimate items, tokens, cost and time.")] = False,
    require_all: Annotated[
        bool, typer.Option("--require-all", help="A candidate that cannot run is an error.")
    ] = False,
    until_decided: Annotated[
        bool, typer.Option("--until-decided", help="Stop a candidate once its comparisons are decided at the margin.")
    ] = False,
    suite: Annotated[str | None, typer.Option(help="A suite of harness.toml: its tasks, candidates and limit.")] = None,
    drop_leaks: DropLeaks = False,
) -> None:
    """Run candidates over tasks, then print the leaderboard. What is finished already is not asked again."""
    from harness.api import open_project
    from harness.cli.forecast import print_forecasts
    from harness.cli.suite import read_suite
    from harness.run.options import Options

    project = open_project()
    named = read_suite(project, suite, tasks, candidates) if suite else None
    limit = limit if named is None or limit is not None else named.limit
    options = Options(
        limit=limit,
        seed=seed,
        fresh=fresh,
        cache=cache,
        retry_failed=yes_or_no(retry_failed),
        max_failures=max_failures,
        max_concurrency=max_concurrency,
        budget=budget_of(project, budget_usd),
    )
    worst, chosen = 0, split(candidates)
    project.project.check_tasks(tasks or ())
    for name in tasks or (named.tasks if named else project.project.own_tasks):
        task = load(project, name, drop_leaks=drop_leaks)
        who = named.candidates_for(project, task) if named else chosen
        kept = not who or named is not None
        if dry_run:
            print_forecasts(project, task, who, options)
            continue
        worst = max(
            worst,
            _run_task(project, task, who, options, require_all=require_all, save=kept, until_decided=until_decided),
        )
    raise typer.Exit(worst)


def leaderboard(tasks: Tasks = None, candidates: Chosen = None, drop_leaks: DropLeaks = False) -> None:
    """Make the leaderboard again from records; calls no model."""
    from harness.api import open_project
    from harness.errors import RunError

    project, chosen = open_project(), split(candidates)
    if tasks:
        for name in tasks:
            show_leaderboard(project, load(project, name, drop_leaks=drop_leaks), chosen, save=not chosen)
        return
    missing: list[RunError] = []
    for name in project.project.own_tasks:
        try:
            show_leaderboard(project, load(project, name, drop_leaks=drop_leaks), chosen, save=not chosen)
        except RunError as error:
            missing.append(error)
    if len(missing) == len(project.project.own_tasks):
        raise RunError("\n".join(map(str, missing)))
    for one in missing:
        errors().print(str(one), markup=False)


def budget_of(project: "OpenProject", limit: float | None) -> "Budget | None":
    """What may be spent, at the project's prices; None without a limit."""
    if limit is None:
        return None
    from harness.models.budget import Budget
    from harness.money import pricer, today

    return Budget(limit, pricer(today(), project.project.file.prices))


def _run_task(
    project: "OpenProject",
    task: "Task",
    candidates: list[str],
    options: "Options",
    *,
    require_all: bool,
    save: bool,
    until_decided: bool,
) -> int:
    from harness.cli.forecast import refuse_unpriced, say_what_is_left
    from harness.errors import HarnessError, RunError, UnavailableError
    from harness.models.budget import BUDGET_SPENT

    if options.budget:
        refuse_unpriced(project, task, candidates, options)
    session, outcomes, broken = _ask(project, task, candidates, options, until_decided=until_decided)
    if broken:
        if outcomes:
            _say(outcomes, task.name)
            with contextlib.suppress(HarnessError):  # what broke is what must be said
                show_leaderboard(project, task, candidates, save=save)
        raise broken
    skipped = [o for o in outcomes if o.skipped]
    if skipped and (require_all or len(skipped) == len(outcomes)):
        raise UnavailableError("\n".join(f"{o.candidate} cannot run: {o.skipped}" for o in skipped))
    for one in skipped:
        errors().print(f"{one.candidate} cannot run: {one.skipped}", style="yellow", markup=False)
    _say(outcomes, task.name)
    if any(o.stopped and o.stopped.startswith(BUDGET_SPENT) for o in outcomes):
        say_what_is_left(project, task, candidates, options)
    if session.stopped:
        with contextlib.suppress(RunError):  # there may be no record yet
            show_leaderboard(project, task, candidates, save=save)
        raise typer.Exit(1)
    try:
        show_leaderboard(project, task, candidates, save=save)
    except RunError as error:
        # The records may be there, and the judge come next; or a candidate got no further than its build.
        if task.primary.needs != "judge" and not any(o.stopped for o in outcomes):
            raise
        errors().print(str(error), markup=False)
    return 1 if any(o.failed or (o.stopped and not o.decided) for o in outcomes) else 0


def _ask(
    project: "OpenProject", task: "Task", candidates: list[str], options: "Options", *, until_decided: bool
) -> "tuple[Session, list[Outcome], HarnessError | None]":
    """What came of the runs; where one broke, of those that ended without, and the error."""
    from harness.cli.interrupt import interruptible
    from harness.cli.progress import Bars
    from harness.errors import HarnessError

    with Bars(errors(), task.name) as bars:
        session, chosen = project.session(task, candidates, options, bars.report)
        study = project.until_decided(session, chosen) if until_decided else None
        try:
            outcomes = asyncio.run(interruptible(session, session.run(chosen)))
        except HarnessError as error:
            return session, session.ended, error
    if study is not None:
        project.finish_decided(study, outcomes)
    return session, outcomes, None


def _say(outcomes: "list[Outcome]", task: str) -> None:
    ran = [o for o in outcomes if not o.skipped]
    answered, calls = sum(o.answered for o in ran), sum(o.calls for o in ran)
    if ran and not any(o.asked or o.built or o.stopped for o in ran):
        errors().print(f"{task}: nothing to do, every item is answered already. No model was called.")
    elif ran:
        errors().print(f"{task}: {counted(answered, 'answer')} made, {counted(calls, 'model call')}.")
    for o in ran:
        if o.failed:
            why = f" (the last one: {o.last_failure})" if o.last_failure else ""
            again = "" if o.stopped else "; run again to retry them"
            errors().print(
                f"{o.candidate}: {counted(o.failed, 'item')} failed{why}{again}.", style="yellow", markup=False
            )
        if o.stopped:
            errors().print(f"{o.candidate}: stopped early: {o.stopped}", style="yellow", markup=False)


def show_leaderboard(project: "OpenProject", task: "Task", candidates: list[str], *, save: bool) -> None:
    """Prints leaderboard and verdict, and writes them down if wanted."""
    from harness.cli.decide import try_to_decide
    from harness.report.terminal import print_leaderboard

    board, verdict, entries = try_to_decide(project, task, candidates)
    print_leaderboard(board, output(), verdict)
    if save:
        markdown, _ = project.save_leaderboard(board, task, verdict, entries)
        output().print(f"Written: {markdown.relative_to(project.root)} and leaderboard.json", style="dim")
        if verdict is not None:
            decision = project.save_decision(verdict)
            output().print(f"The decision on paper: {decision.relative_to(project.root)}", style="dim")
