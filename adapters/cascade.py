"""Two adapters, the cheap one first: the dear one answers where the cheap one is not sure enough."""

import asyncio
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SerializeAsAny

from harness.adapter import Adapter, Predictor, TaskView
from harness.data.split import cut_validation
from harness.learning.cascade import Tried, choose_threshold
from harness.metrics.metric import Metric
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

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Builds both, has them answer the validation items, and chooses the threshold."""
        view, took = self._shown(task, seed), []
        for part, place in self._places(folder):
            place.mkdir()
            took.append(await part.build(view, place, seed, services))
        cheap, dear = await self._load(view, folder, services)
        try:
            queries = [item.query for item in task.validation]
            said, better = await _answers(cheap, queries), await _answers(dear, queries)
        finally:
            await asyncio.gather(cheap.close(), dear.close())
        tried = [
            Tried(_sure(a), _right(task, a, item), _right(task, b, item))
            for item, a, b in zip(task.validation, said, better, strict=True)
        ]
        chosen = choose_threshold(tried)
        (folder / _CHOSEN).write_bytes(msgspec.json.encode([seed, chosen.threshold]))
        made = (call for one in (*said, *better) for call in one.calls)
        return Preparation(
            labels=max(one.labels for one in took) + len(task.validation),
            calls=(*(call for one in took for call in one.calls), *made),
            notes=msgspec.to_builtins(chosen),
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


async def _answers(predictor: Predictor, queries: Sequence[Query]) -> list[Reply | Failure]:
    """A part's replies to many queries: in its batches, some of them at once where it calls an API."""
    slots = asyncio.Semaphore(_AT_ONCE if predictor.batch_size == 1 else 1)

    async def batch(start: int) -> Sequence[Reply | Failure]:
        async with slots:
            return await predictor.predict(queries[start : start + predictor.batch_size])

    batches = await asyncio.gather(*(batch(i) for i in range(0, len(queries), predictor.batch_size)))
    return [one for said in batches for one in said]


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
