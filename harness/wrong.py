"""The items that a run got wrong, worst first: what a person looks at after the figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from harness.metrics.metric import Metric
from harness.prompting import as_text
from harness.run.sampling import sampled
from harness.task import Task
from harness.types import Answered, Failed, Item, Record


@dataclass(frozen=True)
class Wrong:
    """An item and what came of it."""

    item: Item
    record: Record

    @property
    def input(self) -> str:
        """As a text."""
        return as_text(self.item.input)

    @property
    def expected(self) -> str:
        """The target."""
        return str(self.item.target)

    @property
    def got(self) -> str:
        """The answer, or why there is none."""
        return got(self.record)


def got(record: Record) -> str:
    """What came of an item, as a text."""
    if isinstance(record, Failed):
        return f"failed: {record.error}: {record.message}"
    if record.given is not None:
        return f"a score of {record.given:g}"
    if record.answer is None:
        return f"no answer in: {record.text or ''}"
    return str(record.answer)


def short(text: str, width: int = 300) -> str:
    """`text` in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def wrong_items(task: Task, records: Mapping[str, Record]) -> list[Wrong]:
    """Test items without a perfect score in the primary metric: those without an answer first, then the worst.

    Items that are equally wrong come in the seeded random order in which a part of them is taken everywhere.

    Args:
        task: with its test items and metrics.
        records: the last record of each item by its id; one of an input that has changed since is left out.
    """
    distances = [(distance(task.primary, item, record), item, record) for item, record in _current(task, records)]
    wrong = [(far, Wrong(item, record)) for far, item, record in distances if far > 0]
    return [w for _, w in sorted(wrong, key=lambda pair: -pair[0])]


def slowest_items(task: Task, records: Mapping[str, Record]) -> list[Wrong]:
    """Items by the time that one caller would have waited, the longest first; those without a time are left out."""
    timed = [(record.seconds, Wrong(item, record)) for item, record in _current(task, records)]
    return [w for _, w in sorted(((s, w) for s, w in timed if s is not None), key=lambda pair: -pair[0])]


def distance(metric: Metric, item: Item, record: Record) -> float:
    """How far an item's score is from a perfect one: 0 is right, infinite where there is no answer."""
    if not isinstance(record, Answered):
        return inf
    score: Any = record.given
    if score is None and metric.needs == "record":
        score = metric.score(item, record)
    elif score is None and record.answer is None:
        return inf
    elif score is None:
        score = metric.score(item.target, record.answer)
    if score is None:
        return 0.0
    if isinstance(score, (int, float)):
        best = (metric.bounds or (0.0, 0.0))[1 if metric.higher_is_better else 0]
        return abs(best - score)
    return float(record.answer != item.target)


def _current(task: Task, records: Mapping[str, Record]) -> Iterable[tuple[Item, Record]]:
    for item in sampled(task.test, None, 0):
        record = records.get(item.id)
        if record is not None and record.item_hash == item.query.hash:
            yield item, record
