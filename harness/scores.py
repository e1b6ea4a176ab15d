"""From records to scores: what each item of a run counts for in each metric."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.data.table import Distinct, ItemTable, group_codes
from harness.errors import DataError
from harness.metrics.arrays import Values
from harness.metrics.metric import Metric
from harness.task import Task
from harness.types import Answered, Item, Record

_UNSEEN, _FAILED, _UNPARSED = -3, -2, -1
_NO_REPLY = object()


@dataclass(frozen=True)
class Column:
    """The scores of one metric: distinct values, and which of them each item has."""

    values: Sequence[Any]
    codes: NDArray[np.int64]
    """(n,) index into `values`; -1 where the metric has no worst value and the item got no answer, or where it
    does not apply to the item."""

    @property
    def numbers(self) -> NDArray[np.float64]:
        """(n,) the scores themselves, of a metric that is a mean."""
        return np.asarray(self.values, dtype=np.float64)[self.codes]

    def taken(self, which: NDArray[Any]) -> "Column":
        """The items at these positions, or where this mask is true."""
        return Column(self.values, self.codes[which])

    def same_as(self, other: "Column") -> bool:
        """Whether every item has the same score in both."""
        number = {value: i for i, value in enumerate(self.values)}
        # The last place is that of the code -1.
        theirs = np.asarray([*(number.get(value, -2) for value in other.values), -1], dtype=np.int64)
        return bool(np.array_equal(self.codes, theirs[other.codes]))


@dataclass(frozen=True)
class Scores:
    """One run, scored: n items in a fixed order."""

    ids: Sequence[str]
    hashes: Sequence[str]
    """`Item.hash` of each: input and target."""
    groups: Sequence[str | None]
    columns: dict[str, Column]
    """By metric name."""
    failed: NDArray[np.bool_]
    """(n,) items that got no reply."""
    unparsed: NDArray[np.bool_]
    """(n,) items whose reply holds no answer."""
    table: ItemTable | None = None
    """The items of the task, where the run has every one of them, in this order."""
    bare: NDArray[np.bool_] | None = None
    """(n,) items whose answer came without a confidence; None where no metric looks at one."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def clusters(self) -> NDArray[np.int64] | None:
        """(n,) codes of the groups; None where no item has one."""
        return self.table.clusters if self.table is not None else group_codes(self.groups)

    @property
    def without_answer(self) -> NDArray[np.bool_]:
        """(n,) failed or unparsed."""
        return self.failed | self.unparsed

    def taken(self, places: NDArray[np.int64]) -> "Scores":
        """The items at these positions, in this order."""
        return replace(
            self,
            ids=[self.ids[i] for i in places],
            hashes=[self.hashes[i] for i in places],
            groups=[self.groups[i] for i in places],
            columns={name: column.taken(places) for name, column in self.columns.items()},
            failed=self.failed[places],
            unparsed=self.unparsed[places],
            table=None,
            bare=None if self.bare is None else self.bare[places],
        )


class Scorer:
    """Scores the records of one run as they are read; of several records of one item the last counts.

    A record of an item that is no longer in the task, or whose input has changed since, is left out. What is kept of
    a record is the number of its answer, so that a million records take some tens of megabytes.
    """

    def __init__(self, task: Task) -> None:
        self._task, self._table = task, task.table
        self._answers = Distinct()
        self._said = np.full(len(self._table), _UNSEEN, dtype=np.int64)
        self._given: dict[int, float] = {}
        self._read = 0
        # A metric that looks at more than the answer needs the records themselves.
        self._kept: dict[int, Answered] | None = {} if any(m.needs == "record" for m in task.metrics) else None

    def add(self, records: Iterable[Record]) -> None:
        """Takes in records in the order in which they were written; many at once are faster."""
        batch = list(records)
        places = self._table.places_of([r.item_id for r in batch], [r.item_hash for r in batch], self._read)
        self._read += len(batch)
        codes = np.asarray(self._codes(batch), dtype=np.int64)
        known = np.flatnonzero(places >= 0)
        # Of equal places the last one counts.
        self._said[places[known]] = codes[known]
        for i, record in enumerate(batch):
            if type(record) is Answered and record.given is not None and places[i] >= 0:
                self._given[int(places[i])] = record.given
        if self._kept is not None:
            for i in known.tolist():
                if isinstance(record := batch[i], Answered):
                    shown = self._task.passages(record) if record.contexts else ()
                    self._kept[int(places[i])] = msgspec.structs.replace(record, contexts=shown)
                else:
                    self._kept.pop(int(places[i]), None)

    def _codes(self, batch: Sequence[Record]) -> list[int]:
        answers: list[Any] = [r.answer if type(r) is Answered else _NO_REPLY for r in batch]
        codes: list[int | None] = [None]
        if set(map(type, answers)) == {str}:
            codes = [self._answers.texts.get(a) for a in answers]
        if None not in codes:
            return codes  # type: ignore[return-value]
        code = self._answers.code
        return [_FAILED if a is _NO_REPLY else _UNPARSED if a is None else code(a) for a in answers]

    def scores(self, judged: Mapping[str, Mapping[str, float]] | None = None) -> Scores:
        """The scores of what was taken in, in the order of the task.

        Args:
            judged: by metric and item what a judge says.

        Raises:
            DataError: a score that was given elsewhere lies outside the range of the primary metric.
        """
        said = self._said
        places = np.flatnonzero(said != _UNSEEN)
        table, every = self._table, len(places) == len(self._table)
        given = {place: score for place, score in self._given.items() if said[place] == _UNPARSED}
        unparsed = said == _UNPARSED
        unparsed[list(given)] = False
        return Scores(
            ids=table.ids if every else [table.ids[i] for i in places],
            hashes=table.hashes if every else [table.hashes[i] for i in places],
            groups=table.groups if every else [table.groups[i] for i in places],
            columns={m.name: self._column(m, said, given, judged or {}).taken(places) for m in self._task.metrics},
            failed=said[places] == _FAILED,
            unparsed=unparsed[places],
            table=table if every else None,
            bare=None if self._kept is None else self._bare()[places],
        )

    def _bare(self) -> NDArray[np.bool_]:
        found = np.zeros(len(self._table), dtype=np.bool_)
        found[[i for i, record in (self._kept or {}).items() if record.answer is not None and not record.scores]] = True
        return found

    def _column(
        self,
        metric: Metric,
        said: NDArray[np.int64],
        given: dict[int, float],
        judged: Mapping[str, Mapping[str, float]],
    ) -> Column:
        if metric.needs == "judge":
            return _by_judge(metric, self._table, said, judged.get(metric.name, {}))
        if self._kept is not None and metric.needs == "record":
            column = _by_record(metric, self._table, self._kept)
        else:
            column = _by_answer(metric, self._table, self._answers.values, said)
        if not given:
            return column
        values, codes = {value: i for i, value in enumerate(column.values)}, column.codes.copy()
        primary = metric is self._task.primary
        for place, score in given.items():
            if primary:
                check_range(metric, score, self._table.ids[place])
            codes[place] = values.setdefault(score, len(values)) if primary else -1
        return Column(Values(values), codes)


def check_range(metric: Metric, score: float, item: str) -> None:
    """Refuses a score that the metric cannot take.

    Raises:
        DataError: names the item.
    """
    if metric.bounds and not metric.bounds[0] <= score <= metric.bounds[1]:
        low, high = metric.bounds
        raise DataError(
            f"item {item!r}: the score {score:g} is outside the range of {metric.name}, {low:g} to {high:g}."
        )


def item_score(metric: Metric, item: Item, record: Record) -> Any:
    """What one record counts for in a metric; None where it has no score."""
    if isinstance(record, Answered):
        if metric.needs == "judge":
            return None
        if metric.needs == "record":
            return metric.score(item, record)
        if record.answer is not None:
            return metric.score(item.target, record.answer)
        if record.given is not None:
            return record.given
    about = item if metric.needs == "record" else item.target
    return metric.failed(about) if metric.failed else None


def score(task: Task, records: Iterable[Record]) -> Scores:
    """Scores of the task's test items that have a record."""
    scorer = Scorer(task)
    scorer.add(records)
    return scorer.scores()


def _by_answer(metric: Metric, table: ItemTable, answers: Sequence[Any], said: NDArray[np.int64]) -> Column:
    """Scores each distinct pair of target and answer once."""
    targets, target_codes = table.targets
    width = len(answers) - _UNSEEN
    pairs, which = _distinct(target_codes * width + (said - _UNSEEN), len(targets) * width)
    values: dict[Any, int] = {}
    codes = np.empty(len(pairs), dtype=np.int64)
    for i, pair in enumerate(pairs.tolist()):
        target, answer = targets[pair // width], pair % width + _UNSEEN
        if answer >= 0:
            found = metric.score(target, answers[answer])
        else:
            found = metric.failed(target) if metric.failed and answer != _UNSEEN else None
        codes[i] = -1 if found is None else values.setdefault(found, len(values))
    return Column(Values(values), codes[which])


def _by_record(metric: Metric, table: ItemTable, kept: dict[int, Answered]) -> Column:
    values: dict[Any, int] = {}
    codes = np.full(len(table), -1, dtype=np.int64)
    if metric.applies is not None and not metric.applies(kept.values()):
        return Column(Values(values), codes)
    for place, item in enumerate(table.items):
        record = kept.get(place)
        found = metric.score(item, record) if record else metric.failed(item) if metric.failed else None
        codes[place] = -1 if found is None else values.setdefault(found, len(values))
    return Column(Values(values), codes)


def _by_judge(metric: Metric, table: ItemTable, said: NDArray[np.int64], judged: Mapping[str, float]) -> Column:
    """What the judge says; of an item without an answer the worst. Without any judgement nobody has a score."""
    values: dict[Any, int] = {}
    codes = np.full(len(table), -1, dtype=np.int64)
    if not judged and (said >= 0).any():
        return Column(Values(values), codes)
    for place, item in enumerate(table.items):
        found: Any = judged.get(item.id)
        if found is None and said[place] in (_FAILED, _UNPARSED) and metric.failed:
            found = metric.failed(item.target)
        if found is not None:
            codes[place] = values.setdefault(found, len(values))
    return Column(Values(values), codes)


def _distinct(keys: NDArray[np.int64], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys, sorted, and which of them stands where; by counting where that is cheaper than sorting."""
    if width > 8 * len(keys) + 1024:
        found, which = np.unique(keys, return_inverse=True)
        return found, which
    found = np.flatnonzero(np.bincount(keys, minlength=width))
    number = np.zeros(width, dtype=np.int64)
    number[found] = np.arange(len(found))
    return found, number[keys]


def common(scores: Sequence[Scores]) -> tuple[list[NDArray[np.int64]], int]:
    """Positions of the items that every one of `scores` has, in the same order, and how many others there are.

    Items are matched by id and content: one whose target or input differs between two runs is not the same item.
    """
    first = scores[0]
    if all(s.ids is first.ids and s.hashes is first.hashes for s in scores):
        return [np.arange(len(first))] * len(scores), 0
    place = {name: i for i, name in enumerate(first.ids)}
    everywhere = np.ones(len(first), dtype=bool)
    # Where each item of the first stands in the others, -1 where it does not.
    stands, strangers = [], set()
    for one in scores:
        where = np.full(len(first), -1, dtype=np.int64)
        for i, (name, content) in enumerate(zip(one.ids, one.hashes, strict=True)):
            j = place.get(name)
            if j is not None and first.hashes[j] == content:
                where[j] = i
            else:
                strangers.add((name, content))
        everywhere &= where >= 0
        stands.append(where)
    shared = np.flatnonzero(everywhere)
    return [where[shared] for where in stands], len(first) - len(shared) + len(strangers)
