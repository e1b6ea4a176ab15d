"""What a run shows: a bar per candidate on a terminal; in a log a line per stage, and now and then one within it."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from harness.errors import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

_QUIET_SECONDS = 30.0
"""After so long without a line a log says how far a stage is."""


class Bars:
    """Use as a context manager; `report` is what a session calls."""

    def __init__(self, console: "Console", title: str) -> None:
        """`title` is the task's name."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._console, self._title = console, title
        self._stages: dict[str, tuple[str, float]] = {}
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.fields[name]:<16}"),
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}", style="red"),
            console=console,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def report(self, candidate: str, stage: str, done: int, total: int, failed: int) -> None:
        """Moves the bar of a candidate."""
        if not self._console.is_terminal:
            self._line(candidate, stage, done, total)
            return
        if candidate not in self._bars:
            self._bars[candidate] = self._progress.add_task("", name=candidate, total=None, failed="")
        self._progress.update(
            self._bars[candidate],
            description=stage,
            completed=done,
            total=total or None,
            failed=f"{failed} failed" if failed else "",
        )

    def _line(self, candidate: str, stage: str, done: int, total: int) -> None:
        before, told = self._stages.get(candidate, ("", 0.0))
        now, counts = time.monotonic(), stage in ("answering", "judging", "timing")
        if stage != before:
            far = f" {counted(total, 'item')}" if counts else ""
        elif counts and now - told >= _QUIET_SECONDS:
            far = f" {done:,} of {counted(total, 'item')}"
        else:
            return
        self._stages[candidate] = stage, now
        self._console.print(f"{self._title}: {candidate}: {stage}{far}")
