"""The items that a run got wrong, worst first: what a person looks at after the figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from harness.metrics.metric import Metric
from harness.prompting import as_text
from harness.run.sampling import sampled
from harness.task import Task
from harness.types import Answered, Failed, Item, Record

_LEAST = 0.01
"""Of a fault that the figure of one item does not show: a span too many, of a type that weighs nothing there."""


@dataclass(frozen=True)
class Wrong:
    """An item and what came of it."""

    item: Item
    record: Record

    @property
    def input(self) -> str:
        """As a text; of an image its file."""
        return input_of(self.item)

    @property
    def expected(self) -> str:
        """The target."""
        return str(self.item.target)

    @property
    def got(self) -> str:
        """The answer, or why there is none."""
        return got(self.record)


def input_of(item: Item) -> str:
    """An input for people: as a text, or the file of an image."""
    return item.file or as_text(item.input)


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
    seen = [(distance(task.primary, item, record), item, record) for item, record in current_records(task, records)]
    wrong = [(far, Wrong(item, record)) for far, item, record in seen if far > 0]
    return [w for _, w in sorted(wrong, key=lambda pair: -pair[0])]


def slowest_items(task: Task, records: Mapping[str, Record]) -> list[Wrong]:
    """Items by the time that one caller would have waited, the longest first; those without a time are left out."""
    timed = [(record.seconds, Wrong(item, record)) for item, record in current_records(task, records)]
    return [w for _, w in sorted(((s, w) for s, w in timed if s is not None), key=lambda pair: -pair[0])]


def distance(metric: Metric, item: Item, record: Record) -> float:
    """How far an item's score is from a perfect one: 0 is right, infinite where there is no answer.

    A metric of confidences (ROC-AUC, Brier) or of a judge knows no right and wrong: the answer is held against the
    target.
    """
    if not isinstance(record, Answered):
        return inf
    if record.given is not None:
        return abs(_best(metric) - record.given)
    if metric.needs == "record":
        return _of_record(metric, item, record)
    if metric.needs == "judge":  # whose opinion is not in the record
        return inf if record.answer is None else float(record.answer not in _perfect(item.target))
    return inf if record.answer is None else _of_answer(metric, item.target, record.answer)


def judged(metric: Metric, item: Item, record: Answered) -> str:
    """Of an item with an answer `right`, `wrong`, or where that is a matter of degree, how far it is right."""
    far = distance(metric, item, record)
    if far == 0:
        return "right"
    if metric.needs == "answer" and _is_number(record.answer) and _is_number(item.target):
        return f"off by {far:.4g}"
    if metric.needs != "answer" or far >= abs(_best(metric)):
        return "wrong"
    return f"partly right: {metric.name} {_alone(metric, metric.score(item.target, record.answer)):.3g}"


def _of_answer(metric: Metric, target: Any, given: Any) -> float:
    score = metric.score(target, given)
    if any(score == metric.score(target, answer) for answer in _perfect(target)):
        return 0.0
    if _is_number(given) and _is_number(target):
        return abs(float(given) - float(target))
    return max(abs(_best(metric) - _alone(metric, score)), _LEAST)


def _of_record(metric: Metric, item: Item, record: Answered) -> float:
    score: Any = metric.score(item, record)
    if score is None:
        return 0.0
    if metric.is_mean and metric.higher_is_better:  # of what was retrieved, or of the first k answers
        return abs(_best(metric) - float(score))
    return inf if record.answer is None else float(record.answer != item.target)


def _perfect(target: Any) -> Sequence[Any]:
    """Answers without a fault: of several permitted texts, each."""
    several = isinstance(target, (list, tuple)) and target and all(isinstance(text, str) for text in target)
    return target if several else [target]


def _best(metric: Metric) -> float:
    return (metric.bounds or (0.0, 0.0))[1 if metric.higher_is_better else 0]


def _alone(metric: Metric, score: Any) -> float:
    """The figure of this item alone; 0 where one item has none."""
    return float(np.nan_to_num(metric.aggregate([score], np.ones((1, 1)))[0]))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def current_records(task: Task, records: Mapping[str, Record]) -> Iterable[tuple[Item, Record]]:
    """Test items that have a record of the input as it is now, in the seeded random order."""
    for item in sampled(task.test, None, 0):
        record = records.get(item.id)
        if record is not None and record.item_hash == item.query.hash:
            yield item, record
