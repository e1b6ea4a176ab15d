"""`harness run --dry-run`, and what a run that a budget stopped has left to do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.cli.console import errors, output
from harness.errors import counted

if TYPE_CHECKING:
    from harness.api import OpenProject
    from harness.forecast import Forecast
    from harness.run.options import Options
    from harness.task import Task


def print_forecasts(project: "OpenProject", task: "Task", candidates: Sequence[str], options: "Options") -> None:
    """A table of what each candidate is going to take."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=f"{task.name}: nothing is asked yet", box=SIMPLE_HEAD, pad_edge=False, title_style="bold")
    for title in ("candidate", "items\nleft", "calls", "tokens\nin", "\nout", "USD", "time", "basis"):
        table.add_column(title, justify="left" if title in ("candidate", "basis") else "right", no_wrap=True)
    skipped = []
    for one in _forecasts(project, task, candidates, options):
        if one.skipped:
            skipped.append((one.candidate, one.skipped))
            continue
        figures = (f"{number:,.0f}" for number in (one.items, one.calls, one.input_tokens, one.output_tokens))
        table.add_row(one.candidate, *figures, _usd(one.usd), _time(one.seconds), one.basis if one.items else "")
    output().print(table)
    for candidate, reason in skipped:
        output().print(f"{candidate} cannot run: {reason}", markup=False, soft_wrap=True)
    output().print(
        "Measured: as earlier records of the candidate went. Estimated: four bytes a token, and for a model behind an "
        "API half a second a call and 50 tokens a second; how long a local one takes is known once it has answered. "
        "What a build takes is not in it.",
        style="dim",
    )


def say_what_is_left(project: "OpenProject", task: "Task", candidates: Sequence[str], options: "Options") -> None:
    """One line for each candidate that has items left, with their price."""
    for one in _forecasts(project, task, candidates, replace(options, fresh=False)):
        if one.items:
            price = "an unknown price" if one.usd is None else f"about {_usd(one.usd)}"
            errors().print(
                f"{one.candidate}: {counted(one.items, 'item')} left to do, for {price}. Run again with a new "
                "--budget-usd.",
                style="yellow",
                markup=False,
            )


def refuse_unpriced(project: "OpenProject", task: "Task", candidates: Sequence[str], options: "Options") -> None:
    """What a budget must know before anything is asked.

    Raises:
        ConfigError: the price of a model that is going to be called is unknown.
    """
    from harness.errors import ConfigError
    from harness.models.budget import HOW_TO_PRICE

    unknown = [
        (one.candidate, model) for one in _forecasts(project, task, candidates, options) for model in one.unpriced
    ]
    if unknown:
        models = dict.fromkeys(model for _, model in unknown)
        how = "\n".join(HOW_TO_PRICE.format(model=model) for model in models)
        who = ", ".join(f"{model} ({candidate})" for candidate, model in unknown)
        raise ConfigError(f"--budget-usd needs the price of what is called, and that of {who} is unknown.\n{how}")


def _forecasts(
    project: "OpenProject", task: "Task", candidates: Sequence[str], options: "Options"
) -> "Iterator[Forecast]":
    from harness.forecast import forecast
    from harness.money import pricer, today

    usd = pricer(today(), project.project.file.prices)
    for candidate in project.chosen(task.name, candidates):
        yield forecast(task, project.root, project.store, candidate, options, usd)


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"${value:,.2f}" if value >= 1 or not value else f"${value:.4f}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
