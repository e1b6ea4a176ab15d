"""The manifest of a run of the judge: who judged what, where and when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from harness.judge.making import judge_leaves_machine, judging_of
from harness.run.files import indented, read_struct, replace_file
from harness.run.journal import checksum
from harness.run.manifest import git_commit, machine, packages
from harness.run.store import RunFolder
from harness.task import Task


class JudgeManifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source of judged metrics over one run."""

    task: str
    candidate: str
    seed: int
    source: str
    """The metric that was judged."""
    model: str
    settings: dict[str, Any]
    """`[judge]`."""
    rubric: str
    key: str
    leaves_machine: bool
    """Whether the answers were sent to another machine."""
    items: int
    """Items that there was something to judge of."""
    judged: int
    failed: int
    stopped: str | None = None
    """Why it ended before its last item."""
    started: str = ""
    ended: str = ""
    journal_sha256: str | None = None
    git_commit: str | None = None
    machine: dict[str, Any] = msgspec.field(default_factory=dict)
    packages: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """What was judged, and under which key."""

    candidate: str
    seed: int
    source: str
    key: str


def write_judge_manifest(
    folder: RunFolder,
    task: Task,
    root: Path,
    who: Judged,
    counts: tuple[int, int, int],
    started: str,
    stopped: str | None,
) -> None:
    """Replaces the manifest; `counts` are those of items, judged and failed."""
    judging = judging_of(task)
    before = read_struct(folder.manifest, JudgeManifest)
    made = JudgeManifest(
        task=task.name,
        candidate=who.candidate,
        seed=who.seed,
        source=who.source,
        model=judging.table.model,
        settings=judging.table.model_dump(mode="json"),
        rubric=judging.rubric,
        key=who.key,
        leaves_machine=judge_leaves_machine(task, root),
        items=counts[0],
        judged=counts[1],
        failed=counts[2],
        stopped=stopped,
        started=before.started if before else started,
        ended=now(),
        journal_sha256=checksum(folder.journal) if folder.journal.is_file() else None,
        git_commit=git_commit(root),
        machine=machine(),
        packages=packages(),
    )
    replace_file(folder.manifest, indented(made, "deterministic"))


def now() -> str:
    """This second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
