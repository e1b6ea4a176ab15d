"""Embeddings by API: the OpenAI embeddings endpoint, and every server that speaks it (vLLM, TEI, Ollama, ...)."""

import asyncio
import base64
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.models.api import Completion, Message, Request
from harness.models.caller import Caller, CallFailedError
from harness.models.http import Endpoint, bad_response, decode
from harness.models.openai import OpenAIModel
from harness.types import Call

_TEXTS = 32
"""Of one request: as many as every such server takes."""
_CHARACTERS = 200_000
"""Of one request, about: OpenAI takes 300,000 tokens."""
_AT_ONCE = 64
_FLOATS = "<f4"


class OpenAIEmbeddings(OpenAIModel):
    """An embedding model. A request's messages are the texts, a completion's text their vectors in base64."""

    path = "/embeddings"

    def __init__(self, name: str, endpoint: Endpoint) -> None:
        """`name` as the server knows it."""
        super().__init__(name, endpoint, structured=False)

    def key(self) -> Any:
        """Name and place; a chat model of the same name is another model."""
        return ["embeddings", super().key()]

    def _body(self, request: Request) -> dict[str, Any]:
        texts = [message.content for message in request.messages]
        return {"model": self._model, "input": texts, "encoding_format": "float"}

    def _completion(self, content: bytes, request: Request) -> Completion:
        answer: _Answer = decode(content, _decoder)
        rows = sorted(answer.data, key=lambda row: row.index)
        if [row.index for row in rows] != list(range(len(request.messages))):
            raise bad_response(f"holds {len(rows)} vectors for {len(request.messages)} texts")
        if len({len(row.embedding) for row in rows}) != 1 or not rows[0].embedding:
            raise bad_response("holds vectors of different lengths")
        vectors = np.asarray([row.embedding for row in rows], dtype=_FLOATS)
        tokens = answer.usage.prompt_tokens if answer.usage else 0
        return Completion(
            text=base64.b64encode(vectors.tobytes()).decode(),
            input_tokens=tokens,
            model=answer.model,
            metered=tokens > 0,
        )


class HostedEmbedder:
    """An embedder behind an API, with cache, limits, retries and budget around it."""

    local = False

    def __init__(self, caller: Caller) -> None:
        """`caller` calls an `OpenAIEmbeddings`."""
        self.name, self._caller = caller.name, caller

    @property
    def leaves_machine(self) -> bool:
        """Unless the server is on loopback."""
        return self._caller.model.leaves_machine

    def key(self) -> Any:
        """Name and place of the model."""
        return self._caller.model.key()

    async def open(self) -> None:
        """As the model does."""
        await self._caller.open()

    async def embed(self, texts: Sequence[str], calls: list[Call] | None = None) -> NDArray[np.float32]:
        """Rows of length 1; each distinct text is sent once.

        Raises:
            CallFailedError: one of the calls failed; those under way with it came to their end before.
        """
        batches = list(_batches(dict.fromkeys(texts)))
        known: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(batches), _AT_ONCE):
            some = batches[start : start + _AT_ONCE]
            # What is under way is waited for: its answers are paid, and wanted when this goes on.
            said = await asyncio.gather(*(self._ask(batch) for batch in some), return_exceptions=True)
            if calls is not None:
                calls += [call for one in said if isinstance(one, CallFailedError) for call in one.calls]
            for batch, one in zip(some, said, strict=True):
                if isinstance(one, BaseException):
                    raise one
                vectors, call = one
                known.update(zip(batch, vectors, strict=True))
                if calls is not None:
                    calls.append(call)
        return np.stack([known[text] for text in texts])

    async def _ask(self, batch: Sequence[str]) -> tuple[NDArray[np.float32], Call]:
        messages = tuple(Message("user", text) for text in batch)
        completion, call = await self._caller.complete(Request(messages, max_tokens=0, temperature=None))
        flat = np.frombuffer(base64.b64decode(completion.text), dtype=_FLOATS)
        vectors = flat.reshape(len(batch), -1).astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        return np.asarray(vectors / lengths, dtype=np.float32), call


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == _TEXTS or size + len(text) > _CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


class _Row(msgspec.Struct):
    index: int
    embedding: list[float]


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0


class _Answer(msgspec.Struct):
    data: list[_Row]
    model: str = ""
    usage: _Usage | None = None


_decoder = msgspec.json.Decoder(_Answer)
