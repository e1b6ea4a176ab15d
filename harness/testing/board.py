"""A leaderboard as a test asks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from harness.errors import UnavailableError, UnknownNameError
from harness.leaderboard.requirements import figures_of
from harness.leaderboard.rows import Leaderboard, Row
from harness.testing.figure import Difference, Figure

if TYPE_CHECKING:
    from harness.testing.runs import Runs


@dataclass(frozen=True)
class BoardRow:
    """One candidate. Its figures are attributes: `row.accuracy`, `row.p95_latency_ms`, or `row["recall[invoice]"]`."""

    task: str
    row: Row
    note: Callable[[str, str], None]

    def __getitem__(self, name: str) -> Figure:
        """A figure: a metric of the task, `p50_latency_ms`, `p95_latency_ms` or `usd_per_1000_calls`.

        Raises:
            UnknownNameError: no such figure.
            UnavailableError: it was not measured, or its price is unknown.
        """
        figures = figures_of(self.row)
        if name not in figures:
            raise UnknownNameError("figure", name, figures, f"{self.row.name} on {self.task}")
        estimate = figures[name]
        if estimate is None:
            raise UnavailableError(f"{self.row.name} on {self.task} has no {name}: it was not measured.")
        figure = Figure(f"{self.row.name} {name}", estimate)
        self.note(f"{self.task}.{self.row.name}.{name}", repr(figure))
        return figure

    def __getattr__(self, name: str) -> Any:
        """A figure, or what the row of the leaderboard says: `failed`, `unparsed`, `labels`, `leaves_machine`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.row, name) if name in Row.__struct_fields__ else self[name]


class Board:
    """The candidates of a task, run and scored."""

    def __init__(
        self, runs: "Runs", task: str, candidates: Sequence[str], *, note: Callable[[str, str], None], strict: bool
    ) -> None:
        """Runs what has not been run.

        Args:
            runs: of the session.
            task: its name.
            candidates: the candidates of the board.
            note: takes the name and text of each figure that a test looks at.
            strict: whether a candidate that cannot run here fails the test that asks for it.
        """
        self._runs, self.task, self._candidates, self._note, self._strict = runs, task, candidates, note, strict
        self.leaderboard: Leaderboard | None = runs.board(task, candidates)
        """As `harness leaderboard` shows it; None where no candidate could run."""

    def __getitem__(self, name: str) -> BoardRow:
        """A candidate's row; skips the test where the candidate cannot run here."""
        if name not in self._candidates:
            raise UnknownNameError("candidate", name, self._candidates, f"leaderboard of {self.task}")
        problem = self._runs.problem(self.task, name)
        if isinstance(problem, UnavailableError):
            cannot_run(name, str(problem), strict=self._strict)
        if problem is not None:
            raise problem
        assert self.leaderboard is not None
        return BoardRow(self.task, self.leaderboard[name], self._note)

    def compare(self, first: str, second: str, metric: str | None = None) -> Difference:
        """How the first candidate differs from the second, paired on the items of both.

        Args:
            first: a candidate.
            second: another.
            metric: by default the task's primary one.
        """
        rows = [self[name] for name in (first, second)]
        said = self._runs.compare(self.task, first, second, metric)
        difference = Difference(f"{first} - {second} in {said.metric}", said.difference, said.higher_is_better)
        rows[0].note(f"{self.task}.{first}-{second}.{said.metric}", repr(difference))
        return difference

    def __repr__(self) -> str:
        return f"<leaderboard of {self.task}: {', '.join(self._candidates)}>"


def cannot_run(candidate: str, reason: str, *, strict: bool) -> NoReturn:
    """Skips with the reason, or fails under `--require-all`."""
    import pytest

    text = f"{candidate} cannot run here: {reason}"
    if strict:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)
