"""A test per item: `@pytest.mark.harness(task=..., candidate=..., samples=...)`."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

import pytest

from harness.testing.board import cannot_run
from harness.testing.options import option
from harness.types import Answered, Item, Record

if TYPE_CHECKING:
    from harness.task import Task
    from harness.testing.runs import Runs

REPEATS = pytest.StashKey[tuple[Sequence["ItemResult"], int]]()
"""What came of an item in each repeat, and how many must pass."""
_KEYS = ("task", "candidate", "samples", "repeats", "must_pass")


@dataclass(frozen=True)
class ItemResult:
    """One item and what came of it: what a test of a single item gets as `harness_item`."""

    item: Item
    record: Record
    right: bool
    """Whether its score in the task's primary metric is perfect."""

    @property
    def input(self) -> Any:
        """What was asked."""
        return self.item.input

    @property
    def target(self) -> Any:
        """What the answer should be."""
        return self.item.target

    @property
    def answer(self) -> Any:
        """What was answered; None where the item failed or the text could not be parsed."""
        return self.record.answer if isinstance(self.record, Answered) else None

    @property
    def text(self) -> str | None:
        """Raw text of a generative model."""
        return self.record.text if isinstance(self.record, Answered) else None

    def __repr__(self) -> str:
        from harness.wrong import got

        return f"<item {self.item.id}: expected {self.item.target!r}, got {got(self.record)!r}>"


@dataclass(frozen=True)
class PerItem:
    """The marker's arguments, checked."""

    task: str
    candidate: str
    samples: int | None = None
    repeats: int = 1
    must_pass: int = 1


def per_item(marker: pytest.Mark, where: str) -> PerItem:
    """The marker's arguments.

    Raises:
        pytest.UsageError: an unknown, missing or impossible one.
    """
    from harness.errors import suggestion

    for key in marker.kwargs:
        if key not in _KEYS:
            raise pytest.UsageError(f"{where}: mark harness: unknown argument {key!r}{suggestion(key, _KEYS)}")
    if marker.args or not {"task", "candidate"} <= set(marker.kwargs):
        raise pytest.UsageError(f'{where}: mark harness takes names: harness(task="...", candidate="...", samples=20).')
    repeats = marker.kwargs.get("repeats", 1)
    found = PerItem(**{**marker.kwargs, "must_pass": marker.kwargs.get("must_pass", repeats)})
    for key in ("task", "candidate"):
        if not isinstance(name := getattr(found, key), str):
            raise pytest.UsageError(f"{where}: mark harness: {key} is a name, found {name!r}.")
    numbers = (found.repeats, found.must_pass, 1 if found.samples is None else found.samples)
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in numbers)
    if not whole or found.must_pass > found.repeats:
        raise pytest.UsageError(
            f"{where}: mark harness: samples and repeats are whole numbers from 1, must_pass is 1 to repeats; found "
            f"samples = {found.samples!r}, repeats = {found.repeats!r}, must_pass = {found.must_pass!r}."
        )
    return found


def item_ids(task: "Task", samples: int | None) -> list[str]:
    """Ids of the items that are tested: those that a limit of as many would take."""
    from harness.run.sampling import sampled

    return [item.id for item in sampled(task.test, samples, 0)]


@dataclass
class ItemRuns:
    """Results by item of what was asked for with the marker, run once per session."""

    runs: "Runs"
    config: pytest.Config

    def __post_init__(self) -> None:
        self._results: dict[PerItem, list[dict[str, Record]]] = {}

    def results(self, asked: PerItem, item_id: str) -> list[ItemResult]:
        """What came of an item in each repeat; skips where the candidate cannot run here."""
        from harness.errors import RunError
        from harness.wrong import distance

        if asked not in self._results:
            self._results[asked] = self._run(asked)
        task = self.runs.task(asked.task)
        item = task.test[task.table.place[item_id]]
        found = [records[item_id] for records in self._results[asked] if item_id in records]
        if len(found) < asked.repeats:
            raise RunError(f"{asked.candidate} on {asked.task} stopped before it came to item {item_id}.")
        return [ItemResult(item, record, distance(task.primary, item, record) == 0) for record in found]

    def _run(self, asked: PerItem) -> list[dict[str, Record]]:
        from harness.run.journal import latest

        outcomes = self.runs.sampled(asked.task, asked.candidate, asked.samples, asked.repeats)
        reasons = [o.skipped for o in outcomes if o.skipped]
        if reasons:
            cannot_run(asked.candidate, reasons[0], strict=option(self.config, "all"))
        return [latest(outcome.folder.journal) for outcome in outcomes if outcome.folder]


def call_repeatedly(function: pytest.Function) -> bool:
    """Calls a test once per repeat and holds the passes against `must_pass`; False where it has no repeats."""
    results, must_pass = function.stash.get(REPEATS, ((), 1))
    if len(results) < 2:
        return False
    if iscoroutinefunction(function.obj):
        # Called, it would do nothing, and a plugin that awaits it would do so once.
        pytest.fail("a test with repeats is a plain function: an async one is not repeated.", pytrace=False)
    names = function._fixtureinfo.argnames  # noqa: SLF001 - as pytest's own call of a test function does
    errors: list[BaseException] = []
    for result in results:
        given = {name: function.funcargs[name] for name in names} | {"harness_item": result}
        try:
            function.obj(**given)
        except (Exception, pytest.fail.Exception) as error:  # the second is none of the first
            errors.append(error)
    passed = len(results) - len(errors)
    function.user_properties.append(("harness_repeats", f"{passed} of {len(results)} passed"))
    if passed < must_pass:
        errors[-1].add_note(f"{passed} of {len(results)} repeats passed, {must_pass} must")
        raise errors[-1]
    return True
