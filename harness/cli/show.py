"""`harness show`."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import output

if TYPE_CHECKING:
    from harness.metrics.metric import Metric
    from harness.types import Answered, Item


def show(
    task: Annotated[str, typer.Argument(help="A task.")],
    candidate: Annotated[str, typer.Argument(help="A candidate.")],
    item: Annotated[str | None, typer.Argument(help="Id of a test item.")] = None,
) -> None:
    """Show what stands behind a candidate's figure, by class, field or size of error; or one item.

    Of an item: input, messages as sent, what was retrieved, raw text, answer, target, calls.
    """
    if item is None:
        _profile(task, candidate)
    else:
        _item(task, candidate, item)


def _profile(task: str, candidate: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    from harness.api import open_project
    from harness.errors import RunError

    found = open_project().profile(task, candidate)
    if not found:
        raise RunError(f"{candidate} has no answers on {task} that could be shown: its scores were made elsewhere.")
    for one in found:
        table = Table(title=escape(one.title), box=SIMPLE_HEAD, title_style="bold", title_justify="left")
        for i, column in enumerate(one.columns):
            table.add_column(escape(column), justify="left" if i in one.words else "right", overflow="fold")
        for row in one.rows:
            table.add_row(*map(escape, row))
        output().print(table)
        if one.note:
            output().print(one.note, style="dim", markup=False)
            output().print()
    output().print(
        f"The items that went wrong: harness wrong {task} {candidate}. One item: harness show {task} {candidate} ITEM",
        markup=False,
    )


def _item(task: str, candidate: str, item: str) -> None:
    from rich.markup import escape
    from rich.rule import Rule

    from harness.api import open_project
    from harness.types import Failed
    from harness.wrong import input_of

    project = open_project()
    loaded = project.project.task(task)
    found = project.show(loaded, candidate, item)
    console, record = output(), found.record

    def part(title: str, text: str) -> None:
        console.print(Rule(title, align="left", style="dim"))
        console.print(escape(text))

    part("input", input_of(found.item))
    part("target", str(found.item.target))
    if record is None:
        console.print(f"\n{candidate} has no record of this item. Run: harness run {task} -c {candidate}")
        return
    for number, messages in enumerate(found.messages, 1):
        lines = [f"{m['role']}: {m['content']}" for m in messages]
        part(f"messages as sent, call {number}", "\n".join(lines))
    if record.calls and not found.messages:
        part("messages as sent", "not kept: they are in the response cache only while it has room (or --no-cache)")
    if isinstance(record, Failed):
        part("failed", f"{record.error}: {record.message}")
    else:
        for context in record.contexts:
            part(f"retrieved {context.id} ({context.score:.3f})", context.text)
        if record.text is not None:
            part("raw text", record.text)
        part("answer", _answer(loaded.primary, found.item, record))
        if record.scores:
            part("confidence", ", ".join(f"{k}: {v:.3f}" for k, v in record.scores.items()))
    for call in record.calls:
        cached = ", from the cache" if call.from_cache else ""
        part(
            "call",
            f"{call.model}: {call.input_tokens} tokens in ({call.cached_tokens} cached by the provider), "
            f"{call.output_tokens} out, {call.seconds:.3f} s, {call.attempts} attempt(s){cached}",
        )


def _answer(metric: "Metric", item: "Item", record: "Answered") -> str:
    from harness.wrong import judged

    if record.answer is None:
        return "could not be parsed" if record.given is None else f"scored elsewhere: {record.given:g}"
    cited = f"\ncited: {', '.join(record.cited)}" if record.cited else ""
    return f"{record.answer}  ({judged(metric, item, record)}){cited}"
