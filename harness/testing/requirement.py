"""What a requirement's test says: the figure with its interval, items that went wrong, the command for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import UnknownNameError, counted
from harness.estimate import Estimate, State
from harness.leaderboard.requirements import figures_of
from harness.leaderboard.rows import Leaderboard, Row
from harness.report.cells import significant
from harness.testing.figure import STATED
from harness.wrong import Wrong, short, slowest_items, wrong_items

if TYPE_CHECKING:
    from harness.testing.runs import Runs

_SHOWN = 5
_LATENCY = ("p50_latency_ms", "p95_latency_ms")


@dataclass(frozen=True)
class Judged:
    """A requirement and how a candidate stands to it."""

    runs: "Runs"
    task: str
    row: Row
    figure: str
    wanted: str
    state: State
    estimate: Estimate | None

    @property
    def met(self) -> bool:
        """Shown to hold."""
        return self.state is State.MET

    @property
    def open(self) -> bool:
        """Neither shown to hold nor shown to fail."""
        return self.state is State.OPEN

    @property
    def summary(self) -> str:
        """One line."""
        if self.figure == "on_premise":
            return f"{self.row.name} sends inputs to another machine" * self.row.leaves_machine
        if self.estimate is None:
            return f"{self.figure} was not measured or its price is unknown"
        e = self.estimate
        return f"{self.figure} {_span(e)} over {counted(e.n, 'item')}, asked is {self.wanted}: {STATED[self.state]}"

    @property
    def properties(self) -> list[tuple[str, object]]:
        """For a report that machines read."""
        found: list[tuple[str, object]] = [("state", self.state.value)]
        if self.estimate is not None:
            e = self.estimate
            found += [("value", e.value), ("low", e.low), ("high", e.high), ("n", e.n), ("failed", e.failed)]
        return [(f"{self.task}.{self.row.name}.{self.figure}.{name}", value) for name, value in found]

    def text(self) -> str:
        """What a person needs."""
        lines = [f"{self.row.name} on {self.task}: {self.summary}", *self._bounds()]
        if self.figure != "on_premise" and not self.figure.startswith("usd_"):
            lines += self._items()
        return "\n".join(lines)

    def _bounds(self) -> list[str]:
        e = self.estimate
        if e is None:
            return []
        lines = [f"One-sided 95 % bounds: at least {_short(e.lower)}, at most {_short(e.upper)}. {e.method}."]
        if self.row.failed or self.row.unparsed:
            unparsed = counted(self.row.unparsed, "answer")
            lines.append(f"{counted(self.row.failed, 'item')} failed, {unparsed} could not be parsed.")
        return lines + [text for text in (e.warning, self.row.stopped) if text]

    def _items(self) -> list[str]:
        task, name = self.runs.task(self.task), self.row.name
        latest = self.runs.project.latest(task, name)
        slow = self.figure in _LATENCY
        items = slowest_items(task, latest) if slow else wrong_items(task, latest)
        if not items:
            return []
        number = min(_SHOWN, len(items))
        head = (
            f"The {number} slowest:"
            if slow
            else f"{counted(len(items), 'item is', 'items are')} wrong, {number} of them:"
        )
        command = f"harness wrong {self.task} {name}" + (" --slowest" if slow else "")
        shown = [line for item in items[:_SHOWN] for line in described(item, slow=slow)]
        return ["", head, *shown, "", f"All of them: {command}"]


def judged(runs: "Runs", task: str, board: Leaderboard, candidate: str, figure: str) -> Judged:
    """How a candidate stands to one requirement.

    Raises:
        UnknownNameError: the task has no such requirement.
    """
    row = board[candidate]
    if figure not in row.requirements:
        raise UnknownNameError("requirement", figure, row.requirements, f"task {task}")
    wanted = board.requirement[figure]
    return Judged(runs, task, row, figure, wanted, row.requirements[figure], figures_of(row).get(figure))


def described(wrong: Wrong, *, slow: bool = False) -> Sequence[str]:
    """A few lines on one item."""
    seconds = f"  {1000 * (wrong.record.seconds or 0):.0f} ms" if slow else ""
    return [
        f"  {wrong.item.id}{seconds}",
        f"    input     {short(wrong.input)}",
        f"    expected  {short(wrong.expected)}",
        f"    got       {short(wrong.got)}",
    ]


def _span(e: Estimate) -> str:
    return f"{_short(e.value)} [{_short(e.low)}, {_short(e.high)}]"


def _short(value: float) -> str:
    return f"{value:.3f}" if 0 < abs(value) < 1 else significant(value)
