"""From records to scores: what each item of a run counts for in each metric."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.metric import Metric
from harness.task import Task
from harness.types import Answered, Item, Record


@dataclass(frozen=True)
class Column:
    """The scores of one metric: distinct values, and which of them each item has."""

    values: Sequence[Any]
    codes: NDArray[np.int64]
    """(n,) index into `values`; -1 where the metric has no worst value and the item got no answer."""

    @property
    def numbers(self) -> NDArray[np.float64]:
        """(n,) the scores themselves, of a metric that is a mean."""
        return np.asarray(self.values, dtype=np.float64)[self.codes]


@dataclass(frozen=True)
class Scores:
    """One run, scored: n items in a fixed order."""

    ids: Sequence[str]
    hashes: Sequence[str]
    """`Item.hash` of each: input and target."""
    groups: Sequence[str | None]
    columns: Mapping[str, Column]
    """By metric name."""
    failed: NDArray[np.bool_]
    """(n,) items that got no reply."""
    unparsed: NDArray[np.bool_]
    """(n,) items whose reply holds no answer."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def without_answer(self) -> NDArray[np.bool_]:
        """(n,) failed or unparsed."""
        return self.failed | self.unparsed


@dataclass
class _Builder:
    metric: Metric
    values: dict[Any, int] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)

    def add(self, target: Any, answer: Any) -> None:
        if answer is not None:
            score = self.metric.score(target, answer)
        elif self.metric.failed is not None:
            score = self.metric.failed(target)
        else:
            self.codes.append(-1)
            return
        self.codes.append(self.values.setdefault(score, len(self.values)))

    def column(self) -> Column:
        return Column(list(self.values), np.asarray(self.codes, dtype=np.int64))


def score(task: Task, records: Iterable[Record]) -> Scores:
    """Scores of the task's test items that have a record; of several records of one item the last counts.

    A record of an item that is no longer in the task, or whose input has changed since, is left out.
    """
    items = {item.id: item for item in task.test}
    last: dict[str, tuple[bool, Any]] = {}
    hashes: dict[str, str] = {}
    for record in records:
        item = items.get(record.item_id)
        if item is None:
            continue
        known = hashes.setdefault(item.id, item.query.hash)
        if known == record.item_hash:
            replied = isinstance(record, Answered)
            last[item.id] = (replied, record.answer if isinstance(record, Answered) else None)
    return _score([items[name] for name in last], list(last.values()), task.metrics)


def _score(items: Sequence[Item], said: Sequence[tuple[bool, Any]], metrics: Sequence[Metric]) -> Scores:
    builders = [_Builder(metric) for metric in metrics]
    for item, (_, answer) in zip(items, said, strict=True):
        for builder in builders:
            builder.add(item.target, answer)
    replied = np.asarray([r for r, _ in said], dtype=bool)
    missing = np.asarray([a is None for _, a in said], dtype=bool)
    return Scores(
        ids=[i.id for i in items],
        hashes=[i.hash for i in items],
        groups=[i.group for i in items],
        columns={b.metric.name: b.column() for b in builders},
        failed=~replied,
        unparsed=replied & missing,
    )


def group_codes(groups: Sequence[str | None]) -> NDArray[np.int64] | None:
    """(n,) cluster codes; None where no item has a group. An item without one is its own cluster."""
    if all(g is None for g in groups):
        return None
    codes: dict[Any, int] = {}
    keys = [(i, None) if g is None else g for i, g in enumerate(groups)]
    return np.asarray([codes.setdefault(k, len(codes)) for k in keys], dtype=np.int64)


def common(scores: Sequence[Scores]) -> tuple[list[NDArray[np.int64]], int]:
    """Positions of the items that every one of `scores` has, in the same order, and how many others there are.

    Items are matched by id and content: one whose target or input differs between two runs is not the same item.
    """
    places = [{pair: i for i, pair in enumerate(zip(s.ids, s.hashes, strict=True))} for s in scores]
    shared = [pair for pair in places[0] if all(pair in p for p in places[1:])]
    others = len(set().union(*places)) - len(shared)
    return [np.asarray([p[pair] for pair in shared], dtype=np.int64) for p in places], others
