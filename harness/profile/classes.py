"""Of labels: the confusion table, the pairs that are confused most, and each class by itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.errors import counted
from harness.metrics.classification import confusion
from harness.profile.table import Table, few, share

_WIDEST = 12
"""Classes of a confusion table that still fits a terminal."""
_MOST_PAIRS = 10
NO_ANSWER = "no answer"


def of_classes(pairs: Sequence[tuple[str, str | None]], labels: Sequence[str]) -> list[Table]:
    """Three tables, or two where there are too many classes for the first.

    Args:
        pairs: target and answer of each item; None is no answer.
        labels: all classes, in their order.
    """
    seen = confusion(pairs, labels)
    tables = [_by_class(seen, labels), _confused(seen, labels)]
    return [table for table in (_square(seen, labels), *tables) if table.rows]


def _square(seen: NDArray[np.int64], labels: Sequence[str]) -> Table:
    fits = len(labels) <= _WIDEST
    numbers = [str(i) for i in range(1, len(labels) + 1)]
    unanswered = bool(seen[:, -1].any())
    rows = [
        (f"{number} {label}", *(str(count) if count else "." for count in (row if unanswered else row[:-1]).tolist()))
        for number, label, row in zip(numbers, labels, seen, strict=True)
    ]
    columns = ("is \\ was called", *numbers, *(["none"] if unanswered else []))
    return Table("Confusion", columns, tuple(rows) if fits else ())


def _by_class(seen: NDArray[np.int64], labels: Sequence[str]) -> Table:
    rows, actual, called = [], seen.sum(axis=1).tolist(), seen.sum(axis=0).tolist()
    for i, label in enumerate(labels):
        hits = int(seen[i, i])
        f1 = share(2 * hits, actual[i] + called[i])
        rows.append((label, str(actual[i]), share(hits, called[i]), share(hits, actual[i]), f1))
    note = few(list(zip(labels, actual, strict=True)), "test items")
    return Table("By class", ("class", "items", "precision", "recall", "F1"), tuple(rows), note)


def _confused(seen: NDArray[np.int64], labels: Sequence[str]) -> Table:
    names = [*labels, NO_ANSWER]
    wrong = [(int(seen[i, j]), i, j) for i in range(len(labels)) for j in range(len(names)) if i != j and seen[i, j]]
    wrong.sort(key=lambda found: (-found[0], found[1:]))
    rows = tuple((labels[i], names[j], str(n), share(n, int(seen[i].sum()))) for n, i, j in wrong[:_MOST_PAIRS])
    left = len(wrong) - len(rows)
    note = f"And {counted(left, 'pair')} more." if left else ""
    return Table("Confused most", ("is", "was called", "items", "of the class"), rows, note, words=(0, 1))
