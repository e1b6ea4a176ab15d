"""`harness compare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import ConfigError

if TYPE_CHECKING:
    from harness.compare.result import PairedComparison

_RECORDED = (".jsonl", ".csv")


def compare(
    what: Annotated[
        list[str], typer.Argument(metavar="TASK A B | A.jsonl B.jsonl", help="A task and two candidates, or two files.")
    ],
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="By default the task's primary one; of files a column.")
    ] = None,
    margin: Annotated[
        float | None, typer.Option(min=0.0, help="The smallest difference that matters; by default the task's.")
    ] = None,
    dedupe: Annotated[
        bool, typer.Option("--dedupe", help="Of files: keep the first of several lines of an item.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON, with every item that flipped.")] = False,
) -> None:
    """Compare two candidates, or two recordings, on the items that both have."""
    from harness.report.comparison import comparison_json, comparison_text

    found = _compared(what, metric, margin, dedupe=dedupe)
    typer.echo(comparison_json(found).decode() if json else comparison_text(found), nl=False)


def _compared(what: list[str], metric: str | None, margin: float | None, *, dedupe: bool) -> "PairedComparison":
    if len(what) == 2 and all(Path(name).suffix.lower() in _RECORDED for name in what):
        import numpy as np

        from harness.compare.files import compare_recordings

        a, b = map(Path, what)
        rng = np.random.default_rng(0)
        return compare_recordings(a, b, rng, margin=margin or 0.0, metric=metric or "score", dedupe=dedupe)
    if len(what) != 3:
        raise ConfigError(
            "compare takes a task and two candidates (harness compare TASK A B), or two recordings (harness compare "
            f"a.jsonl b.jsonl); found {' '.join(what)!r}."
        )
    from harness.api import open_project

    return open_project().compare(what[0], what[1], what[2], metric=metric, margin=margin)
