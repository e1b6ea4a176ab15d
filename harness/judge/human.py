"""Labels that people gave to answers: a file with `id`, `label`, and `candidate` where there are several."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.data.recording import Line, number
from harness.data.rows import read_rows
from harness.errors import DataError, UnknownNameError, suggestion
from harness.metrics.judged import GRADE, GRADES, VERDICT
from harness.metrics.metric import Metric
from harness.task import Task

_LABEL = f"0 or 1, or a grade from {GRADES[0]:g} to {GRADES[1]:g}"


@dataclass(frozen=True)
class Labels:
    """Of one candidate's answers."""

    metric: str
    """`judged` for labels of 0 and 1, `grade` for grades."""
    by_item: Mapping[str, float]


@dataclass(frozen=True)
class Human:
    """A file of labels."""

    path: Path
    metric: str
    labels: Mapping[str | None, Mapping[str, float]]
    """By candidate and item; under None where the file names no candidate."""

    def of(self, candidate: str, candidates: Collection[str]) -> Labels:
        """The labels of a candidate's answers.

        Args:
            candidate: its name.
            candidates: all that the labels may be of.

        Raises:
            DataError: the file says not whose answers the labels are of.
        """
        if None in self.labels:
            if len(candidates) > 1:
                raise DataError(
                    f"{self.path}: a label is of one candidate's answer, and there are {len(candidates)} candidates: "
                    "add a column 'candidate' (or name one with -c)."
                )
            return Labels(self.metric, self.labels[None])
        return Labels(self.metric, self.labels.get(candidate, {}))


def read_human(path: Path, task: Task, candidates: Collection[str]) -> Human:
    """The labels in a file (`.csv`, `.jsonl`).

    Args:
        path: of the file.
        task: whose items they are of.
        candidates: names of all candidates.

    Raises:
        DataError: a label that is none, or two of one answer.
        UnknownNameError: an item or a candidate that there is none of.
    """
    found: dict[str | None, dict[str, float]] = {}
    for row in read_rows(path.name, path.parent, "utf-8-sig" if path.suffix == ".csv" else "utf-8", "human labels"):
        for column, what in (("id", "which item's answer it is of"), ("label", _LABEL)):
            if column not in row.cells:
                raise DataError(f"{row.where}: no column {column!r}, {what}{suggestion(column, row.cells)}")
        line = Line(row.where, str(row.cells["id"]), None, row.cells)
        if line.id not in task.table.place:
            raise UnknownNameError("item", line.id, task.table.place, f"{line.where}: id")
        who = row.cells.get("candidate") or None
        if who is not None and who not in candidates:
            raise UnknownNameError("candidate", str(who), candidates, line.where)
        label = number(line, "label")
        if label is None:
            raise DataError(f"{line.where}: no 'label': {_LABEL}. Leave out what has none.")
        of = found.setdefault(who, {})
        if of.setdefault(line.id, label) != label:
            raise DataError(f"{line.where}: item {line.id!r} has two labels: {of[line.id]:g} and {label:g}.")
    if None in found and len(found) > 1:
        raise DataError(f"{path}: some lines name a candidate and some do not.")
    every = [label for labels in found.values() for label in labels.values()]
    return Human(path, _metric(path, every, task.metrics), found)


def _metric(path: Path, labels: Collection[float], metrics: Collection[Metric]) -> str:
    """What the labels are of: verdicts where all are 0 or 1, unless the task knows grades alone."""
    known = [m.name for m in metrics if m.name in (VERDICT, GRADE)]
    verdicts = all(label in (0, 1) for label in labels)
    grades = all(label in range(int(GRADES[0]), int(GRADES[1]) + 1) for label in labels)
    if not (verdicts or grades):
        odd = sorted({label for label in labels if label not in range(int(GRADES[1]) + 1)})
        mixed = [0.0, max(labels)]
        found = f"found {odd[0]:g}" if odd else f"found both: {' and '.join(f'{label:g}' for label in mixed)}"
        raise DataError(f"{path}: labels are 0 and 1 for wrong and right, or grades from 1 to 5; {found}.")
    fitting = [name for name, fits in ((VERDICT, verdicts), (GRADE, grades)) if fits and name in known]
    if not fitting:
        what = "0 and 1 are verdicts" if verdicts else "1 to 5 are grades"
        raise DataError(
            f"{path}: labels of {what}; the judge gives {' and '.join(known) or 'neither verdicts nor grades'}: "
            f'add "{VERDICT if verdicts else GRADE}" to [judge] metrics.'
        )
    return fitting[0]
