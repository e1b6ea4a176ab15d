"""Writes a first project."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ConfigError, HarnessError
from harness.project import FILE, bundled
from harness.run.files import replace_file
from harness.starter import texts
from harness.starter.data import Examples, read_examples
from harness.types import Item


@dataclass(frozen=True)
class Made:
    """What was made."""

    task: str
    examples: Examples
    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    """Files that were there already and were left as they are."""


def make_project(
    root: Path,
    source: Path,
    input_column: str | None = None,
    target_column: str | None = None,
    encoding: str = "utf-8",
) -> Made:
    """Writes `harness.toml`, a task, a test and a workflow into a folder.

    Args:
        root: the folder.
        source: file with labelled examples.
        input_column: what is asked; None for a usual name.
        target_column: its label; None for a usual name.
        encoding: of a text file; what is written is UTF-8.

    Raises:
        ConfigError: there is a project already.
        DataError: what is wrong with the file.
    """
    if (root / FILE).exists():
        raise ConfigError(
            f"{root / FILE} is there already. To add a task, write tasks/NAME/task.toml; see harness list."
        )
    name = _task_name(source)
    examples = read_examples(source, input_column, target_column, encoding)
    folder = Path("tasks") / name
    files = {
        folder / "task.toml": texts.task_toml(examples),
        folder / "train.jsonl": _lines(examples.train, examples),
        folder / "test.jsonl": _lines(examples.test, examples),
        folder / "README.md": texts.data_card(name, source.name, examples),
        Path("tests") / f"test_{name.replace('-', '_')}.py": texts.test_file(name),
        Path(".github") / "workflows" / "harness.yml": texts.workflow(),
    }
    kept = tuple(path for path in files if (root / path).exists())
    for path, text in files.items():
        if path not in kept:
            replace_file(root / path, text)
    _ignore(root / ".gitignore")
    # Last: a folder without it is no project, so that an interrupted start can be made again.
    replace_file(root / FILE, texts.harness_toml(name, examples, _untrainable(root)))
    return Made(name, examples, (*(path for path in files if path not in kept), Path(FILE)), kept)


def _task_name(source: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", source.stem.lower()).strip("_")
    return name or "examples"


def _lines(items: Iterable[Item], examples: Examples) -> str:
    rows = ({"id": i.id, examples.input: i.input, examples.target: i.target} for i in items)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _ignore(path: Path) -> None:
    """Adds what is not to be committed, once."""
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [line for line in texts.IGNORED if line not in there.splitlines()]
    if missing:
        gap = "" if not there or there.endswith("\n") else "\n"
        replace_file(path, there + gap + "".join(f"{line}\n" for line in missing))


def _untrainable(root: Path) -> str | None:
    """Why nothing can be fine-tuned here; None where it can."""
    from harness.plugins import load_adapter_class

    try:
        load_adapter_class(bundled() / "adapters" / "finetuned.py")().check(root)
    except HarnessError as error:
        return str(error)
    return None
