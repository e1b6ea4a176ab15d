"""Top-k accuracy: whether the target is among the k answers that a candidate is most confident of."""

import re

from harness.metrics.metric import Metric
from harness.types import Answered, Item

_NAME = re.compile(r"top_([1-9]\d*)")


def top_k(k: int) -> Metric:
    """The share of items whose target has one of the k greatest confidences.

    Ties go to the later label in the alphabet, as in scikit-learn. A candidate without confidences has one answer.
    """

    def score(item: Item, record: Answered) -> int:
        if not record.scores:
            return int(record.answer == item.target)
        ranked = sorted(record.scores.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        return int(item.target in [label for label, _ in ranked[:k]])

    return Metric(f"top_{k}", score, failed=lambda _: 0, needs="record")


def named(name: str) -> Metric | None:
    """The metric `top_5`; None for another name."""
    found = _NAME.fullmatch(name)
    return top_k(int(found[1])) if found else None
