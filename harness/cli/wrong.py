"""`harness wrong`."""

from typing import Annotated

import typer

from harness.cli.console import output
from harness.errors import counted


def wrong(
    task: Annotated[str, typer.Argument(help="A task.")],
    candidate: Annotated[str, typer.Argument(help="A candidate.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    slowest: Annotated[bool, typer.Option("--slowest", help="The slowest items instead of the wrong ones.")] = False,
) -> None:
    """List the items that a candidate got wrong, with what was expected and what it said; calls no model."""
    from rich.markup import escape
    from rich.padding import Padding

    from harness.api import open_project
    from harness.api.records import not_run
    from harness.wrong import short, slowest_items, wrong_items

    project = open_project()
    loaded = project.project.task(task)
    records = project.latest(loaded, candidate)
    if not records:
        raise not_run(task, candidate)
    found = slowest_items(loaded, records) if slowest else wrong_items(loaded, records)
    for w in found[:limit]:
        took = f"  {1000 * (w.record.seconds or 0):.0f} ms" if slowest else ""
        said = escape(f"expected {short(w.expected)}, got {short(w.got)}")
        output().print(f"[bold]{escape(w.item.id)}[/]{took}  {said}")
        output().print(Padding(escape(short(w.input)), (0, 0, 0, 2)), style="dim")
    shown = f", {limit} of them shown; --limit shows more" if len(found) > limit else ""
    short_of = "wrong" if loaded.kind.choices else f"short of a perfect {loaded.primary.name}, the worst first"
    what = "with a time" if slowest else short_of
    of = counted(len(records), "item")
    output().print(f"{len(found)} of {of} {what}{shown}. One of them: harness show {task} {candidate} ITEM")
