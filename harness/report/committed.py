"""Per-item scores of a run in one compact file that is committed: a git ref can then be a baseline."""

from datetime import datetime

import msgspec
import numpy as np

from harness.run.manifest import Manifest
from harness.scores import Column, Scores
from harness.task import Task


class CommittedColumn(msgspec.Struct, frozen=True):
    """Scores of one metric."""

    values: list[object]
    codes: list[int]


class CommittedScores(msgspec.Struct, frozen=True):
    """Scores of one run, with the hash of each item."""

    task: str
    version: str
    candidate: str
    seed: int
    key: str
    ended: str
    ids: list[str]
    hashes: list[str]
    groups: list[str | None]
    failed: list[int]
    """Positions of items without a reply."""
    unparsed: list[int]
    """Positions of items whose reply holds no answer."""
    columns: dict[str, CommittedColumn]


def scores_file(task: Task, manifest: Manifest, scores: Scores) -> bytes:
    """The file's content, sorted by item so that a diff shows what changed and no more."""
    order = sorted(range(len(scores)), key=lambda i: scores.ids[i])
    kept = CommittedScores(
        task=task.name,
        version=task.version,
        candidate=manifest.candidate,
        seed=manifest.seed,
        key=manifest.key,
        ended=manifest.ended,
        ids=[scores.ids[i] for i in order],
        hashes=[scores.hashes[i] for i in order],
        groups=[scores.groups[i] for i in order],
        failed=np.flatnonzero(scores.failed[order]).tolist(),
        unparsed=np.flatnonzero(scores.unparsed[order]).tolist(),
        columns={
            name: CommittedColumn(list(column.values), column.codes[order].tolist())
            for name, column in scores.columns.items()
        },
    )
    return msgspec.json.encode(kept) + b"\n"


def read_scores(content: bytes) -> tuple[CommittedScores, Scores]:
    """What `scores_file` wrote.

    Raises:
        msgspec.DecodeError: it is no JSON.
        msgspec.ValidationError: it is not such a file.
    """
    kept = msgspec.json.decode(content, type=CommittedScores)
    n = len(kept.ids)
    if problem := _problem(kept):
        raise msgspec.ValidationError(problem)
    failed, unparsed = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    failed[kept.failed], unparsed[kept.unparsed] = True, True
    columns = {
        name: Column([tuple(v) if isinstance(v, list) else v for v in c.values], np.asarray(c.codes, dtype=np.int64))
        for name, c in kept.columns.items()
    }
    return kept, Scores(kept.ids, kept.hashes, kept.groups, columns, failed, unparsed)


def _problem(kept: CommittedScores) -> str | None:
    """What cannot be, though each part has its type."""
    n = len(kept.ids)
    if len(set(kept.ids)) != n:
        return "an item stands there twice"
    lengths = {"hashes": len(kept.hashes), "groups": len(kept.groups)}
    lengths |= {f"codes of {name}": len(column.codes) for name, column in kept.columns.items()}
    for name, length in lengths.items():
        if length != n:
            return f"{n} ids and {length} {name}"
    if not all(0 <= place < n for place in (*kept.failed, *kept.unparsed)):
        return f"failed or unparsed names an item beyond the {n} that there are"
    for name, column in kept.columns.items():
        if not all(-1 <= code < len(column.values) for code in column.codes):
            return f"a code of {name} is none of its {len(column.values)} values"
    try:
        dated = not kept.ended or datetime.fromisoformat(kept.ended).tzinfo is not None
    except ValueError:
        dated = False
    return None if dated else f"ended is no date with a time zone: {kept.ended!r}"
