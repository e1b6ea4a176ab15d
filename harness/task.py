"""A task: what must be done, read from `tasks/NAME/task.toml` and the data beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from harness.adapter import TaskView
from harness.config import Table, read_toml, validated
from harness.data.corpus import read_corpus
from harness.data.items import make_items
from harness.data.rows import Row, read_rows
from harness.data.split import cut_validation
from harness.errors import ConfigError
from harness.kinds.kind import Kind
from harness.kinds.registry import make_kind
from harness.metrics.metric import Metric
from harness.types import Item, Passage, content_hash


class TaskTable(Table):
    """`[task]`."""

    version: str = "1"
    kind: str
    instructions: str = Field(min_length=1)
    labels: tuple[str, ...] = ()
    description: str = ""


class DataTable(Table):
    """`[data]`."""

    test: str
    train: str | None = None
    validation: str | None = None
    validation_share: float = Field(default=0.1, ge=0.0, lt=1.0)
    corpus: str | None = None
    input: str | tuple[str, ...] = "text"
    target: str = "target"
    group: str | None = None
    encoding: str = "utf-8"

    @property
    def input_columns(self) -> tuple[str, ...]:
        """The input's columns, one or several."""
        return (self.input,) if isinstance(self.input, str) else self.input


class MetricsTable(Table):
    """`[metrics]`."""

    primary: str | None = None
    also: tuple[str, ...] = ()


class Bound(Table):
    """What a figure must reach, or not pass."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one(self) -> "Bound":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("exactly one of at_least and at_most")
        return self

    @property
    def text(self) -> str:
        """E.g. `>= 0.9`."""
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"


class UseTable(Table):
    """`[use]`: how the answers will be used. Drives the economics."""

    calls_per_month: float | None = Field(default=None, ge=0)
    horizon_months: float = Field(default=24, gt=0)
    knowledge_changes_per_year: float = Field(default=0, ge=0)
    error_cost_usd: float = Field(default=0, ge=0)
    label_cost_usd: float | None = Field(default=None, ge=0)
    peak_factor: float = Field(default=3.0, ge=1)
    """Busiest second's load over the average's."""
    worth_usd_per_month: float = Field(default=0, ge=0)
    """A heavier approach must be worth at least so much more each month."""
    probability: float = Field(default=0.95, gt=0.5, lt=1)
    """How sure its net value must be."""


@dataclass(frozen=True)
class Requirement:
    """The bar, written down before the run."""

    bounds: Mapping[str, Bound]
    """By metric name, `p95_latency_ms`, `p50_latency_ms`, `usd_per_1000_calls` or `usd_per_month`."""
    on_premise: bool = False
    """Nothing may leave the machine."""
    margin: float = 0.0
    """A smaller gain in the primary metric is not worth having; in its own units."""


class TaskFile(Table):
    """`task.toml`."""

    task: TaskTable
    data: DataTable
    metrics: MetricsTable = MetricsTable()
    requirement: dict[str, Any] = Field(default_factory=dict)
    use: UseTable = UseTable()
    keywords: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("requirement")
    @classmethod
    def _bounds(cls, table: dict[str, Any]) -> dict[str, Any]:
        for key, value in table.items():
            if key == "on_premise":
                if not isinstance(value, bool):
                    raise ValueError(f"on_premise must be true or false, found {value!r}")
            elif key == "margin":
                if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
                    raise ValueError(f"margin must be a number of at least 0, found {value!r}")
            elif not isinstance(value, dict):
                raise ValueError(f"{key} must be a table like {{ at_least = 0.9 }}, found {value!r}")
        return table


SYSTEM_FIGURES = ("p50_latency_ms", "p95_latency_ms", "usd_per_1000_calls", "usd_per_month")
"""What a requirement may bound besides metrics."""


@dataclass(frozen=True)
class Task:
    """A task with its data."""

    name: str
    version: str
    kind: Kind
    instructions: str
    test: Sequence[Item]
    train: Sequence[Item]
    validation: Sequence[Item]
    """As the task names it; empty where it is to be cut from `train` by seed."""
    corpus: Sequence[Passage]
    metrics: Sequence[Metric]
    """The primary one first."""
    requirement: Requirement
    use: UseTable
    keywords: Mapping[str, tuple[str, ...]]
    validation_share: float
    folder: Path

    @property
    def primary(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]

    def view(self, seed: int) -> TaskView:
        """What an adapter gets to see under this seed: nothing of the test items."""
        train, validation = list(self.train), list(self.validation)
        if train and not validation:
            train, validation = cut_validation(train, self.test, self.validation_share, seed)
        return TaskView(self.name, self.kind, self.instructions, train, validation, self.corpus, self.keywords)

    @cached_property
    def teaching_hash(self) -> str:
        """Of everything that an adapter is shown: when it changes, what was built is built anew."""
        return content_hash(
            self.kind.key(),
            self.instructions,
            self.keywords,
            self.validation_share,
            [[i.input, i.target, i.group] for i in self.train],
            [[i.input, i.target, i.group] for i in self.validation],
            [[p.id, p.text] for p in self.corpus],
        )

    @cached_property
    def test_hash(self) -> str:
        """Of all test items, targets included."""
        return content_hash(sorted(item.hash for item in self.test))


def read_task_file(folder: Path) -> TaskFile:
    """`task.toml` of a task's folder, without its data.

    Raises:
        ConfigError: what is wrong with it.
    """
    path = folder / "task.toml"
    return validated(TaskFile, read_toml(path), str(path))


def load_task(folder: Path) -> Task:
    """The task in `folder`, with its data.

    Raises:
        ConfigError: what is wrong with the file or its data, with the line.
    """
    path, file = folder / "task.toml", read_task_file(folder)
    data = file.data

    def rows(source: str | None, key: str) -> list[Row]:
        return list(read_rows(source, folder, data.encoding, f"{path}: [data] {key}")) if source else []

    train_rows = rows(data.train, "train")
    targets = [row.cells.get(data.target) for row in train_rows]
    kind = make_kind(file.task.kind, file.task.model_dump(), targets, str(path))

    def items(found: list[Row]) -> list[Item]:
        return make_items(
            found,
            input_columns=data.input_columns,
            target_column=data.target,
            group_column=data.group,
            check=kind.check,
        )

    names = _metric_names(file, kind)
    where = f"{path}: [metrics]"
    metrics = [_named_metric(kind, name, where) for name in names]
    return Task(
        name=folder.name,
        version=file.task.version,
        kind=kind,
        instructions=file.task.instructions.strip(),
        test=items(rows(data.test, "test")),
        train=items(train_rows),
        validation=items(rows(data.validation, "validation")),
        corpus=read_corpus(data.corpus, folder, data.encoding, f"{path}: [data] corpus") if data.corpus else (),
        metrics=metrics,
        requirement=_requirement(file.requirement, kind, metrics[0], str(path)),
        use=file.use,
        keywords=_keywords(file.keywords, kind, str(path)),
        validation_share=data.validation_share,
        folder=folder,
    )


def _metric_names(file: TaskFile, kind: Kind) -> list[str]:
    named = [*([file.metrics.primary] if file.metrics.primary else []), *file.metrics.also]
    bounded = [k for k in file.requirement if k not in ("on_premise", "margin", *SYSTEM_FIGURES)]
    return list(dict.fromkeys([*(named or kind.default_metrics()), *bounded]))


def _named_metric(kind: Kind, name: str, where: str) -> Metric:
    try:
        return kind.metric(name)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _requirement(table: Mapping[str, Any], kind: Kind, primary: Metric, path: str) -> Requirement:
    bounds = {}
    for key, value in table.items():
        if key in ("on_premise", "margin"):
            continue
        if key not in SYSTEM_FIGURES:
            _named_metric(kind, key, f"{path}: [requirement] (or one of {', '.join(SYSTEM_FIGURES)})")
        bounds[key] = validated(Bound, value, f"{path}: [requirement] {key}")
    margin = float(table.get("margin", 0.0))
    if primary.bounds and margin > primary.bounds[1] - primary.bounds[0]:
        raise ConfigError(
            f"{path}: [requirement] margin: found {margin:g}, more than the whole range of {primary.name} "
            f"({primary.bounds[0]:g} to {primary.bounds[1]:g}). It is in the metric's own units, e.g. 0.03."
        )
    return Requirement(bounds, bool(table.get("on_premise", False)), margin)


def _keywords(table: Mapping[str, tuple[str, ...]], kind: Kind, path: str) -> dict[str, tuple[str, ...]]:
    for label in table:
        try:
            kind.check(label)
        except ValueError as error:
            raise ConfigError(f"{path}: [keywords]: {error}") from None
    return dict(table)
