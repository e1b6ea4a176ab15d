"""A project: a folder with a `harness.toml`, its candidates, tasks and adapters."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from harness.adapter import Adapter
from harness.config import Table, inside, read_toml, validated
from harness.errors import ConfigError, UnknownNameError
from harness.plugins import load_adapter_class, source_hash
from harness.task import Task, load_task
from harness.types import Rung, content_hash

FILE = "harness.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class SuiteTable(Table):
    """`[suites.NAME]`."""

    tasks: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    """Empty is every candidate."""
    limit: int | None = Field(default=None, gt=0)


class ProjectFile(Table):
    """`harness.toml`."""

    candidates: dict[str, dict[str, Any]] = Field(default_factory=dict)
    suites: dict[str, SuiteTable] = Field(default_factory=dict)
    prices: dict[str, dict[str, Any]] = Field(default_factory=dict)
    economics: dict[str, Any] = Field(default_factory=dict)
    hardware: dict[str, dict[str, Any]] = Field(default_factory=dict)
    weights: dict[str, float] = Field(default_factory=dict)

    @field_validator("candidates")
    @classmethod
    def _names(cls, table: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name in table:
            if not _NAME.fullmatch(name):
                raise ValueError(f"a candidate's name is of letters, digits, '.', '_' and '-'; found {name!r}")
        return table


class CandidateTable(Table):
    """The keys of `[candidates.NAME]` that belong to the harness; the others are the adapter's settings."""

    adapter: str
    rung: Rung | None = None
    incumbent: bool = False
    seeds: tuple[int, ...] = (0,)
    tasks: tuple[str, ...] = ()
    """The only tasks it is meant for; empty is all."""

    @field_validator("seeds")
    @classmethod
    def _seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if not seeds or len(set(seeds)) != len(seeds) or min(seeds) < 0:
            raise ValueError(f"different whole numbers from 0 are needed, at least one; found {list(seeds)}")
        return seeds


@dataclass(frozen=True)
class Candidate:
    """An adapter with its settings: one row on a leaderboard."""

    name: str
    adapter: Adapter
    adapter_name: str
    source: str
    """Hash of the adapter's code."""
    rung: Rung
    incumbent: bool = False
    seeds: tuple[int, ...] = (0,)
    tasks: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The adapter's settings, defaults included."""
        return self.adapter.model_dump(mode="json")

    def key(self, root: Path) -> str:
        """Changes with whatever could change an answer: adapter, settings, code, weights."""
        return content_hash(self.adapter_name, self.settings, self.source, self.adapter.fingerprint(root))

    def check(self, root: Path) -> None:
        """Says what keeps it from running on this machine.

        Raises:
            UnavailableError: something that this machine lacks.
            ConfigError: a setting that nothing can be made of; names the candidate.
        """
        try:
            self.adapter.check(root)
        except ConfigError as error:
            raise ConfigError(f"{root / FILE}: [candidates.{self.name}]: {error}") from None


@dataclass(frozen=True)
class Project:
    """What a `harness.toml` and the folders beside it hold. Nothing is loaded before it is asked for."""

    root: Path
    file: ProjectFile

    @cached_property
    def adapter_files(self) -> Mapping[str, Path]:
        """Adapter files by name: the project's own, then the built-in ones."""
        found: dict[str, Path] = {}
        for folder in (self.root / "adapters", bundled() / "adapters"):
            for path in sorted(folder.glob("*.py")):
                if not path.name.startswith("_"):
                    found.setdefault(path.stem, path)
        return found

    @cached_property
    def task_folders(self) -> Mapping[str, Path]:
        """Task folders by name: the project's own, then the built-in ones."""
        found: dict[str, Path] = {}
        for folder in (self.root / "tasks", bundled() / "tasks"):
            for path in sorted(folder.glob("*/task.toml")):
                found.setdefault(path.parent.name, path.parent)
        return found

    @cached_property
    def own_tasks(self) -> tuple[str, ...]:
        """Names of the tasks in the project's own folder, or the built-in ones if it has none."""
        own = tuple(n for n, folder in self.task_folders.items() if folder.is_relative_to(self.root / "tasks"))
        return own or tuple(self.task_folders)

    def task(self, name: str) -> Task:
        """The task of that name, with its data.

        Raises:
            UnknownNameError: no such task.
            ConfigError: something is wrong with it.
        """
        self.check_tasks([name])
        return load_task(self.task_folders[name])

    def check_tasks(self, names: Iterable[str]) -> None:
        """Raises what `task` raises of a name, for all before the first of them is run."""
        for name in names:
            if name in self.task_folders:
                continue
            if name and (self.root / "tasks" / name).is_dir():
                raise ConfigError(f"{self.root / 'tasks' / name}: the folder holds no task.toml.")
            raise UnknownNameError("task", name, self.task_folders, str(self.root / "tasks"))

    def candidate(self, name: str) -> Candidate:
        """The candidate of that name.

        Raises:
            UnknownNameError: no such candidate, or it names an adapter that is not there.
            ConfigError: its settings do not fit its adapter.
        """
        where = f"{self.root / FILE}: [candidates.{name}]"
        if name not in self.file.candidates:
            raise UnknownNameError("candidate", name, self.file.candidates, str(self.root / FILE))
        table = dict(self.file.candidates[name])
        own = {key: table.pop(key) for key in list(table) if key in CandidateTable.model_fields}
        meant = validated(CandidateTable, own, where)
        for task in meant.tasks:
            if task not in self.task_folders:
                raise UnknownNameError("task", task, self.task_folders, f"{where} tasks")
        adapter = self._adapter(meant.adapter, table, where)
        return Candidate(
            name=name,
            adapter=adapter,
            adapter_name=meant.adapter,
            source=source_hash(type(adapter)),
            rung=meant.rung or adapter.stands(),
            incumbent=meant.incumbent,
            seeds=meant.seeds,
            tasks=meant.tasks,
        )

    def candidates(self, task: str | None = None) -> list[Candidate]:
        """Every candidate, or those meant for a task, in the order of the file."""
        every = [self.candidate(name) for name in self.file.candidates]
        meant = [c for c in every if task is None or not c.tasks or task in c.tasks]
        in_use = [c.name for c in meant if c.incumbent]
        if task is not None and len(in_use) > 1:
            raise ConfigError(
                f"{self.root / FILE}: task {task!r} has several incumbents: {', '.join(in_use)}. One is in use today; "
                "`tasks` says for which tasks a candidate is meant."
            )
        return meant

    def describe_adapter(self, name: str) -> str:
        """First line of an adapter file's docstring, read without importing it."""
        try:
            tree = ast.parse(self.adapter_files[name].read_bytes())
        except (OSError, SyntaxError, ValueError) as error:
            return f"cannot be read: {error}"
        return (ast.get_docstring(tree) or "").partition("\n")[0]

    def _adapter(self, name: str, table: Mapping[str, Any], where: str) -> Adapter:
        if name not in self.adapter_files:
            raise UnknownNameError("adapter", name, self.adapter_files, where)
        settings = {key: self._setting(value, where, key) for key, value in table.items()}
        return validated(load_adapter_class(self.adapter_files[name]), settings, where)

    def _setting(self, value: Any, where: str, key: str) -> Any:
        """`{ file = "path" }` is the text of that file, inside the project's folder; `{ adapter = ... }` an adapter."""
        if isinstance(value, dict) and isinstance(value.get("adapter"), str):
            settings = {name: one for name, one in value.items() if name != "adapter"}
            return self._adapter(value["adapter"], settings, f"{where} {key}")
        if not (isinstance(value, dict) and set(value) == {"file"}):
            return value
        path = inside(self.root, str(value["file"]), f"{where} {key}")
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{where} {key}: cannot read {path}: {error.strerror}.") from None
        except UnicodeDecodeError as error:
            raise ConfigError(f"{where} {key}: {path} is not UTF-8 at byte {error.start}.") from None


def bundled() -> Path:
    """Folder with the built-in adapters and tasks: inside the wheel, or this repository itself."""
    package = Path(__file__).parent
    inside_wheel = package / "_bundled"
    return inside_wheel if inside_wheel.is_dir() else package.parent


def find_project(start: Path | None = None) -> Project:
    """The project whose `harness.toml` stands in `start` (default: here) or above.

    Raises:
        ConfigError: there is none, or it is not valid.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            path = folder / FILE
            return Project(folder, validated(ProjectFile, read_toml(path), str(path)))
    raise ConfigError(f"there is no {FILE} in {here} or above it. Run `harness init`, or change to a project's folder.")
