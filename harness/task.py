"""A task: what must be done, read from `tasks/NAME/task.toml` and the data beside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, field_validator, model_validator

from harness.adapter import TaskView
from harness.config import Table, inside, read_toml, validated
from harness.data.corpus import read_corpus
from harness.data.holdout import Parts, SplitTable, hold_out
from harness.data.holdout_by_date import hold_out_last
from harness.data.items import make_items
from harness.data.rows import Row, read_rows
from harness.data.split import cut_validation
from harness.data.table import ItemTable, sorted_hash
from harness.data.update import Update, new_targets, retargeted, second_edition
from harness.errors import ConfigError, DataError, UnknownNameError
from harness.judging import JudgeTable, Judging, judged_metric_names, read_judging
from harness.kinds.kind import Kind
from harness.kinds.registry import make_kind
from harness.metrics import judged, retrieval
from harness.metrics.metric import Metric
from harness.types import Item, Passage, content_hash


class TaskTable(Table):
    """`[task]`."""

    version: str = "1"
    kind: str
    instructions: str = Field(min_length=1)
    labels: tuple[str, ...] = ()
    positive: str | None = None
    """Of the two labels of a binary task, the one that is looked for."""
    types: tuple[str, ...] = ()
    """Of spans."""
    json_schema: str | dict[str, Any] | None = Field(default=None, alias="schema")
    """Of a JSON answer: a file beside the task, or the schema itself."""
    tolerance: float = Field(default=0.0, ge=0)
    """How far a number of a JSON answer may be off and still be right."""
    no_answer: str | None = None
    """What to answer to a question that the passages do not answer."""
    description: str = ""

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels or not all(label.strip() for label in labels):
            raise ValueError(f"none may be empty; leave the key out to take those of the data; found {list(labels)}")
        return labels


class DataTable(Table):
    """`[data]`."""

    test: str | None = None
    train: str | None = None
    all: str | None = None
    """One source in place of `test` and `train`; `split` says which items are test."""
    split: SplitTable = SplitTable()
    validation: str | None = None
    validation_share: float = Field(default=0.1, ge=0.0, lt=1.0)
    corpus: str | None = None
    input: str | tuple[str, ...] = "text"
    target: str = "target"
    group: str | None = None
    gold: str | None = None
    """Column with the ids of the passages that answer an item."""
    date: str | None = None
    """Column by which training must precede test: `harness check` looks at it, and a temporal split goes by it."""
    annotators: tuple[str, ...] = ()
    """Columns with the labels of several annotators; only `harness check` reads them."""
    encoding: str = "utf-8"

    @model_validator(mode="after")
    def _inputs(self) -> "DataTable":
        if not self.input_columns:
            raise ValueError("input names no column")
        if self.target in self.input_columns:
            raise ValueError(f"input has the target's column {self.target!r}: an adapter would be shown what to answer")
        return self

    @model_validator(mode="after")
    def _parts(self) -> "DataTable":
        named = [key for key in ("test", "train") if getattr(self, key)]
        if self.all is None and self.test is None:
            raise ValueError("names no test items: test = FILE, or one file to split, all = FILE")
        if self.all is not None and named:
            raise ValueError(
                f"names {' and '.join(named)} beside all: either one file is split, or each part has its own"
            )
        if self.all is None and "split" in self.model_fields_set:
            raise ValueError("has a split but no file to split: all = FILE")
        if self.split.by == "temporal" and self.date is None:
            raise ValueError('a temporal split goes by a date: name its column, date = "..."')
        return self

    @property
    def input_columns(self) -> tuple[str, ...]:
        """The input's columns, one or several."""
        return (self.input,) if isinstance(self.input, str) else self.input


class UpdateTable(Table):
    """`[update]`: a second edition of the corpus, for `harness stale`."""

    corpus: str
    """Documents that replace those of the same id, and new ones: a folder or a file."""
    target: str
    """Column with the new target, filled where the answer changes."""


class GuardTable(Table):
    """`[guard]`: what a model that is trained for this task must not unlearn, for `harness guard`."""

    tasks: tuple[str, ...] = Field(min_length=1)
    """Other tasks of the project."""


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
            raise ValueError("exactly one of at_least and at_most is needed")
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
    peak_factor: float | None = Field(default=None, ge=1)
    """Busiest second's load over the average's; None takes the assumed `peak_to_average`."""
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
    update: UpdateTable | None = None
    guard: GuardTable | None = None
    metrics: MetricsTable = MetricsTable()
    requirement: dict[str, Any] = Field(default_factory=dict)
    judge: JudgeTable | None = None
    use: UseTable = UseTable()
    keywords: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _editions(self) -> "TaskFile":
        if self.update is not None and self.data.all is not None:
            raise ValueError("update goes with test and train as files of their own, not with one that is split")
        return self

    @field_validator("requirement")
    @classmethod
    def _bounds(cls, table: dict[str, Any]) -> dict[str, Any]:
        for key, value in table.items():
            if key == "on_premise":
                if not isinstance(value, bool):
                    raise ValueError(f"on_premise must be true or false, found {value!r}")
            elif key == "margin":
                if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < inf:
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
    split: str | None = None
    """In words, where the test items were held out of one file."""
    left_out: Sequence[Item] = ()
    """Test items that no candidate is asked and that count in no figure."""
    update: Update | None = None
    """What changes when the knowledge does, where the task has a second edition of its corpus."""
    judge: Judging | None = None
    """The model that judges answers, where the task has one."""
    guard: tuple[str, ...] = ()
    """Other tasks, at which a model must not get worse when it is trained for this one."""

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

    def updated(self) -> "Task":
        """The task once its knowledge has changed.

        Raises:
            ConfigError: it has no second edition.
        """
        new = self.update
        if new is None:
            raise ConfigError(
                f"{self.folder / 'task.toml'} has no [update]: a second edition of its corpus, and the column with the "
                "answers that change."
            )
        return replace(
            self,
            test=retargeted(self.test, new.test),
            train=retargeted(self.train, new.train),
            validation=retargeted(self.validation, new.validation),
            corpus=new.corpus,
            update=None,
        )

    @cached_property
    def table(self) -> ItemTable:
        """The test items as columns."""
        return ItemTable(self.test)

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
        """Of all test items, targets included; those that were left out are among them."""
        return sorted_hash(np.concatenate([self.table.digests[1], ItemTable(self.left_out).digests[1]]))


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
    for key in ("test", "train", "all", "validation", "corpus"):
        source = getattr(data, key)
        if source:  # one with a scheme, like hf:owner/name, is no path and stays inside as one
            inside(folder.parent.parent, str(folder / source), f"{path}: [data] {key}")
    if isinstance(file.task.json_schema, str):
        inside(folder.parent.parent, str(folder / file.task.json_schema), f"{path}: [task] schema")

    def rows(source: str | None, key: str) -> Iterator[Row]:
        return read_rows(source, folder, data.encoding, f"{path}: [data] {key}") if source else iter(())

    # Read as they are needed: a kind that is spelt out in the task looks at none of them.
    sources = (rows(data.train, "train"), rows(data.test, "test"), rows(data.all, "all"))
    targets = (r.cells.get(data.target) for r in chain(*sources))
    kind = make_kind(file.task.kind, file.task.model_dump(), targets, str(path), folder)

    def items(found: Iterable[Row]) -> list[Item]:
        return make_items(
            found,
            input_columns=data.input_columns,
            target_column=data.target,
            group_column=data.group,
            gold_column=data.gold,
            check=kind.check,
        )

    names = judged_metric_names(file.judge, _metric_names(file, kind), str(path))
    metrics = [_named_metric(kind, data, name, str(path), bounded=name in file.requirement) for name in names]
    named = items(rows(data.validation, "validation"))
    if data.all:
        held = _held_out(rows(data.all, "all"), items, data, labels=bool(kind.choices), path=str(path))
    else:
        held = Parts(items(rows(data.test, "test")), items(rows(data.train, "train")))
    test, train, validation = held.test, held.train, named or held.validation
    corpus = read_corpus(data.corpus, folder, data.encoding, f"{path}: [data] corpus") if data.corpus else ()
    _check_gold(test, corpus, f"{path}: [data] gold")

    def changed(part: Sequence[Item], source: str | None, key: str, column: str) -> dict[str, Any]:
        return new_targets(part, rows(source, key), column, kind.check, f"{path}: [update] target")

    update = None
    if (table := file.update) is not None:
        documents, number = _second_edition(table, data, corpus, folder, str(path))
        update = Update(
            documents,
            number,
            test=changed(test, data.test, "test", table.target),
            train=changed(train, data.train, "train", table.target),
            validation=changed(validation, data.validation, "validation", table.target),
        )
        if not update.test:
            raise DataError(f"{path}: [update] target: no test item has anything in a column {table.target!r}.")
    return Task(
        name=folder.name,
        version=file.task.version,
        kind=kind,
        instructions=file.task.instructions.strip(),
        test=test,
        train=train,
        validation=validation,
        corpus=corpus,
        metrics=metrics,
        requirement=_requirement(file.requirement, metrics, str(path)),
        use=file.use,
        keywords=_keywords(file.keywords, kind, str(path)),
        validation_share=data.validation_share,
        folder=folder,
        split=held.words,
        update=update,
        judge=read_judging(file.judge, folder, str(path)),
        guard=_guard(file, folder.name, str(path)),
    )


def _guard(file: TaskFile, name: str, path: str) -> tuple[str, ...]:
    tasks = file.guard.tasks if file.guard else ()
    if name in tasks:
        raise ConfigError(f"{path}: [guard] tasks: {name!r} is the task itself; name some that it is not trained for.")
    return tuple(dict.fromkeys(tasks))


def _held_out(
    rows: Iterator[Row], items: Callable[[Iterable[Row]], list[Item]], data: DataTable, *, labels: bool, path: str
) -> Parts:
    """The parts of the one file that the task brings."""
    where = f"{path}: [data] split"
    if data.split.by == "temporal" and data.date is not None:
        share = 0.0 if data.validation else data.validation_share
        return hold_out_last(rows, items, data.date, data.split.share, share, where)
    return hold_out(items(rows), data.split, labels=labels, where=where)


def _second_edition(
    table: UpdateTable, data: DataTable, corpus: Sequence[Passage], folder: Path, path: str
) -> tuple[list[Passage], int]:
    if data.corpus is None:
        raise ConfigError(f"{path}: [update]: the task has no corpus to be a second edition of: [data] corpus.")
    if table.target in (data.target, *data.input_columns):
        raise ConfigError(f"{path}: [update] target: {table.target!r} is a column of [data] already: name another.")
    where = f"{path}: [update] corpus"
    inside(folder.parent.parent, str(folder / table.corpus), where)
    return second_edition(corpus, read_corpus(table.corpus, folder, data.encoding, where), where)


def _metric_names(file: TaskFile, kind: Kind) -> list[str]:
    named = [*([file.metrics.primary] if file.metrics.primary else []), *file.metrics.also]
    bounded = [k for k in file.requirement if k not in ("on_premise", "margin", *SYSTEM_FIGURES)]
    return list(dict.fromkeys([*(named or kind.default_metrics()), *bounded]))


def _check_gold(test: Sequence[Item], corpus: Sequence[Passage], where: str) -> None:
    """Gold passages must stand in the corpus, where there is one."""
    known = {passage.id for passage in corpus}
    for item in test if known else ():
        for name in item.gold:
            if name not in known:
                raise UnknownNameError("passage", name, known, f"{where}: item {item.id!r}")


def _named_metric(kind: Kind, data: DataTable, name: str, path: str, *, bounded: bool) -> Metric:
    if metric := retrieval.named(name):
        if data.gold is None:
            raise ConfigError(f"{path}: {name} needs the passages that answer an item: name their column, [data] gold.")
        return metric
    if name in judged.NAMES:
        return judged.NAMES[name]()
    try:
        return kind.metric(name)
    except UnknownNameError as error:
        if bounded:
            known = [*error.known, *SYSTEM_FIGURES, "on_premise", "margin"]
            raise UnknownNameError("figure", name, known, f"{path}: [requirement]") from None
        raise UnknownNameError(error.what, name, error.known, f"{path}: [metrics]") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {'[requirement]' if bounded else '[metrics]'}: {error}") from None


def _requirement(table: Mapping[str, Any], metrics: Sequence[Metric], path: str) -> Requirement:
    bounds, primary = {}, metrics[0]
    for key, value in table.items():
        if key in ("on_premise", "margin"):
            continue
        bound = bounds[key] = validated(Bound, value, f"{path}: [requirement] {key}")
        found = bound.at_least if bound.at_least is not None else bound.at_most
        for low, high in (m.bounds for m in metrics if m.name == key and m.bounds):
            if found is not None and not low <= found <= high:
                raise ConfigError(f"{path}: [requirement] {key}: found {found:g}; it runs from {low:g} to {high:g}.")
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
