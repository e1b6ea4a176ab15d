"""What a judge is shown of an item: all that a judgement depends on, and no more."""

from collections.abc import Callable, Iterable
from typing import Any

from harness.kinds.kind import Kind
from harness.kinds.text import Text
from harness.metrics.judged import NEED_CONTEXTS, source_of
from harness.metrics.metric import Metric
from harness.prompting import as_text
from harness.task import Task
from harness.types import Answered, Item, Record

_ANSWER = ("question", "answer")
_FIELDS = {
    "judged": ("question", "expected", "answer"),
    "grade": ("question", "expected", "answer"),
    "answer_correctness": ("question", "expected", "answer"),
    "response_relevancy": _ANSWER,
    "semantic_similarity": ("answer", "targets"),
    "faithfulness": (*_ANSWER, "contexts"),
    "context_precision": ("question", "expected", "contexts"),
    "context_recall": ("question", "expected", "contexts"),
}
"""By the source of a metric."""
_SILENT: dict[str, Callable[[bool, bool], bool]] = {
    "faithfulness": lambda given, _: given,  # it claims nothing
    "context_precision": lambda _, expected: expected,  # no passage helps to it
    "context_recall": lambda _, expected: expected,
    "response_relevancy": lambda given, expected: given and expected,  # it evades nothing
}
"""By the source of a metric, whether it says nothing where `no_answer` is given, or is expected."""


def sources_of(metrics: Iterable[Metric]) -> list[str]:
    """The judgements that the metrics of a task are read from, each once."""
    return list(dict.fromkeys(source_of(m.name) for m in metrics if m.needs == "judge"))


def to_judge(task: Task, item: Item, record: Record, source: str) -> Item | None:
    """An item whose input is what the judge is shown; None where there is nothing to judge.

    So of an item that failed or has no answer, of one without passages where those are what is judged, and where
    `means_nothing`.
    """
    fields = _FIELDS[source]
    if not isinstance(record, Answered) or (record.answer is None and "answer" in fields):
        return None
    passages = task.passages(record)
    if (source in NEED_CONTEXTS and not passages) or means_nothing(task, item, record, source):
        return None
    said: dict[str, Any] = {}
    if "question" in fields:
        said["question"] = as_text(item.input)
    if "expected" in fields:
        said["expected"] = expected(task.kind, item)
    if "targets" in fields:
        said["targets"] = targets(task.kind, item)
    if "answer" in fields:
        said["answer"] = task.kind.write(record.answer, item.input)
    if "contexts" in fields:
        said["contexts"] = [context.text for context in passages]
    return Item(item.id, said, None, item.group)


def means_nothing(task: Task, item: Item, record: Record, source: str) -> bool:
    """Whether a metric says nothing of a reply since the task's `no_answer` was given, or is what is expected."""
    kind = task.kind
    if source not in _SILENT or not isinstance(kind, Text) or kind.no_answer is None:
        return False
    if not isinstance(record, Answered) or (source in NEED_CONTEXTS and not task.passages(record)):
        return False
    expected = all(map(kind.abstains, targets(kind, item)))
    given = isinstance(record.answer, str) and kind.abstains(record.answer)
    return _SILENT[source](given, expected)


def expected(kind: Kind, item: Item) -> str:
    """The target in words: of several texts of which any will do, each on a line."""
    return "\nor: ".join(targets(kind, item))


def targets(kind: Kind, item: Item) -> list[str]:
    """The target as a text; of several of which any will do, each."""
    if kind.name == "text" and isinstance(item.target, list):
        return list(map(str, item.target))
    return [kind.write(item.target, item.input)]
