"""`harness check`."""

from typing import Annotated

import typer

from harness.cli.console import output

_SHOWN = 5
_MARKS = {
    "fine": "[green]fine   [/]",
    "note": "[cyan]note   [/]",
    "warning": "[yellow]warning[/]",
    "leak": "[red]leak   [/]",
}


def check(
    tasks: Annotated[list[str] | None, typer.Argument(help="Tasks; by default every task of the project.")] = None,
    every: Annotated[bool, typer.Option("--all", help="List every place, not only the first five.")] = False,
) -> None:
    """Look for leaks, duplicates, columns that give the target away, and classes with too few items.

    Ends with 1 where test items leak.
    """
    from rich.markup import escape

    from harness.check.finding import Level
    from harness.check.task import check_task
    from harness.project import find_project

    project = find_project()
    leak = False
    project.check_tasks(tasks or ())
    for name in tasks or project.own_tasks:
        output().print(f"[bold]{escape(name)}[/]")
        for finding in check_task(project.task_folders[name]):
            leak = leak or finding.level is Level.LEAK
            output().print(f"  {_MARKS[finding.level]} {escape(f'{finding.check}: {finding.text}')}", soft_wrap=True)
            shown = finding.examples if every else finding.examples[:_SHOWN]
            for example in shown if finding.level is not Level.FINE else ():
                output().print(f"            {example}", markup=False, soft_wrap=True)
            if len(shown) < len(finding.examples) and finding.level is not Level.FINE:
                output().print(f"            and {len(finding.examples) - len(shown):,} more; --all lists them")
    raise typer.Exit(int(leak))
