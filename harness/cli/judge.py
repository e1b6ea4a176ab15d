"""`harness judge`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import errors, output
from harness.cli.names import Chosen, split
from harness.errors import counted

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.judge.session import JudgeOptions, JudgeOutcome
    from harness.task import Task


def judge(
    task: Annotated[str, typer.Argument(help=r"A task with a \[judge].")],
    candidates: Chosen = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Labels of people (id, candidate, label): how far do they agree?")
    ] = None,
    budget_usd: Annotated[float | None, typer.Option(min=0.0, help="Stop before more than this is spent.")] = None,
    max_failures: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of failures after 50 judgements that stops it.")
    ] = 0.05,
    max_concurrency: Annotated[int, typer.Option(min=1, help="Calls at once to one endpoint, at most.")] = 64,
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Whether kept model answers may be used.")] = True,
    json: Annotated[bool, typer.Option("--json", help="With --against: JSON.")] = False,
) -> None:
    """Have a model judge the answers of a task's candidates. What is judged already is not judged again."""
    from harness.api import open_project
    from harness.cli.run import budget_of
    from harness.judge.session import JudgeOptions

    project = open_project()
    loaded, chosen = project.project.task(task), split(candidates)
    options = JudgeOptions(
        cache=cache,
        max_failures=max_failures,
        max_concurrency=max_concurrency,
        budget=budget_of(project, budget_usd),
    )
    if against is not None:
        raise typer.Exit(_against(project, loaded, chosen, options, against, json=json))
    worst = _judge(project, loaded, chosen, options)
    from harness.cli.run import show_leaderboard

    show_leaderboard(project, loaded, chosen, save=not chosen)
    raise typer.Exit(worst)


def _judge(project: "OpenProject", task: "Task", chosen: list[str], options: "JudgeOptions") -> int:
    from harness.cli.interrupt import interruptible
    from harness.cli.progress import Bars

    with Bars(errors(), task.name) as bars:
        session = project.judge_session(task, chosen, options, bars.report)
        outcomes = asyncio.run(interruptible(session, session.run()))
    _say(outcomes, task.name)
    return 1 if any(o.failed or o.stopped for o in outcomes) else 0


def _say(outcomes: "list[JudgeOutcome]", task: str) -> None:
    asked, calls = sum(o.asked for o in outcomes), sum(o.calls for o in outcomes)
    if asked:
        errors().print(f"{task}: {counted(asked, 'judgement')} made, {counted(calls, 'model call')}.")
    else:
        errors().print(f"{task}: nothing to do, every answer is judged already. No model was called.")
    for o in outcomes:
        if o.failed:
            why = f" (the last one: {o.last_failure})" if o.last_failure else ""
            text = f"{o.candidate}: {o.failed} of {counted(o.items, 'judgement')} in {o.source} failed{why}"
            errors().print(text, style="yellow", markup=False)
        if o.stopped:
            errors().print(f"{o.candidate}: stopped early: {o.stopped}", style="yellow", markup=False)


def _against(
    project: "OpenProject", task: "Task", chosen: list[str], options: "JudgeOptions", path: Path, *, json: bool
) -> int:
    """Judges what has a label and is not judged yet, then says how far judge and people agree."""
    from harness.api.judging import against_people, agreement, only_labelled
    from harness.report.agreement import agreement_json, agreement_text

    human = against_people(project.project, task, chosen, path)
    names = [str(name) for name in human.labels]
    worst = _judge(project, task, names, only_labelled(human, options))
    found = agreement(project.project, task, human)
    if json:
        typer.echo(agreement_json(found).decode(), nl=False)
    else:
        output().print(agreement_text(found), markup=False, end="", soft_wrap=True)
    return worst
