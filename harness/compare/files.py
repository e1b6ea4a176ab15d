"""Two recordings compared directly: no task and no project."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from harness.compare.judged import compare_judged
from harness.compare.pair import compare_contenders
from harness.compare.result import Contender, PairedComparison
from harness.data.recording import Line, number, read_recording
from harness.data.table import Distinct
from harness.errors import ComparisonError, DataError, counted, some
from harness.metrics.metric import Metric
from harness.scores import Column, Scores, check_range
from harness.types import content_hash

SUFFIXES = (".jsonl", ".csv")
_CONTENT = ("input", "target", "hash")
"""Columns that say what an item is: where both recordings have one, it must be the same."""
_PROPORTIONS = ("accuracy",)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?")
"""How JSON writes one; `007` is a text."""
_GOLD = "gold"
"""Column with the labels that people gave to some items."""


@dataclass(frozen=True)
class Recording:
    """The lines of a file."""

    path: Path
    lines: Sequence[Line]

    @property
    def columns(self) -> set[str]:
        """Names of all columns."""
        return {column for line in self.lines for column in line.cells}


def compare_recordings(
    path_a: Path,
    path_b: Path,
    rng: np.random.Generator,
    *,
    margin: float = 0.0,
    metric: str = "score",
    dedupe: bool = False,
) -> PairedComparison:
    """One recording against another, paired by id.

    An item scores what the column `score` says, or whether `answer` equals `target`. Where all scores are 0 and 1
    they make a proportion, in which an item with an `error` or without an answer counts 0; other numbers make a
    mean, which has no worst value. Where both have a column `gold`, filled on some items, `score` is a judge's opinion
    and `gold` a human's label: the difference is then that of the labels, by PPI++.

    Args:
        path_a: `.jsonl` or `.csv` with `id` and `score`, or `answer` and `target`; optionally `error`, `group`,
            `seed`, and `input`, `target` or `hash` to know the same item by.
        path_b: the one that is subtracted.
        rng: for bootstrap and permutations.
        margin: the smallest difference that matters.
        metric: column with the score; `accuracy` says that it must be 0 or 1.
        dedupe: keeps the first of several lines of an item.

    Raises:
        DataError: something is wrong with a file.
        ComparisonError: the two cannot be compared.
    """
    a, b = (Recording(path, read_recording(path, dedupe=dedupe)) for path in (path_a, path_b))
    column = "score" if metric in _PROPORTIONS else metric
    if column == _GOLD:
        a, b = (replace(one, lines=[x for x in one.lines if number(x, _GOLD) is not None]) for one in (a, b))
    found = [_numbers(one, column) for one in (a, b)]
    binary = all(score in (None, 0, 1) for scores in found for score in scores)
    meant = _metric(metric, binary=binary or metric in _PROPORTIONS)
    for one, scores in zip((a, b), found, strict=True):
        for line, score in zip(one.lines, scores, strict=True):
            if score is not None:
                check_range(meant, score, line.id)
    if column != _GOLD and all(_GOLD in one.columns for one in (a, b)):
        return _judged(a, b, found, meant, margin)
    content = [name for name in _CONTENT if name in a.columns and name in b.columns]
    groups = _groups(a, b)
    names = _names(path_a, path_b)
    sides = [
        Contender(name, _runs(one, scores, meant, content, groups))
        for name, one, scores in zip(names, (a, b), found, strict=True)
    ]
    return _with_answers(compare_contenders(meant, sides[0], sides[1], margin, rng), a, b)


def _with_answers(found: PairedComparison, a: Recording, b: Recording) -> PairedComparison:
    """With what stands under `answer` and `target`; as it is where one has several seeds."""
    if any(line.seed is not None or "answer" not in line.cells for one in (a, b) for line in one.lines):
        return found
    of_a, of_b = ({line.id: line.cells for line in one.lines} for one in (a, b))
    told = []
    for flip in found.flips:
        ours, theirs = of_a[flip.item], of_b[flip.item]
        target = ours.get("target", theirs.get("target"))
        said = str(ours["answer"]), str(theirs["answer"])
        told.append(structs.replace(flip, expected=None if target is None else str(target), said=said))
    return structs.replace(found, flips=tuple(told))


def _judged(
    a: Recording, b: Recording, scores: Sequence[Sequence[float | None]], metric: Metric, margin: float
) -> PairedComparison:
    """Where `score` is a judge's and `gold` a human's, on some items."""
    tables = []
    for one, judged in zip((a, b), scores, strict=True):
        if any(line.seed is not None for line in one.lines):
            raise ComparisonError(f"{one.path}: judged scores with human labels are compared under one seed.")
        lacking = [line.id for line, score in zip(one.lines, judged, strict=True) if score is None]
        if lacking:
            raise ComparisonError(
                f"{one.path}: {counted(len(lacking), 'item has', 'items have')} no score of the judge: {some(lacking)}"
                ". Score them, or leave them out of both files."
            )
        gold = [number(line, _GOLD) for line in one.lines]
        for line, label in zip(one.lines, gold, strict=True):
            if label is not None:
                check_range(metric, label, line.id)
        tables.append({line.id: (s, g) for line, s, g in zip(one.lines, judged, gold, strict=True) if s is not None})
    return compare_judged(metric, _names(a.path, b.path), tables[0], tables[1], _groups(a, b), margin)


def _metric(name: str, *, binary: bool) -> Metric:
    def same(_: Any, answer: Any) -> Any:
        return answer

    if binary:
        return Metric(name if name != "score" else "proportion", same, failed=lambda _: 0)
    return Metric(f"mean {name}", same, failed=None, bounds=None, percent=False)


def _numbers(recording: Recording, column: str) -> list[float | None]:
    """The score of each line; None where it has none."""
    columns = recording.columns
    if column in columns:
        return [None if line.cells.get("error") else number(line, column) for line in recording.lines]
    if column == "score" and {"answer", "target"} <= columns:
        return [_right(line) for line in recording.lines]
    near = "'score', or 'answer' and 'target'" if column == "score" else repr(column)
    raise DataError(f"{recording.path}: a recording to compare needs {near}; found {', '.join(sorted(columns))}.")


def _right(line: Line) -> float | None:
    answer, target = line.cells.get("answer"), line.cells.get("target")
    if target is None or target == "":
        raise DataError(f"{line.where}: no target: an answer cannot be scored without one.")
    return None if line.cells.get("error") or answer in (None, "") else float(answer == target)


def _groups(a: Recording, b: Recording) -> dict[str, str]:
    """Group by id, from whichever recording has one.

    Raises:
        ComparisonError: the two put an item into different groups.
    """
    found: dict[str, str] = {}
    for line in (*a.lines, *b.lines):
        group = line.cells.get("group")
        if group in (None, ""):
            continue
        if found.setdefault(line.id, str(group)) != str(group):
            raise ComparisonError(
                f"{line.where}: the item {line.id!r} is of group {group!r} here and of {found[line.id]!r} elsewhere."
            )
    return found


def _runs(
    recording: Recording, scores: Sequence[float | None], metric: Metric, content: Sequence[str], groups: dict[str, str]
) -> list[Scores]:
    """One run for each seed."""
    by_seed: dict[int | None, list[int]] = {}
    for i, line in enumerate(recording.lines):
        by_seed.setdefault(line.seed, []).append(i)
    return [_run(recording, scores, metric, content, groups, places) for places in by_seed.values()]


def _run(
    recording: Recording,
    scores: Sequence[float | None],
    metric: Metric,
    content: Sequence[str],
    groups: dict[str, str],
    places: Sequence[int],
) -> Scores:
    lines = [recording.lines[i] for i in places]
    worst = metric.failed(None) if metric.failed else None
    distinct = Distinct()
    filled = [worst if scores[i] is None else scores[i] for i in places]
    codes = [-1 if score is None else distinct.code(float(score)) for score in filled]  # type: ignore[arg-type]
    failed = np.asarray([bool(line.cells.get("error")) for line in lines], dtype=bool)
    missing = np.asarray([scores[i] is None for i in places], dtype=bool)
    return Scores(
        ids=[line.id for line in lines],
        hashes=[content_hash(*(_as_text(line.cells.get(name)) for name in content)) for line in lines],
        groups=[groups.get(line.id) for line in lines],
        columns={metric.name: Column(distinct.values or [0.0], np.asarray(codes, dtype=np.int64))},
        failed=failed,
        unparsed=missing & ~failed,
    )


def _as_text(cell: Any) -> Any:
    """A cell in the form that a CSV and a JSONL have in common: numbers and truth values as text, nothing as empty."""
    if cell is None:
        return ""
    if isinstance(cell, bool) or (isinstance(cell, str) and cell.lower() in ("true", "false")):
        return str(cell).lower()
    if isinstance(cell, int | float) or (isinstance(cell, str) and _NUMBER.fullmatch(cell)):
        found = Decimal(str(cell))
        return str(found.normalize()) if found else "0"
    return cell


def _names(a: Path, b: Path) -> tuple[str, str]:
    """The shortest names that tell the two apart."""
    return (a.stem, b.stem) if a.stem != b.stem else (str(a), str(b))
