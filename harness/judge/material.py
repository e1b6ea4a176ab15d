"""What a judge is shown of an item: all that a judgement depends on, and no more."""

from collections.abc import Iterable
from typing import Any

from harness.kinds.kind import Kind
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


def sources_of(metrics: Iterable[Metric]) -> list[str]:
    """The judgements that the metrics of a task are read from, each once."""
    return list(dict.fromkeys(source_of(m.name) for m in metrics if m.needs == "judge"))


def to_judge(task: Task, item: Item, record: Record, source: str) -> Item | None:
    """An item whose input is what the judge is shown; None where there is nothing to judge.

    So of an item that failed or has no answer, and of one without passages where those are what is judged.
    """
    fields = _FIELDS[source]
    if not isinstance(record, Answered) or (record.answer is None and "answer" in fields):
        return None
    if source in NEED_CONTEXTS and not record.contexts:
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
        said["contexts"] = [context.text for context in record.contexts]
    return Item(item.id, said, None, item.group)


def expected(kind: Kind, item: Item) -> str:
    """The target in words: of several texts of which any will do, each on a line."""
    return "\nor: ".join(targets(kind, item))


def targets(kind: Kind, item: Item) -> list[str]:
    """The target as a text; of several of which any will do, each."""
    if kind.name == "text" and isinstance(item.target, list):
        return list(map(str, item.target))
    return [kind.write(item.target, item.input)]
