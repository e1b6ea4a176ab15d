"""What every judge shares: it judges so often, and what is nonsense is a failure, never a score."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from harness.models.caller import CallFailedError
from harness.types import Call, Failure, Query, Reply

_SHOWN = 200


class NonsenseError(Exception):
    """The judge said something that is no judgement."""

    def __init__(self, said: str) -> None:
        """`said` is what it answered."""
        shown = said if len(said) <= _SHOWN else said[:_SHOWN] + "..."
        super().__init__(f"the judge gave no judgement; it said {shown!r}")


class Judge(ABC):
    """A predictor whose queries are what is to be judged and whose answers are scores."""

    def __init__(self, repeats: int, batch_size: int) -> None:
        """Each item is judged `repeats` times; its score is the mean of those that gave one."""
        self._repeats, self.batch_size = repeats, batch_size

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """A score for each: a reply whose `scores` are those of its repeats."""
        return await asyncio.gather(*(self._judged(query.input) for query in queries))

    async def close(self) -> None:  # noqa: B027 - there is nothing to give back, in any judge
        """The models belong to the services."""

    async def _judged(self, material: Mapping[str, Any]) -> Reply | Failure:
        calls: list[Call] = []
        scores: dict[str, float] = {}
        nonsense, last = "", ""
        for repeat in range(self._repeats):
            try:
                scores[str(repeat + 1)], last = await self._once(material, repeat, calls)
            except NonsenseError as error:
                nonsense = str(error)
            except CallFailedError as error:
                return error.as_failure(tuple(call for call in calls if call is not error.call))
        if not scores:
            return Failure("Nonsense", nonsense, tuple(calls))
        mean = sum(scores.values()) / len(scores)
        return Reply(answer=mean, text=last, scores=scores if self._repeats > 1 else None, calls=tuple(calls))

    @abstractmethod
    async def _once(self, material: Mapping[str, Any], repeat: int, calls: list[Call]) -> tuple[float, str]:
        """A score and what the judge said; adds its calls to `calls`. Raises NonsenseError and CallFailedError."""
