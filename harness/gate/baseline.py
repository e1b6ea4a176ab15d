"""Per-item scores as they were committed: of a folder, or of a git ref."""

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from harness.errors import ConfigError, RunError
from harness.report.committed import CommittedScores, read_scores
from harness.scores import Scores


@dataclass(frozen=True)
class Kept:
    """The scored runs of one candidate on one task, one per seed."""

    version: str
    """Of the task."""
    ended: str
    """When the last of them ended, ISO 8601."""
    runs: tuple[Scores, ...]
    keys: Mapping[int, str] = field(default_factory=dict)
    """By seed: what could change an answer has changed where a run's key is another."""


@dataclass(frozen=True)
class Baseline:
    """What a candidate's new scores are held against."""

    name: str
    """As a person named it, with what it turned out to be."""
    kept: Mapping[str, Mapping[str, Kept]] = field(default_factory=dict)
    """By task and candidate."""
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    """`decision.json` by task, where one was committed."""

    @property
    def ended(self) -> str | None:
        """When its newest run ended."""
        return max((k.ended for by_name in self.kept.values() for k in by_name.values() if k.ended), default=None)

    def age_days(self, now: datetime | None = None) -> float | None:
        """Days since its newest run ended; None where it holds none."""
        if self.ended is None:
            return None
        return ((now or datetime.now(UTC)) - datetime.fromisoformat(self.ended)).total_seconds() / 86400


def read_folder(folder: Path, name: str) -> Baseline:
    """The scores in a `results` folder, or in that of the project that `folder` is.

    Raises:
        RunError: a file in it is damaged.
    """
    results = folder / "results" if (folder / "results").is_dir() else folder
    paths = sorted(p for pattern in _PATTERNS for p in results.glob(pattern))
    return _baseline(name, ((p.relative_to(results).as_posix(), p.read_bytes()) for p in paths))


def read_baseline(given: str, root: Path) -> Baseline:
    """The baseline that a person names: a folder if there is one of that name, else a git ref.

    Args:
        given: a folder, a branch, a tag or a commit.
        root: the project's folder.

    Raises:
        ConfigError: it is neither.
        RunError: a file in it is damaged.
    """
    folder = Path(given)
    if not given.strip():
        raise ConfigError("--baseline is empty: name a folder with results, a branch, a tag or a commit.")
    if folder.is_dir():
        if folder.resolve() in (root.resolve(), (root / "results").resolve()):
            raise ConfigError(f"--baseline {given}: that is this project itself, which would be held against itself.")
        return read_folder(folder, f"folder {given}")
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{given}^{{commit}}")
    if commit is None:
        if _git(root, "rev-parse", "--git-dir") and not _git(root, "rev-list", "-n", "1", "--all"):
            return Baseline(f"{given} (the repository has no commit yet)")
        raise ConfigError(
            f"--baseline {given}: neither a folder nor a git ref here. A shallow clone may lack it: "
            f"git fetch --depth=1 origin {given}, then --baseline FETCH_HEAD or origin/{given}."
        )
    revision = commit.decode().strip()
    return _baseline(f"{given} ({revision[:10]})", _files_at(root, revision))


_PATTERNS = ("*/scores/*.json", "*/decision.json")


def _files_at(root: Path, revision: str) -> Iterable[tuple[str, bytes]]:
    """Path below `results/` and content of what a commit holds, all read by one process."""
    listed = _git(root, "ls-tree", "-r", "-z", revision, "--", "results/") or b""
    entries = [line.split(b"\t", 1) for line in listed.split(b"\0") if line]
    chosen = [
        (path.decode().removeprefix("results/"), about.split()[2])
        for about, path in entries
        if any(PurePosixPath(path.decode()).match(f"results/{p}") for p in _PATTERNS)
    ]
    if not chosen:
        return
    content = _git(root, "cat-file", "--batch", given=b"\n".join(blob for _, blob in chosen) + b"\n") or b""
    start = 0
    for path, _ in chosen:
        end = content.index(b"\n", start)
        size = int(content[start:end].split()[-1])
        yield path, content[end + 1 : end + 1 + size]
        start = end + size + 2


def _baseline(name: str, files: Iterable[tuple[str, bytes]]) -> Baseline:
    found: dict[str, dict[str, list[tuple[CommittedScores, Scores]]]] = defaultdict(lambda: defaultdict(list))
    decisions = {}
    for path, content in files:
        task = path.partition("/")[0]
        if path == f"{task}/decision.json":
            decisions[task] = content
            continue
        try:
            about, scores = read_scores(content)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise RunError(f"{name}: results/{path} is damaged ({error}). Run the suite there again.") from None
        found[task][about.candidate].append((about, scores))
    kept = {
        task: {
            candidate: Kept(
                version=runs[0][0].version,
                ended=max(about.ended for about, _ in runs),
                runs=tuple(scores for _, scores in runs),
                keys={about.seed: about.key for about, _ in runs},
            )
            for candidate, runs in by_name.items()
        }
        for task, by_name in found.items()
    }
    return Baseline(name, kept, decisions)


def _git(root: Path, *command: str, given: bytes | None = None) -> bytes | None:
    """What git prints, or None where it fails or is not there."""
    try:
        done = subprocess.run(["git", *command], cwd=root, input=given, capture_output=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
