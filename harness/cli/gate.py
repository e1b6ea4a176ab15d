"""`harness gate`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import output

if TYPE_CHECKING:
    from harness.gate.outcome import Outcome


class Inconclusive(StrEnum):
    """What a gate that cannot tell ends with."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"


def gate(
    baseline: Annotated[str, typer.Option(help="A folder with results, or a git ref in which they are committed.")],
    policy: Annotated[Path | None, typer.Option(help="What is allowed; by default the project's gate.toml.")] = None,
    inconclusive: Annotated[
        Inconclusive, typer.Option(help="Whether to exit with 3 (fail) or 0 (pass) where the items do not settle it.")
    ] = Inconclusive.FAIL,
) -> None:
    """Hold the results that stand here against a baseline, on the same items; calls no model.

    Exits with 0 where nothing got worse by more than is allowed, 1 where something did, 3 where it cannot tell, also
    because a candidate was changed and not run.
    """
    from harness.gate.check import check
    from harness.gate.outcome import write_outcome
    from harness.project import find_project

    project = find_project()
    outcome = check(project, baseline, policy)
    _print(outcome)
    write_outcome(project.root, outcome)
    if outcome.result == "inconclusive" and inconclusive is Inconclusive.PASS:
        return
    raise typer.Exit(outcome.exit_code)


_COLOURS = {"pass": "green", "blocked": "red", "inconclusive": "yellow"}
_WORDS = {"worse": "red", "not compared": "yellow", "cannot tell": "yellow", "better": "green", "same": "dim"}


def _print(outcome: "Outcome") -> None:
    """Lines, not a table: most of these are read in the log of a CI job."""
    from rich.markup import escape

    from harness.gate import words

    console = output()
    title, sentence = words.title(outcome), escape(words.headline(outcome))
    console.print(f"[bold {_COLOURS[outcome.result]}]{title}:[/] {sentence}", soft_wrap=True)
    if outcome.baseline_ended is not None:
        console.print(
            escape(f"{words.about_baseline(outcome)} {words.about_tests(outcome)}"), style="dim", soft_wrap=True
        )
    for changes, note in zip(words.by_tier(outcome), ("", " (only warns)"), strict=True):
        for c in changes:
            figures = "" if c.base is None or c.head is None else f" {c.base:.3f} -> {c.head:.3f}"
            items = f"; {counts}" if (counts := words.items_text(c)) else ""
            about = f"{c.task}: {c.candidate}: {c.metric}{figures}: {words.change_text(c)}{items}{note}"
            console.print(escape(about), style=_WORDS[c.word], soft_wrap=True)
    for ceiling in outcome.ceilings:
        text = f"{ceiling.task}: {ceiling.candidate}: {words.ceiling_text(ceiling)}"
        console.print(escape(text), style="dim" if ceiling.state == "met" else "red", soft_wrap=True)
    for v in outcome.verdicts:
        if v.before != v.now:
            moved = f"{v.task}: the verdict was {v.before or 'none'}, now {v.now or 'none'}"
            console.print(escape(moved), soft_wrap=True)
    for note in outcome.notes:
        console.print(escape(note), style="dim", soft_wrap=True)
