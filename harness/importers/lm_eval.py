"""`samples_*.jsonl` of lm-evaluation-harness (`--log_samples`)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.data.rows import read_rows
from harness.errors import DataError
from harness.importers.imported import Imported, choose, line

_OWN = frozenset({
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash", "prompt_hash",
    "target_hash",
})  # fmt: skip
_NAME = re.compile(r"samples_(?P<task>.+?)_\d{4}-\d{2}-\d{2}T[\d.:-]+$")


def read_lm_eval(path: Path, *, metric: str | None = None, filter_name: str | None = None, **_: Any) -> list[Imported]:
    """The samples of one task of one model. Lines that repeat an item stay, and `--dedupe` decides about them.

    There are no errors among them: lm-eval writes no samples where a call to the model failed.

    Args:
        path: `samples_TASK_TIME.jsonl`.
        metric: which of its metrics is the score, where there are several.
        filter_name: which of its filters, where answers were read out in several ways.

    Raises:
        DataError: it is no such file.
    """
    rows = [row.cells for row in read_rows(path.name, path.parent, "utf-8", "samples")]
    if any("doc_id" not in row for row in rows):
        raise DataError(f"{path}: a line without doc_id: it is no samples file of lm-evaluation-harness.")
    filters = list(dict.fromkeys(str(row.get("filter", "none")) for row in rows))
    chosen = choose("filter", filter_name, filters, path, "--filter")
    rows = [row for row in rows if str(row.get("filter", "none")) == chosen]
    metrics = _metrics(rows[0])
    if not metrics:
        listed = ", ".join(rows[0].get("metrics") or ()) or "there is none"
        raise DataError(f"{path}: no metric that gives each item a number: {listed}.")
    score = choose("metric", metric, metrics, path, "--metric")
    named = _NAME.match(path.stem)
    task = named["task"] if named else path.stem
    # lm-eval puts the files of a model into a folder of its name.
    return [Imported(f"{task}-{path.parent.name}" if named else task, [_line(row, score, path) for row in rows])]


def _metrics(row: Mapping[str, Any]) -> list[str]:
    """Names of the metrics that give a number for each item."""
    named = row.get("metrics") or [key for key in row if key not in _OWN]
    return [name for name in named if isinstance(row.get(name), (bool, int, float))]


def _line(row: Mapping[str, Any], metric: str, path: Path) -> dict[str, Any]:
    value = row.get(metric)
    if not isinstance(value, (bool, int, float)):
        raise DataError(f"{path}: doc_id {row['doc_id']}: {metric}: found {value!r}, expected a number.")
    return line(
        f"{path}: doc_id {row['doc_id']}",
        id=str(row["doc_id"]),
        score=float(value),
        answer=_answer(row.get("filtered_resps")),
        target=None if row.get("target") is None else str(row["target"]),
        hash=row.get("doc_hash"),
    )


def _answer(said: Any) -> str | None:
    """A generated text; the log-likelihoods of a multiple-choice item are no answer."""
    while isinstance(said, list) and len(said) == 1:
        said = said[0]
    return said if isinstance(said, str) else None
