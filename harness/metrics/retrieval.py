"""Metrics of what was retrieved, where items name gold passages. Definitions are trec_eval's, relevance 0 or 1.

A chunk counts as the passage that it was cut from, at the best rank of its chunks. Items without gold passages are
left out; an item without a reply found nothing. A run that retrieved for no item does not retrieve: it has no figure.
"""

import math
import re
from collections.abc import Callable, Sequence

from harness.metrics.metric import Metric
from harness.types import Answered, Item

_FIGURE = re.compile(r"(recall|ndcg)@([1-9]\d*)")
NAMES = ("recall@K", "ndcg@K", "mrr")


def recall_at(k: int) -> Metric:
    """Mean share of an item's gold passages among the first k passages."""
    return _metric(f"recall@{k}", lambda gold, found: len(gold & set(found[:k])) / len(gold))


def mrr() -> Metric:
    """Mean of 1 / rank of the first gold passage; 0 where none was found."""

    def reciprocal(gold: set[str], found: Sequence[str]) -> float:
        return next((1 / rank for rank, passage in enumerate(found, 1) if passage in gold), 0.0)

    return _metric("mrr", reciprocal)


def ndcg_at(k: int) -> Metric:
    """Mean discounted gain of the first k passages over the best possible one (Järvelin and Kekäläinen 2002)."""

    def gain(gold: set[str], found: Sequence[str]) -> float:
        got = sum(1 / math.log2(rank + 1) for rank, passage in enumerate(found[:k], 1) if passage in gold)
        return got / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))

    return _metric(f"ndcg@{k}", gain)


def named(name: str) -> Metric | None:
    """The metric `recall@5`, `ndcg@10` or `mrr`; None for another name."""
    if name == "mrr":
        return mrr()
    found = _FIGURE.fullmatch(name)
    return None if found is None else {"recall": recall_at, "ndcg": ndcg_at}[found[1]](int(found[2]))


def depth(name: str) -> int | None:
    """The k of `recall@k` and `ndcg@k`; None for another name."""
    found = _FIGURE.fullmatch(name)
    return int(found[2]) if found else None


def passages(record: Answered) -> list[str]:
    """Ids of the passages that were retrieved, best first, each once: the chunk `manual.md#3` is of `manual.md`."""
    return list(dict.fromkeys(context.id.rpartition("#")[0] or context.id for context in record.contexts))


def _metric(name: str, figure: Callable[[set[str], Sequence[str]], float]) -> Metric:
    def score(item: Item, record: Answered) -> float | None:
        return figure(set(item.gold), passages(record)) if item.gold else None

    def missing(item: Item) -> float | None:
        return 0.0 if item.gold else None

    return Metric(name, score, missing, needs="record", applies=lambda records: any(r.contexts for r in records))
