"""The profile of a run, by the kind of its task."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.kinds.binary import Binary
from harness.kinds.json_kind import Json
from harness.kinds.kind import Kind
from harness.kinds.number import Number
from harness.kinds.spans import Spans
from harness.kinds.text import Text
from harness.metrics.binary import confidence
from harness.profile.classes import of_classes
from harness.profile.confidences import of_confidences
from harness.profile.numbers import of_residuals
from harness.profile.objects import of_objects
from harness.profile.spans import of_spans
from harness.profile.table import Table
from harness.profile.texts import of_texts
from harness.task import Task
from harness.types import Answered, Item, Record
from harness.wrong import current_records


def profile_of(task: Task, records: Mapping[str, Record]) -> list[Table]:
    """What stands behind the figures of one run; empty where its answers were scored elsewhere.

    Args:
        task: with its test items.
        records: the last record of each item by its id; one of an input that has changed since is left out.
    """
    seen = [(item, record) for item, record in current_records(task, records) if not _scored(record)]
    return _of(task.kind, seen) if seen else []


def _of(kind: Kind, seen: list[tuple[Item, Record]]) -> list[Table]:
    pairs = [(item.target, _answer(record)) for item, record in seen]
    answered = [(target, answer) for target, answer in pairs if answer is not None]
    match kind:
        case Spans():
            return of_spans([(target, answer or ()) for target, answer in pairs], kind.types)
        case Json():
            return of_objects(pairs, kind.tolerance)
        case Number():
            return of_residuals([float(answer) - float(target) for target, answer in answered])
        case Text():
            return of_texts(pairs, kind.no_answer)
        case Binary():
            return [*of_classes(pairs, kind.choices), *_confidences(kind, seen)]
    return of_classes(pairs, kind.choices) if kind.choices else []


def _confidences(kind: Binary, seen: Iterable[tuple[Item, Record]]) -> list[Table]:
    told = [
        (sure, item.target == kind.positive)
        for item, record in seen
        if isinstance(record, Answered)
        and record.scores
        and (sure := confidence(record, kind.positive, kind.negative)) is not None
    ]
    return of_confidences([sure for sure, _ in told], [positive for _, positive in told])


def _answer(record: Record) -> Any:
    return record.answer if isinstance(record, Answered) else None


def _scored(record: Record) -> bool:
    return isinstance(record, Answered) and record.given is not None
