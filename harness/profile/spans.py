"""Of spans: each type by itself."""

from collections.abc import Sequence

import numpy as np

from harness.metrics.metric import Metric
from harness.metrics.spans import Span, exact, partial_recall, support
from harness.profile.table import Table, few


def of_spans(pairs: Sequence[tuple[Sequence[Span], Sequence[Span]]], types: Sequence[str]) -> list[Table]:
    """Support, exact precision, recall and F1, and partial recall by type.

    Args:
        pairs: spans of the target and of the answer, one pair an item.
        types: all types, in their order.
    """
    if not pairs:
        return []
    counts, rows = support([target for target, _ in pairs], types), []
    for kind in types:
        metrics = [*(exact(figure, kind) for figure in ("precision", "recall", "f1")), partial_recall(kind)]
        rows.append((kind, str(counts[kind]), *(_figure(metric, pairs) for metric in metrics)))
    columns = ("type", "spans", "precision", "recall", "F1", "found in part")
    return [Table("By type", columns, tuple(rows), few(list(counts.items()), "spans"))]


def _figure(metric: Metric, pairs: Sequence[tuple[Sequence[Span], Sequence[Span]]]) -> str:
    scores = [metric.score(target, answer) for target, answer in pairs]
    value = float(metric.aggregate(scores, np.ones((1, len(scores))))[0])
    return f"{value:.2f}" if np.isfinite(value) else "-"
