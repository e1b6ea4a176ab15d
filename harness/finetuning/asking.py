"""Asking a fine-tuned causal model: with the messages of prompting, and what was retrieved among them."""

import asyncio
from collections.abc import Sequence

import msgspec

from harness.adapter import TaskView
from harness.errors import RunError
from harness.finetuning.beside import Beside, Shown
from harness.finetuning.settings import FineTuning
from harness.models.api import Message
from harness.models.caller import Caller
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Failure, Item, Query, Reply

_NOTHING = Shown([], ())


def as_prompted(settings: FineTuning, task: TaskView) -> Prompted:
    """The settings of prompting with the same model.

    An answer that cannot be parsed is not asked for again: the model has learnt to answer, not to mend.
    """
    return Prompted(model=settings.base_of(task.kind.name), max_tokens=settings.max_new_tokens, retries_on_invalid=0)


class Asked(PromptedPredictor):
    """Asks greedily; knows the messages of training items too."""

    def __init__(self, settings: FineTuning, task: TaskView, caller: Caller, beside: Beside | None = None) -> None:
        """`beside` finds examples or passages."""
        super().__init__(as_prompted(settings, task), task, caller)
        self._beside = beside

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """One reply or failure per query."""
        shown = await self._shown(queries)
        return await asyncio.gather(*(self._reply(query, one) for query, one in zip(queries, shown, strict=True)))

    async def messages(self, items: Sequence[Item]) -> list[list[Message]]:
        """What the model is sent for each training item.

        Raises:
            RunError: what to show beside one of them could not be found.
        """
        shown = await self._shown([item.query for item in items])
        return [self._messages(item, one) for item, one in zip(items, shown, strict=True)]

    async def close(self) -> None:
        """The fine-tuned model is nobody else's."""
        await self.caller.model.close()

    async def _shown(self, queries: Sequence[Query]) -> Sequence[Shown | Failure]:
        return await self._beside.shown(queries) if self._beside and queries else [_NOTHING for _ in queries]

    async def _reply(self, query: Query, shown: Shown | Failure) -> Reply | Failure:
        if isinstance(shown, Failure):
            return shown
        said = await self._answer(query, shown.turns, shown.contexts)
        return msgspec.structs.replace(said, calls=(*shown.calls, *said.calls))

    def _messages(self, item: Item, shown: Shown | Failure) -> list[Message]:
        if isinstance(shown, Failure):
            raise RunError(f"item {item.id}: nothing could be retrieved to train with: {shown.message}")
        return [self._system, *shown.turns, Message("user", self.user(item.input, shown.contexts))]
