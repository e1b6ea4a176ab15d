"""Embedders: texts to unit vectors, by sentence-transformers in this process."""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.models import stopwatch
from harness.models.api import Embedder
from harness.models.caller import CallFailedError
from harness.models.device import pick_device, pick_dtype
from harness.models.needed import need
from harness.models.patience import BuildEndedError
from harness.models.quiet import quiet_transformers
from harness.models.weights import weights_folder, weights_key
from harness.types import Call, Failure


class LocalEmbedder:
    """A sentence-transformers model loaded on first use."""

    leaves_machine = False
    local = True

    def __init__(self, name: str, root: Path | None = None) -> None:
        """`name`: a short name, a folder, or `owner/repository[@revision]`."""
        self.name = name
        self._root = root
        self._model: Any = None
        self._loading = threading.Lock()

    def key(self) -> Any:
        """The weights."""
        return ["embedder", weights_key(self.name, "embedding", self._root), pick_dtype()]

    async def open(self) -> None:
        """Loads the weights.

        Raises:
            UnavailableError: there are none, or the package that reads them is not installed; names the extra.
        """
        await asyncio.to_thread(self._loaded)

    async def embed(self, texts: Sequence[str], calls: list[Call] | None = None) -> NDArray[np.float32]:
        """Rows of length 1; in a thread, so that the event loop goes on."""
        del calls
        return await asyncio.to_thread(self._embed, list(texts))

    def _loaded(self) -> Any:
        with self._loading:  # several threads may come first
            return self._model or self._load()

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = self._loaded().encode(
            texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False, convert_to_tensor=True
        )
        vectors = vectors.float().cpu().numpy()
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        # In bfloat16 a row comes out of length 1 to three digits only.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        return np.asarray(vectors / lengths, dtype=np.float32)

    def _load(self) -> Any:
        need("sentence_transformers", "rag")
        folder = weights_folder(self.name, "embedding", self._root)
        with quiet_transformers():
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(
                str(folder),
                device=pick_device(),
                trust_remote_code=False,
                model_kwargs={"dtype": pick_dtype(), "use_safetensors": True},
            )
        return self._model


class RememberingEmbedder:
    """An embedder that embeds a text once: several candidates index the same training items."""

    local = True

    def __init__(self, embedder: Embedder, most: int = 50_000) -> None:
        """`most` texts are remembered; the first ones go when there are more."""
        self.name, self._embedder, self._most = embedder.name, embedder, most
        self._known: dict[str, tuple[NDArray[np.float32], float]] = {}

    @property
    def leaves_machine(self) -> bool:
        """As the embedder's."""
        return self._embedder.leaves_machine

    def key(self) -> Any:
        """As the embedder's."""
        return self._embedder.key()

    async def open(self) -> None:
        """As the embedder does."""
        await self._embedder.open()

    async def embed(self, texts: Sequence[str], calls: list[Call] | None = None) -> NDArray[np.float32]:
        """Rows in the order of `texts`."""
        del calls
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        begun = time.perf_counter()
        vectors = await self._embedder.embed(fresh) if fresh else ()
        each = (time.perf_counter() - begun) / max(len(fresh), 1)
        # What is remembered must not make who asks for it look quick: the time it took is told.
        stopwatch.current().saved += sum(self._known[text][1] for text in texts if text in self._known)
        found = {text: (vector, each) for text, vector in zip(fresh, vectors, strict=True)}
        rows = np.stack([(found.get(text) or self._known[text])[0] for text in texts])
        self._known.update(found)
        for text in list(self._known)[: max(0, len(self._known) - self._most)]:
            del self._known[text]
        return rows


@dataclass(frozen=True)
class Embedded:
    """A query's vector, of length 1, and the calls it took."""

    vector: NDArray[np.float32]
    calls: tuple[Call, ...] = ()


async def embed_all(embedder: Embedder, texts: Sequence[str]) -> tuple[NDArray[np.float32], tuple[Call, ...]]:
    """The vectors of what is to be indexed, len(texts) x dimension, and the calls they took.

    Raises:
        BuildEndedError: a call failed for good.
    """
    calls: list[Call] = []
    try:
        return await embedder.embed(texts, calls), tuple(calls)
    except CallFailedError as error:
        raise BuildEndedError(
            f"the embedder {embedder.name} failed while indexing: {error}. What it did embed is in the response "
            "cache: run again to continue.",
            calls,
        ) from None


async def embed_each(embedder: Embedder, texts: Sequence[str]) -> list[Embedded | Failure]:
    """The vectors of queries: by API each in a call of its own, so that each record has its own; else together."""
    if embedder.local:
        return [Embedded(vector) for vector in await embedder.embed(texts)]
    return await asyncio.gather(*(_embed_one(embedder, text) for text in texts))


async def _embed_one(embedder: Embedder, text: str) -> Embedded | Failure:
    calls: list[Call] = []
    try:
        return Embedded((await embedder.embed([text], calls))[0], tuple(calls))
    except CallFailedError as error:
        return error.as_failure()
