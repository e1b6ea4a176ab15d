"""What an adapter is: settings that can be sent anywhere, apart from what is loaded and stays where it is."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from harness.kinds.kind import Kind
from harness.metrics.metric import Metric
from harness.models.services import Services
from harness.types import Call, Failure, Item, Passage, Preparation, Query, Reply, Rung


@dataclass(frozen=True)
class TaskView:
    """What an adapter gets to see of a task: everything but the test items."""

    name: str
    kind: Kind
    instructions: str
    train: Sequence[Item]
    """Labelled items to learn from."""
    validation: Sequence[Item] = ()
    """Labelled items to choose by: when to stop, which threshold."""
    corpus: Sequence[Passage] = ()
    """Documents to look things up in."""
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keywords per label, where the task gives them."""

    @property
    def labelled(self) -> Sequence[Item]:
        """Train and validation together, for an adapter that chooses nothing by validation."""
        return [*self.train, *self.validation]


class Predictor(Protocol):
    """A candidate, loaded and ready to answer."""

    batch_size: int
    """Queries at once. 1 for what calls an API: the runner then makes many calls at once."""

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """One reply or failure per query, in the same order."""

    async def close(self) -> None:
        """Gives back what was loaded."""


class Adapter(BaseModel):
    """A pluggable way of solving tasks. The fields of a subclass are its settings in `harness.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    rung: ClassVar[Rung]
    """How far up the ladder this approach stands; a candidate may state another."""
    kinds: ClassVar[frozenset[str] | None] = None
    """Kinds whose answers it can give; None is every kind."""
    timed: ClassVar[bool] = True
    """Whether the time it takes to answer says something; not so for a recording, which knows its own."""

    def stands(self) -> Rung:
        """How far up the ladder these settings stand."""
        return self.rung

    def check(self, root: Path) -> None:
        """Raises UnavailableError for what this machine lacks: an extra, a key, weights. Loads nothing."""

    def check_items(self, root: Path, ids: Container[str], primary: Metric, seed: int) -> None:
        """Raises DataError for what can be known to be wrong before a run, by the ids of the test items.

        Args:
            root: the project's folder.
            ids: of the test items, those that are left out too.
            primary: the metric that decides.
            seed: of the run.
        """

    def unfit(self, task: TaskView) -> str | None:
        """Why this candidate cannot do this task, whatever the machine; None where it can."""
        if self.kinds is not None and task.kind.name not in self.kinds:
            return f"its answers are of kind {', '.join(sorted(self.kinds))}, the task's of {task.kind.name}"
        return None

    def fingerprint(self, root: Path) -> Any:
        """JSON-like value for what changes the answers besides the settings: weights, a file's content."""
        del root
        return None

    def sends_data_away(self, root: Path) -> bool:
        """Whether inputs go to another machine when this candidate answers."""
        del root
        return False

    def untrained(self, built_for: TaskView, other: TaskView) -> "Adapter | None":
        """The model as it was before it was trained, as an adapter that loads without a build.

        For an adapter whose `load` can take another task than the one that it was built for: what training broke is
        then measured there. None where it cannot.
        """
        del built_for, other
        return None

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """The model calls that a query is going to take, their tokens estimated from its text; makes none."""
        del task, query
        return ()

    def builds_here(self) -> bool:
        """Whether a build keeps this machine's cores busy: then one goes after the other.

        An adapter that says no holds them itself, by `services.local_work`, for what of its build does.
        """
        return True

    def paced_seconds(self, calls: Sequence[Call]) -> float:
        """What calls take at least, by the rates that these settings keep to."""
        del calls
        return 0.0

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Indexes or trains, and leaves files in `folder`. By default there is nothing to build.

        Raises:
            BuildEndedError: it cannot be finished now, e.g. since its calls fail; nothing of it is kept.
        """
        del task, folder, seed, services
        return Preparation()

    async def load(self, task: TaskView, folder: Path, services: Services) -> Predictor:
        """Loads what `build` left in `folder`."""
        raise NotImplementedError


class Batched:
    """A predictor whose answers are computed on this machine by a function over many queries."""

    batch_size = 256

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """One reply or failure per query; runs in a thread."""
        raise NotImplementedError

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """`answers`, off the event loop."""
        import asyncio

        return await asyncio.to_thread(self.answers, queries)

    async def close(self) -> None:
        """There is nothing to give back."""
