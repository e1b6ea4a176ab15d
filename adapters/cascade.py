"""Two adapters, the cheap one first: the dear one answers where the cheap one is not sure enough."""

import asyncio
from collections.abc import Container, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SerializeAsAny

from harness.adapter import Adapter, Predictor, TaskView
from harness.data.split import cut_validation
from harness.learning.cascade import Tried, choose_threshold
from harness.metrics.metric import Metric
from harness.models.patience import BuildEndedError, Patience
from harness.models.services import Services
from harness.plugins import source_hash
from harness.types import Call, Failure, Preparation, Query, Reply, Rung

_CUT = 0.1
_AT_ONCE = 16
_CHOSEN = "cascade.json"


class Cascade(Adapter):
    """`cheap = { adapter = "tfidf" }`, `dear = { adapter = "prompting", model = "..." }`.

    How sure the cheap one is are the `scores` of its replies; one that gives none is never sure. The threshold is
    chosen on the validation items, which neither part has learnt from.
    """

    rung = Rung.BASELINE
    kinds = frozenset({"label", "binary", "image-label"})

    cheap: SerializeAsAny[Adapter]
    dear: SerializeAsAny[Adapter]

    def stands(self) -> Rung:
        """As far up the ladder as the higher of the two."""
        return max((part.stands() for part in self._parts), key=lambda rung: rung.height)

    def check(self, root: Path) -> None:
        """What either lacks."""
        for part in self._parts:
            part.check(root)

    def check_items(self, root: Path, ids: Container[str], primary: Metric, seed: int) -> None:
        """As either does."""
        for part in self._parts:
            part.check_items(root, ids, primary, seed)

    def unfit(self, task: TaskView) -> str | None:
        """Needs validation items, and two adapters that can do the task."""
        if reason := super().unfit(task):
            return reason
        if not task.validation:
            return "it needs validation items to choose its threshold by"
        return next((reason for part in self._parts if (reason := part.unfit(self._shown(task, 0)))), None)

    def fingerprint(self, root: Path) -> Any:
        """Code and weights of both."""
        return [[source_hash(type(part)), part.fingerprint(root)] for part in self._parts]

    def sends_data_away(self, root: Path) -> bool:
        """If either does."""
        return any(part.sends_data_away(root) for part in self._parts)

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """The calls of both: how many the cheap one spares is not known beforehand."""
        return [call for part in self._parts for call in part.foreseen(task, query)]

    def builds_here(self) -> bool:
        """Only for what its parts do here, and then it holds the cores itself."""
        return False

    def paced_seconds(self, calls: Sequence[Call]) -> float:
        """As the slower of the two."""
        return max(part.paced_seconds(calls) for part in self._parts)

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Builds both, has them answer the validation items, and chooses the threshold.

        An item that the dear part could not answer says nothing about it, and is left out of the choice.

        Raises:
            BuildEndedError: it was to end, nobody can answer, or too many answers failed.
        """
        view, log = self._shown(task, seed), _Log(services.patience)
        for part, place in self._places(folder):
            place.mkdir()
            async with services.local_work() if part.builds_here() else nullcontext():
                log.took(await part.build(view, place, seed, services))
        cheap, dear = await self._load(view, folder, services)
        try:
            queries = [item.query for item in task.validation]
            said, better = [await _answers(part, queries, services, log) for part in (cheap, dear)]
        finally:
            await asyncio.gather(cheap.close(), dear.close())
        tried = [
            Tried(_sure(a), _right(task, a, item), _right(task, b, item))
            for item, a, b in zip(task.validation, said, better, strict=True)
            if isinstance(b, Reply)
        ]
        if not tried:
            raise BuildEndedError(f"the dear part answered no validation item: {log.patience.last_failure}", log.calls)
        chosen = choose_threshold(tried)
        (folder / _CHOSEN).write_bytes(msgspec.json.encode([seed, chosen.threshold]))
        return Preparation(
            labels=log.labels + len(task.validation), calls=tuple(log.calls), notes=msgspec.to_builtins(chosen)
        )

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Cascade":
        """Loads both."""
        seed, threshold = msgspec.json.decode((folder / _CHOSEN).read_bytes(), type=tuple[int, float])
        return _Cascade(*await self._load(self._shown(task, seed), folder, services), threshold)

    @property
    def _parts(self) -> tuple[Adapter, Adapter]:
        return self.cheap, self.dear

    def _places(self, folder: Path) -> list[tuple[Adapter, Path]]:
        return [(self.cheap, folder / "cheap"), (self.dear, folder / "dear")]

    def _shown(self, task: TaskView, seed: int) -> TaskView:
        """The task without its validation items; where a part chooses by some, they are of the training items."""
        train, validation = cut_validation(list(task.train), [], _CUT, seed)
        return replace(task, train=train, validation=validation)

    async def _load(self, view: TaskView, folder: Path, services: Services) -> tuple[Predictor, Predictor]:
        cheap, dear = [await part.load(view, place, services) for part, place in self._places(folder)]
        return cheap, dear


@dataclass
class _Log:
    """What a build took so far, and whether it may go on."""

    patience: Patience
    labels: int = 0
    calls: list[Call] = field(default_factory=list)

    def took(self, preparation: Preparation) -> None:
        self.labels = max(self.labels, preparation.labels)
        self.calls += preparation.calls

    def see(self, said: Reply | Failure) -> None:
        self.calls += said.calls
        self.patience.count(said if isinstance(said, Failure) else None)

    def check(self) -> None:
        if self.patience.reason:
            raise BuildEndedError(self.patience.reason, self.calls)


async def _answers(
    predictor: Predictor, queries: Sequence[Query], services: Services, log: _Log
) -> list[Reply | Failure]:
    """A part's replies to many queries: in its batches, some of them at once where it calls an API."""
    here, replies = predictor.batch_size > 1, [list[Reply | Failure]() for _ in queries]
    starts = iter(range(0, len(queries), predictor.batch_size))

    async def work() -> None:
        for start in starts:
            if log.patience.reason:
                return
            async with services.local_work() if here else nullcontext():
                replies[start] = list(await predictor.predict(queries[start : start + predictor.batch_size]))
            for one in replies[start]:
                log.see(one)

    log.check()
    log.patience.begin()
    await asyncio.gather(*(work() for _ in range(1 if here else _AT_ONCE)))
    log.patience.end()
    log.check()
    return [one for said in replies for one in said]


def _sure(said: Reply | Failure) -> float:
    return max(said.scores.values(), default=0.0) if isinstance(said, Reply) and said.scores else 0.0


def _right(task: TaskView, said: Reply | Failure, item: Any) -> bool:
    if isinstance(said, Failure):
        return False
    answer = task.kind.parse(said.text or "", item.input) if said.answer is None else said.answer
    return bool(answer == item.target)


class _Cascade:
    def __init__(self, cheap: Predictor, dear: Predictor, threshold: float) -> None:
        self._cheap, self._dear, self._threshold = cheap, dear, threshold
        self.batch_size = min(cheap.batch_size, dear.batch_size)

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        said = [_by(one, "cheap") for one in await self._cheap.predict(queries)]
        unsure = [i for i, one in enumerate(said) if isinstance(one, Failure) or _sure(one) < self._threshold]
        if unsure:
            better = await self._dear.predict([queries[i] for i in unsure])
            for i, one in zip(unsure, better, strict=True):
                said[i] = _by(msgspec.structs.replace(one, calls=(*said[i].calls, *one.calls)), "dear")
        return said

    async def close(self) -> None:
        await asyncio.gather(self._cheap.close(), self._dear.close())


def _by(said: Reply | Failure, part: str) -> Reply | Failure:
    return msgspec.structs.replace(said, by=part) if isinstance(said, Reply) else said
