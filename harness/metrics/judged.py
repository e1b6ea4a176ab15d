"""Metrics that a judge gives: a model that reads the answer. Their scores come from judgements, not from records."""

from collections.abc import Callable
from typing import Any

from harness.metrics.metric import Metric

GRADES = (1.0, 5.0)
"""The worst grade and the best."""
VERDICT, GRADE = "judged", "grade"
"""The two that the rubric judge gives."""
SIMILARITY = "semantic_similarity"
"""The one that asks no model; the others are ragas's."""
_SOURCES = {"hallucination_rate": "faithfulness"}
NEED_EMBEDDER = frozenset({"answer_correctness", "response_relevancy", SIMILARITY})
NEED_CONTEXTS = frozenset({"faithfulness", "context_precision", "context_recall"})


def judged() -> Metric:
    """Share of answers that the judge finds right; an item without an answer is wrong."""
    return _metric(VERDICT, 0.0)


def grade() -> Metric:
    """Mean grade from 1 to 5; an item without an answer has the worst."""
    return _metric(GRADE, GRADES[0], bounds=GRADES, percent=False)


def answer_correctness() -> Metric:
    """ragas: F1 of the statements of the answer against the target's, and their similarity, 3 to 1."""
    return _metric("answer_correctness", 0.0, bounds=(-0.25, 1.0))


def semantic_similarity() -> Metric:
    """Mean cosine of answer and target in the embedder's space; of several targets the nearest counts."""
    return _metric(SIMILARITY, 0.0, bounds=(-1.0, 1.0))


def response_relevancy() -> Metric:
    """ragas: mean cosine of the question to questions that the answer would answer; 0 for evasive ones."""
    return _metric("response_relevancy", 0.0, bounds=(-1.0, 1.0))


def faithfulness() -> Metric:
    """ragas: share of the answer's statements that what was retrieved supports."""
    return _metric("faithfulness", None)


def hallucination_rate() -> Metric:
    """1 - faithfulness, from the same judgements."""
    return _metric("hallucination_rate", None, higher_is_better=False)


def context_precision() -> Metric:
    """ragas: average precision of what was retrieved, by whether each passage helps to the target."""
    return _metric("context_precision", None)


def context_recall() -> Metric:
    """ragas: share of the target's statements that what was retrieved supports."""
    return _metric("context_recall", None)


NAMES: dict[str, Callable[[], Metric]] = {
    make.__name__: make
    for make in (
        judged, grade, answer_correctness, faithfulness, hallucination_rate, context_precision, context_recall,
        response_relevancy, semantic_similarity,
    )
}  # fmt: skip
"""All of them, by name."""


def source_of(name: str) -> str:
    """The judgements that a metric is read from: one may be read from another's."""
    return _SOURCES.get(name, name)


def from_source(name: str, score: float) -> float:
    """The score of an item in a metric from the score in its source."""
    return 1.0 - score if name in _SOURCES else score


def _metric(
    name: str,
    worst: float | None,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    higher_is_better: bool = True,
    percent: bool = True,
) -> Metric:
    def failed(_: Any) -> float | None:
        return worst

    return Metric(
        name=name,
        score=_unknown,
        failed=None if worst is None else failed,
        higher_is_better=higher_is_better,
        bounds=bounds,
        percent=percent,
        needs="judge",
    )


def _unknown(_: Any, __: Any) -> None:
    """No answer and no record tells it."""
