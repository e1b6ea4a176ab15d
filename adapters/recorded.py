"""Answers that were made elsewhere: the system in use today, another tool's run, a person."""

from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

from pydantic import Field

from harness.adapter import Adapter, TaskView
from harness.data.rows import Row, read_rows
from harness.errors import DataError, UnavailableError
from harness.models.services import Services
from harness.types import Call, Failure, Query, Reply, Rung, content_hash


class Recorded(Adapter):
    """A `.jsonl` or `.csv` file with `id` and `answer` (or `error`), optionally `seconds` and `cost_usd`."""

    rung = Rung.BASELINE

    file: str
    """Path from the project's folder."""
    encoding: str = "utf-8"
    leaves_machine: bool = False
    """Whether the system that made the answers sends data to another machine."""
    id: str = Field(default="id")
    """Column with the item's id."""
    answer: str = Field(default="answer")
    """Column with the answer."""

    def check(self, root: Path) -> None:
        """The file."""
        if not (root / self.file).is_file():
            raise UnavailableError(f"there is no recording {root / self.file}.")

    def fingerprint(self, root: Path) -> Any:
        """The file's content."""
        path = root / self.file
        return content_hash(path.read_bytes().hex()) if path.is_file() else None

    def sends_data_away(self, root: Path) -> bool:
        """As the settings say."""
        return self.leaves_machine

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Recording":
        """Reads the file."""
        replies: dict[str, Reply | Failure] = {}
        for row in read_rows(self.file, services.root, self.encoding, f"recording {self.file}"):
            name = str(row.cells.get(self.id, ""))
            if not name:
                raise DataError(f"{row.where}: no {self.id!r}.")
            if name in replies:
                raise DataError(f"{row.where}: the item {name!r} is recorded twice.")
            replies[name] = self._reply(row, task)
        return _Recording(replies)

    def _reply(self, row: Row, task: TaskView) -> Reply | Failure:
        cells = row.cells
        seconds, cost = _number(row, "seconds"), _number(row, "cost_usd")
        call = Call("recorded", seconds=seconds or 0.0, request="" if cost is None else str(cost))
        if cells.get("error"):
            return Failure("Recorded", str(cells["error"]), (call,))
        said = cells.get(self.answer)
        if said is None or said == "":
            return Reply(text="", calls=(call,))
        try:
            return Reply(answer=task.kind.check(said), calls=(call,))
        except ValueError:
            return Reply(text=str(said), calls=(call,))


def _number(row: Row, column: str) -> float | None:
    value = row.cells.get(column)
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < inf:
        raise DataError(f"{row.where}: {column}: found {value!r}; expected a number of at least 0.")
    return number


class _Recording:
    batch_size = 4096

    def __init__(self, replies: dict[str, Reply | Failure]) -> None:
        self._replies = replies

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        missing = Failure("NotRecorded", "the recording has no such item.")
        return [self._replies.get(query.id, missing) for query in queries]

    async def close(self) -> None:
        """There is nothing to give back."""
