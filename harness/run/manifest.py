"""The manifest of a run: what was run, with what, where and when."""

import importlib.metadata
import os
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import RunError
from harness.run.files import indented, read_struct, replace_file
from harness.run.journal import checksum
from harness.types import Preparation

PACKAGES = (
    "approach-harness", "numpy", "scipy", "scikit-learn", "openai", "anthropic", "torch", "transformers",
    "sentence-transformers", "faiss-cpu", "peft", "genai-prices",
)  # fmt: skip
"""Those whose version may change an answer or a figure."""


class Decided(msgspec.Struct, frozen=True):
    """How a pair stood when a run was ended because nothing more need be asked."""

    against: str
    """The other candidate."""
    difference: float
    """In the primary metric, this candidate minus the other, over the items looked at."""
    low: float
    """Lower end of the confidence sequence: valid although one looked after every item."""
    high: float
    n: int
    """Items looked at."""
    decision: str
    """`better`, `worse` or `equivalent` at the margin, or `open`."""
    margin: float
    alpha: float
    """The chance that any interval of any pair ever misses."""
    pairs: int
    """Pairs that share it."""


class Saved(msgspec.Struct, frozen=True):
    """What was not spent, by what the items that were asked have cost."""

    items: int
    calls: float
    usd: float | None
    """None where a price is unknown."""


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run. Times are seconds unless their name says otherwise."""

    task: str
    task_version: str
    test_hash: str
    """Of all test items with their targets."""
    teaching_hash: str
    """Of what the adapter was shown."""
    candidate: str
    adapter: str
    adapter_source: str
    settings: dict[str, Any]
    rung: str
    seed: int
    key: str
    """Run key: whatever could change an answer changes it."""
    leaves_machine: bool
    """Whether inputs were sent to another machine."""
    items: int
    """Items that this run was asked for."""
    split: str | None = None
    """How the test items were held out, where the task brings one file."""
    answered: int = 0
    failed: int = 0
    settings_scored: int = 0
    """Different settings, of any candidate, that had been scored on these test items by then, these among them."""
    stopped: str | None = None
    """Why the run ended before its last item."""
    decided: tuple[Decided, ...] = ()
    """Pairs with this candidate, where runs were ended as soon as they were decided."""
    saved: Saved | None = None
    """What that saved in this run."""
    preparation: Preparation | None = None
    busy_seconds: float = 0.0
    """Time spent answering on this machine, in batches, model answers from the cache left out."""
    busy_items: int = 0
    """Items answered in that time: their quotient is the throughput."""
    latency: tuple[float, ...] = ()
    """Seconds of single queries, one at a time, after a warm-up (local candidates)."""
    untimed: bool = False
    """Whether it ended while single queries were timed: the next run times them anew."""
    started: str = ""
    ended: str = ""
    """Empty where the run has not come to its end: it is going on, or was killed."""
    journal_sha256: str | None = None
    """Of the journal as it stood then."""
    journal_bytes: int | None = None
    """How long it was then; what a later run that was killed has appended follows."""
    git_commit: str | None = None
    machine: dict[str, Any] = msgspec.field(default_factory=dict)
    packages: dict[str, str] = msgspec.field(default_factory=dict)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file, or None where there is none or it is of another version."""
    return read_struct(path, Manifest)


def unfinished(manifest: Manifest) -> Manifest:
    """The manifest of a run that goes on, written before its first answer: if it is killed, its records are found."""
    return msgspec.structs.replace(
        manifest, ended="", stopped="it has not come to its end", journal_sha256=None, journal_bytes=None
    )


def check_journal(manifest: Manifest, journal: Path) -> None:
    """Whether what the run had written at its end still stands there as it was; a journal that is gone holds nothing.

    Raises:
        RunError: it was changed since.
    """
    if not manifest.journal_bytes or not journal.is_file():
        return
    if checksum(journal, manifest.journal_bytes) != manifest.journal_sha256:
        raise RunError(
            f"{journal}: it is not as the run of {manifest.candidate} left it {manifest.ended}: a record was changed "
            "or removed since. Put the file back, or run the candidate with --fresh."
        )


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Replaces the file atomically; indented, since people read it and diffs are reviewed."""
    replace_file(path, indented(manifest, "deterministic"))


@cache
def packages() -> dict[str, str]:
    """Installed versions of what may change an answer."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@cache
def machine() -> dict[str, Any]:
    """What the run ran on, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1) if memory else None,
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        return platform.processor()
    return platform.processor()


def git_commit(root: Path) -> str | None:
    """The commit that is checked out, with `+` where files differ from it."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True, timeout=5
        )
        dirty = subprocess.run(
            ["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")
