"""The judgements of a run, read back: a score by item, and what giving them has cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.judge.human import Labels
from harness.judge.making import judge_key, judgements_folder
from harness.judge.material import means_nothing, sources_of, to_judge
from harness.metrics.judged import from_source, source_of
from harness.money import Spending, Tally, Usd
from harness.run.journal import read_batches
from harness.task import Task
from harness.types import Answered, Record

Scored = Mapping[str, float]
"""Scores by item."""


@dataclass(frozen=True)
class Judgements:
    """What the judge has said of a run."""

    scores: Mapping[str, Scored] = field(default_factory=dict)
    """By metric."""
    unjudged: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By metric the items without a judgement that should have one, and those of them that were tried in vain."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """By metric the items of which it says nothing, since the passages do not answer them or the answer says so."""
    repeats: Mapping[str, Mapping[str, Mapping[int, float]]] = field(default_factory=dict)
    """By metric and item the scores of the repeats by their number from 1 on, where there are several."""
    spending: Spending = field(default_factory=Spending)
    """Of the judge's calls; the candidate's own are not among them."""
    labels: Labels | None = None
    """What people said of these answers."""

    @property
    def any(self) -> bool:
        """Whether anything was judged."""
        return any(self.scores.values())


class JudgementReader:
    """Takes in the records of a run, and finds the judgements that are still of them."""

    def __init__(self, task: Task, run: Path, root: Path, usd: Usd) -> None:
        """`run` is the folder of the run."""
        self._task, self._run, self._root, self._usd = task, run, root, usd
        self._sources = sources_of(task.metrics) if task.judge else []
        self._shown: dict[str, dict[str, str]] = {source: {} for source in self._sources}
        self._left_out: dict[str, set[str]] = {source: set() for source in self._sources}

    def add(self, records: Iterable[Record]) -> None:
        """Takes in records in the order in which they were written."""
        for record in records if self._sources else ():
            place = self._task.table.place.get(record.item_id)
            if place is None or self._task.table.query_hashes[place] != record.item_hash:
                continue
            item = self._task.test[place]
            for source in self._sources:
                silent = means_nothing(self._task, item, record, source)
                (self._left_out[source].add if silent else self._left_out[source].discard)(item.id)
                shown = to_judge(self._task, item, record, source)
                if shown is None:
                    self._shown[source].pop(record.item_id, None)
                else:
                    self._shown[source][record.item_id] = shown.query.hash

    def judgements(self, labels: Labels | None = None) -> Judgements:
        """The judgements of what was taken in."""
        tally = Tally(self._usd)
        found = {source: self._read(source, tally) for source in self._sources}
        names = [m.name for m in self._task.metrics if m.needs == "judge"]
        scores, unjudged, repeats = {}, {}, {}
        left_out = {name: len(self._left_out[source_of(name)]) for name in names}
        for name in names:
            last, wanted = found[source_of(name)], self._shown[source_of(name)]
            answered = {i: r for i, r in last.items() if isinstance(r, Answered) and isinstance(r.answer, float | int)}
            scores[name] = {i: from_source(name, float(r.answer)) for i, r in answered.items()}
            unjudged[name] = (len(wanted) - len(answered), len(last) - len(answered))
            repeats[name] = {
                i: {int(number): from_source(name, score) for number, score in r.scores.items()}
                for i, r in answered.items()
                if r.scores
            }
        return Judgements(scores, unjudged, left_out, repeats, tally.spending, labels)

    def _read(self, source: str, tally: Tally) -> dict[str, Record]:
        """The last judgement of each item whose material is what it was."""
        folder = judgements_folder(self._run, source, judge_key(self._task, source, self._root))
        shown, last = self._shown[source], dict[str, Record]()
        for batch in read_batches(folder.journal):
            tally.add(batch)
            last.update((r.item_id, r) for r in batch if shown.get(r.item_id) == r.item_hash)
        return last
