"""A task: what must be done, with its data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from harness.adapter import TaskView
from harness.data.split import cut_validation
from harness.data.table import ItemTable, sorted_hash
from harness.data.update import Update, retargeted
from harness.errors import ConfigError
from harness.kinds.kind import Kind
from harness.metrics.metric import Metric
from harness.task.file import Bound, UseTable
from harness.task.judging import Judging
from harness.types import Answered, Context, Item, Passage, content_hash

SYSTEM_FIGURES = ("p50_latency_ms", "p95_latency_ms", "usd_per_1000_calls", "usd_per_month")
"""What a requirement may bound besides metrics."""


@dataclass(frozen=True)
class Requirement:
    """The bar, written down before the run."""

    bounds: Mapping[str, Bound]
    """By metric name, `p95_latency_ms`, `p50_latency_ms`, `usd_per_1000_calls` or `usd_per_month`."""
    on_premise: bool = False
    """Nothing may leave the machine."""
    margin: float = 0.0
    """A smaller gain in the primary metric is not worth having; in its own units."""


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

    def passages(self, record: Answered) -> tuple[Context, ...]:
        """What was retrieved for an answer, without labelled examples: those are no passages, and no item's gold."""
        return tuple(context for context in record.contexts if context.id not in self._labelled)

    @cached_property
    def _labelled(self) -> frozenset[str]:
        return frozenset(item.id for item in (*self.train, *self.validation))

    @cached_property
    def test_ids(self) -> frozenset[str]:
        """Ids of all test items; those that were left out are among them."""
        return frozenset(item.id for item in (*self.test, *self.left_out))

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
