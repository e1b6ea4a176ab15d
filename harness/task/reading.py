"""A task read from `tasks/NAME/task.toml` and the data beside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.config import inside, read_toml, validated
from harness.data.corpus import read_corpus
from harness.data.holdout import Parts, hold_out
from harness.data.holdout_by_date import hold_out_last
from harness.data.items import cell_of, make_items
from harness.data.rows import Row, read_rows
from harness.data.update import Update, new_targets, second_edition
from harness.errors import ConfigError, DataError, UnknownNameError
from harness.kinds.kind import Kind
from harness.kinds.registry import make_kind
from harness.metrics import judged, retrieval
from harness.metrics.metric import Intervals, Metric, check_ordered
from harness.task.file import Bound, DataTable, TaskFile, UpdateTable
from harness.task.judging import judged_metric_names, read_judging
from harness.task.task import SYSTEM_FIGURES, Requirement, Task
from harness.types import Item, Passage


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
    _check_places(file, folder, str(path))
    source = _Source(file, folder, str(path))
    kind = make_kind(file.task.kind, file.task.model_dump(), source.targets(), str(path), folder)
    names = judged_metric_names(file.judge, _metric_names(file, kind), str(path))
    # A metric may be written in several ways: residual_quantile[.5] and residual_quantile[0.50] are one.
    named = {n: _named_metric(kind, file.data, n, str(path), bounded=n in file.requirement) for n in names}
    check_ordered(named[names[0]], f"{path}: [metrics] primary")
    intervals = Intervals(**file.metrics.intervals.model_dump())
    metrics = [replace(metric, intervals=intervals) for metric in {m.name: m for m in named.values()}.values()]
    parts, corpus = source.parts(kind), source.corpus()
    source.check_gold(parts.test, corpus)
    return Task(
        name=folder.name,
        version=file.task.version,
        kind=kind,
        instructions=file.task.instructions.strip(),
        test=parts.test,
        train=parts.train,
        validation=parts.validation,
        corpus=corpus,
        metrics=metrics,
        requirement=_requirement(file.requirement, named, metrics[0], str(path)),
        use=file.use,
        keywords=_keywords(file.keywords, kind, str(path)),
        validation_share=file.data.validation_share,
        folder=folder,
        split=parts.words,
        update=source.update(file.update, parts, corpus, kind) if file.update else None,
        judge=read_judging(file.judge, folder, str(path)),
        guard=_guard(file, folder.name, str(path)),
    )


def _check_places(file: TaskFile, folder: Path, path: str) -> None:
    """Files that the task names lie inside the project."""
    named = {f"[data] {key}": getattr(file.data, key) for key in ("test", "train", "all", "validation", "corpus")}
    named["[task] schema"] = file.task.json_schema
    for key, source in named.items():
        if source and isinstance(source, str):  # one with a scheme, like hf:owner/name, is no path and stays inside
            inside(folder.parent.parent, str(folder / source), f"{path}: {key}")


@dataclass(frozen=True)
class _Source:
    """Where the data of a task are read from."""

    file: TaskFile
    folder: Path
    path: str

    def rows(self, key: str) -> Iterator[Row]:
        """Of the data file that `[data]` has under a key; nothing where it has none."""
        data = self.file.data
        source = getattr(data, key)
        if not source:
            return iter(())
        where = f"{self.path}: [data] {key}"
        return read_rows(source, self.folder, data.encoding, where, data.separator, data.decimal)

    def targets(self) -> Iterator[Any]:
        """Raw targets, read as they are asked for: a kind that is spelt out in the task looks at none of them."""
        column = self.file.data.target
        return (cell_of(row, column, "target") for key in ("train", "test", "all") for row in self.rows(key))

    def parts(self, kind: Kind) -> Parts:
        """Test, train and validation."""
        data = self.file.data

        def items(found: Iterable[Row]) -> list[Item]:
            return make_items(
                found,
                input_columns=data.input_columns,
                target_column=data.target,
                group_column=data.group,
                gold_column=data.gold,
                check=kind.check,
            )

        named = items(self.rows("validation"))
        if data.all:
            held = _held_out(self.rows("all"), items, data, labels=bool(kind.choices), path=self.path)
        else:
            held = Parts(items(self.rows("test")), items(self.rows("train")))
        return replace(held, validation=named) if named else held

    def corpus(self) -> Sequence[Passage]:
        """The documents."""
        data = self.file.data
        where = f"{self.path}: [data] corpus"
        return read_corpus(data.corpus, self.folder, data.encoding, where, data.separator) if data.corpus else ()

    def check_gold(self, test: Sequence[Item], corpus: Sequence[Passage]) -> None:
        """The column of gold passages is there, and they stand in the corpus, where there is one."""
        column, where = self.file.data.gold, f"{self.path}: [data] gold"
        if column is not None and not any(item.gold for item in test):
            columns = {str(name) for key in ("test", "all") for row in self.rows(key) for name in row.cells}
            if column not in columns:
                raise UnknownNameError("column", column, columns, where)
        known = {passage.id for passage in corpus}
        for item in test if known else ():
            for name in item.gold:
                if name not in known:
                    raise UnknownNameError("passage", name, known, f"{where}: item {item.id!r}")

    def update(self, table: UpdateTable, parts: Parts, corpus: Sequence[Passage], kind: Kind) -> Update:
        """The second edition, with the targets that change with it."""

        def changed(part: Sequence[Item], key: str) -> dict[str, Any]:
            return new_targets(part, self.rows(key), table.target, kind.check, f"{self.path}: [update] target")

        documents, number = _second_edition(table, self.file.data, corpus, self.folder, self.path)
        update = Update(
            documents,
            number,
            test=changed(parts.test, "test"),
            train=changed(parts.train, "train"),
            validation=changed(parts.validation, "validation"),
        )
        if not update.test:
            raise DataError(f"{self.path}: [update] target: no test item has anything in a column {table.target!r}.")
        return update


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
    documents = read_corpus(table.corpus, folder, data.encoding, where, data.separator)
    return second_edition(corpus, documents, where)


def _metric_names(file: TaskFile, kind: Kind) -> list[str]:
    first, *others = kind.default_metrics()
    if file.metrics.primary or file.metrics.also:
        others = list(file.metrics.also)
    bounded = [k for k in file.requirement if k not in ("on_premise", "margin", *SYSTEM_FIGURES)]
    return list(dict.fromkeys([file.metrics.primary or first, *others, *bounded]))


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


def _requirement(table: Mapping[str, Any], named: Mapping[str, Metric], primary: Metric, path: str) -> Requirement:
    bounds: dict[str, Bound] = {}
    for key, value in table.items():
        if key in ("on_premise", "margin"):
            continue
        where, metric = f"{path}: [requirement] {key}", named.get(key)
        bound = validated(Bound, value, where)
        if metric and metric.both_ways:
            raise ConfigError(f"{where}: {metric.both_ways}.")
        _check_side(metric, key, bound, where)
        if metric and metric.bounds and not metric.bounds[0] <= bound.limit <= metric.bounds[1]:
            low, high = metric.bounds
            raise ConfigError(f"{where}: found {bound.limit:g}; it runs from {low:g} to {high:g}.")
        name = metric.name if metric else key
        if name in bounds:
            raise ConfigError(f"{where}: {name} is bounded twice.")
        bounds[name] = bound
    margin = float(table.get("margin", 0.0))
    if primary.bounds and margin > primary.bounds[1] - primary.bounds[0]:
        raise ConfigError(
            f"{path}: [requirement] margin: found {margin:g}, more than the whole range of {primary.name} "
            f"({primary.bounds[0]:g} to {primary.bounds[1]:g}). It is in the metric's own units, e.g. 0.03."
        )
    return Requirement(bounds, bool(table.get("on_premise", False)), margin)


def _check_side(metric: Metric | None, key: str, bound: Bound, where: str) -> None:
    """Refuses a bound that better candidates miss and worse ones meet."""
    if metric and metric.instead:  # neither more nor less of it is better
        return
    more = metric is not None and metric.higher_is_better
    if more != (bound.at_least is not None):
        found, right = ("at_most", "at_least") if more else ("at_least", "at_most")
        raise ConfigError(
            f"{where}: {found} would refuse the better ones: the {'higher' if more else 'lower'} {key} is, the better. "
            f"Write {{ {right} = {bound.limit:g} }}."
        )


def _keywords(table: Mapping[str, tuple[str, ...]], kind: Kind, path: str) -> dict[str, tuple[str, ...]]:
    for label in table:
        try:
            kind.check(label)
        except ValueError as error:
            raise ConfigError(f"{path}: [keywords]: {error}") from None
    return dict(table)
