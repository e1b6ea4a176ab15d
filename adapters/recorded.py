"""Answers that were made elsewhere: the system in use today, another tool's run, a person."""

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import Field

from harness.adapter import Adapter, TaskView
from harness.config import inside
from harness.data.measured import Measured
from harness.data.recording import Line, confidences, number, one_number, read_recording
from harness.data.rows import Decimal, Separator
from harness.errors import DataError, UnavailableError, some
from harness.kinds.binary import Binary, spelled
from harness.kinds.kind import Kind
from harness.metrics.metric import Metric
from harness.models.services import Services
from harness.types import Call, Failure, Preparation, Query, Reply, Rung, content_hash

_SEED = "seed.json"
_EVEN = 0.5
"""A confidence below it contradicts the answer that it is of."""


class Recorded(Adapter):
    """A `.jsonl` or `.csv` file with `id` and `answer`, `confidence` or `score`.

    Optionally with `error`, `seed`, `seconds`, `cost_usd` and `usage` (an object with `model`, `input_tokens`,
    `cached_tokens`, `output_tokens`), none of them negative. A `score` counts in the primary metric, where an item has
    no `answer`. Other columns are left alone.
    """

    rung = Rung.BASELINE
    timed = False

    file: str
    """Path from the project's folder."""
    encoding: str = "utf-8"
    separator: Separator = ","
    """Between the cells of a `.csv` file."""
    decimal: Decimal = "."
    """Before the decimals of the numbers of a `.csv` file; with a comma, points stand between thousands."""
    leaves_machine: bool = False
    """Whether the system that made the answers sends data to another machine."""
    id: str = Field(default="id")
    """Column with the item's id."""
    answer: str = Field(default="answer")
    """Column with the answer."""
    confidence: str = Field(default="confidence")
    """Column with confidences from 0 to 1, where answers are one of several labels: an object from label to confidence,
    or one number: see `confidence_of`. Empty leaves such a column alone."""
    confidence_of: Literal["answer", "positive"] = "positive"
    """Of yes or no (kind `binary`), what one number is the confidence in: the answer, or that it is the positive class.
    Elsewhere it is the answer's."""
    score: str = Field(default="score")
    """Column with the score."""
    dedupe: bool = False
    """Keeps the first of several lines of an item; otherwise such a file is refused."""

    def check(self, root: Path) -> None:
        """The file."""
        if not self._path(root).is_file():
            raise UnavailableError(f"there is no recording {root / self.file}.")

    def check_items(self, root: Path, ids: Container[str], primary: Metric, seed: int) -> None:
        """Refuses items that the task has not, a seed that was not recorded, and scores that mean nothing here."""
        path, lines = self._path(root), self._lines(root)
        unknown = [line.id for line in lines if line.id not in ids]
        if unknown:
            raise DataError(
                f"{path}: {len(unknown)} recorded items are not test items of the task: {some(unknown)}. Record the "
                "task's own ids, or take them out of the file."
            )
        seeds = sorted({line.seed for line in lines if line.seed is not None})
        if seeds and seed not in seeds:
            listed = ", ".join(map(str, seeds))
            raise DataError(
                f"{path}: seed {seed} is not recorded. Name those that are, for the candidate: seeds = [{listed}]."
            )
        self._check_scores(path, lines, primary)

    def _check_scores(self, path: Path, lines: Sequence[Line], primary: Metric) -> None:
        for line in lines:
            given = number(line, self.score) if _empty(line.cells.get(self.answer)) else None
            if given is None or line.cells.get("error"):
                continue
            if not primary.is_mean:
                raise DataError(
                    f"{path}: it holds scores, and {primary.name}, the primary metric, is no mean of scores: record "
                    f"the answers in a column {self.answer!r}."
                )
            low, high = primary.bounds or (given, given)
            if not low <= given <= high:
                raise DataError(
                    f"{line.where}: the score {given:g} is outside the range of {primary.name}, {low:g} to {high:g}."
                )

    def fingerprint(self, root: Path) -> Any:
        """The file's content."""
        path = self._path(root)
        return content_hash(path.read_bytes().hex()) if path.is_file() else None

    def sends_data_away(self, root: Path) -> bool:
        """As the settings say."""
        return self.leaves_machine

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Remembers the seed, which says what part of the file is meant."""
        (folder / _SEED).write_bytes(msgspec.json.encode(seed))
        return Preparation()

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Recording":
        """Reads the file."""
        seed = msgspec.json.decode((folder / _SEED).read_bytes(), type=int)
        lines = [line for line in self._lines(services.root) if line.seed in (None, seed)]
        self._check_whose(lines, task.kind)
        return _Recording({line.id: self._reply(line, task) for line in lines})

    def _path(self, root: Path) -> Path:
        return inside(root, self.file, "file")

    def _lines(self, root: Path) -> list[Line]:
        return read_recording(
            self._path(root),
            encoding=self.encoding,
            separator=self.separator,
            decimal=self.decimal,
            id_column=self.id,
            dedupe=self.dedupe,
        )

    def _reply(self, line: Line, task: TaskView) -> Reply | Failure:
        call, seconds = _call(line.measured), line.measured.seconds
        if line.cells.get("error"):
            return Failure("Recorded", str(line.cells["error"]), (call,))
        said, sure = line.cells.get(self.answer), self._confidences(line, task.kind)
        if sure and _empty(said):
            said = max(sure, key=sure.__getitem__)
        if not _empty(said):
            try:
                return Reply(answer=task.kind.check(said), scores=sure, calls=(call,), seconds=seconds)
            except ValueError:
                text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
                return Reply(text=text, calls=(call,), seconds=seconds)
        given = number(line, self.score)
        if given is not None:
            return Reply(given=given, calls=(call,), seconds=seconds)
        return Reply(text="", calls=(call,), seconds=seconds)

    def _confidences(self, line: Line, kind: Kind) -> dict[str, float] | None:
        """Of an answer that is none of the labels a number says nothing."""
        if not (self.confidence and kind.choices):
            return None
        said = _label(line.cells.get(self.answer), kind)
        if said is not None and said not in kind.choices:
            return None
        if isinstance(kind, Binary) and self.confidence_of == "positive":
            said = kind.positive
        return confidences(line, self.confidence, kind.choices, said)

    def _check_whose(self, lines: Sequence[Line], kind: Kind) -> None:
        """Refuses numbers that contradict most answers: probably they are the confidence in something else."""
        if not (self.confidence and isinstance(kind, Binary)):
            return
        both, against = 0, list[Line]()
        for line in lines:
            said, one = _label(line.cells.get(self.answer), kind), one_number(line, self.confidence)
            if line.cells.get("error") or not one or said not in kind.choices:
                continue
            sure = self._confidences(line, kind) or {}
            both += 1
            against += [line] if sure[said] < _EVEN else []
        if 2 * len(against) > both:
            read, instead = ("the answer", "positive") if self.confidence_of == "answer" else (kind.positive, "answer")
            raise DataError(
                f"{against[0].where}: here and in {len(against):,} of {both:,} lines the number in "
                f"{self.confidence!r}, read as the confidence in {read!r}, contradicts the answer. Say whose it is "
                f'(confidence_of = "{instead}"), or leave the column alone (confidence = "").'
            )


def _empty(cell: Any) -> bool:
    return cell is None or cell == ""


def _label(cell: Any, kind: Kind) -> str | None:
    if _empty(cell):
        return None
    return spelled(cell) if isinstance(kind, Binary) else str(cell).strip()


def _call(found: Measured) -> Call:
    """The call behind a line. It was made elsewhere: like one from the cache it costs nothing now."""
    known = found.cost_usd is not None or found.model is None
    return Call(
        "recorded" if known else str(found.model),
        input_tokens=found.input_tokens,
        cached_tokens=found.cached_tokens,
        output_tokens=found.output_tokens,
        seconds=found.seconds or 0.0,
        from_cache=True,
        request="" if found.cost_usd is None else repr(found.cost_usd),
    )


class _Recording:
    batch_size = 4096

    def __init__(self, replies: dict[str, Reply | Failure]) -> None:
        self._replies = replies

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        missing = Failure("NotRecorded", "the recording has no such item.")
        return [self._replies.get(query.id, missing) for query in queries]

    async def close(self) -> None:
        """There is nothing to give back."""
