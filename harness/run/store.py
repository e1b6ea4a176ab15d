"""Where runs leave what they leave.

results/TASK/leaderboard.md, leaderboard.json, decision.md      committed
results/TASK/manifests/CANDIDATE-SEED.json                      committed
results/TASK/scores/CANDIDATE-SEED.json                         committed
results/TASK/records/CANDIDATE-SEED-KEY/records.jsonl, ...      not committed
.harness/builds/KEY/, .harness/responses.sqlite                 not committed
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from harness.errors import RunError
from harness.types import content_hash


@dataclass(frozen=True)
class RunFolder:
    """The files of one run: one candidate over one task with one seed, under one key."""

    folder: Path

    @property
    def journal(self) -> Path:
        """One line per record."""
        return self.folder / "records.jsonl"

    @property
    def manifest(self) -> Path:
        """What was run, with what, when."""
        return self.folder / "manifest.json"

    def lock(self) -> FileLock:
        """The lock of this run, not yet taken. It is the system's: a dead process leaves none behind."""
        return FileLock(self.folder / "lock")


@dataclass(frozen=True)
class Store:
    """The folders of a project that runs write to."""

    root: Path

    def results(self, task: str) -> Path:
        """What is committed for a task."""
        return self.root / "results" / task

    def run(self, task: str, candidate: str, seed: int, key: str) -> RunFolder:
        """The run of a candidate under a key."""
        return RunFolder(self.results(task) / "records" / f"{candidate}-{seed}-{key}")

    def committed_manifest(self, task: str, candidate: str, seed: int) -> Path:
        """The copy of a manifest that is committed."""
        return self.results(task) / "manifests" / f"{candidate}-{seed}.json"

    def scores(self, task: str, candidate: str, seed: int) -> Path:
        """Per-item scores."""
        return self.results(task) / "scores" / f"{candidate}-{seed}.json"

    def build(self, candidate_key: str, teaching_hash: str, seed: int) -> Path:
        """What a candidate built from a task's training data under a seed."""
        return self.root / ".harness" / "builds" / content_hash(candidate_key, teaching_hash, seed)

    @property
    def responses(self) -> Path:
        """The response cache."""
        return self.root / ".harness" / "responses.sqlite"


def take(lock: FileLock, what: str, wait_s: float) -> None:
    """Takes a lock, and makes the folder for it.

    Raises:
        RunError: another process holds it for longer than `wait_s` seconds, or the folder cannot be written.
    """
    try:
        Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise RunError(f"another process is running {what}. Wait for it to end, or stop it.") from None
    except OSError as error:
        raise RunError(f"{lock.lock_file}: cannot be locked: {error.strerror}.") from error


@contextlib.contextmanager
def locked(folder: RunFolder, what: str, wait_s: float) -> Iterator[None]:
    """Holds the lock of a run.

    Raises:
        RunError: as `take`.
    """
    lock = folder.lock()
    take(lock, what, wait_s)
    try:
        yield
    finally:
        lock.release()
