"""Embedders: texts to unit vectors, by sentence-transformers in this process."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UnavailableError
from harness.models.device import pick_device
from harness.models.quiet import quiet_transformers
from harness.models.weights import weights_folder, weights_key


class LocalEmbedder:
    """A sentence-transformers model loaded on first use."""

    leaves_machine = False

    def __init__(self, name: str, root: Path | None = None) -> None:
        """`name`: a short name, a folder, or `owner/repository[@revision]`."""
        self.name = name
        self._root = root
        self._model: Any = None

    def key(self) -> Any:
        """The weights."""
        return ["embedder", weights_key(self.name, "embedding", self._root)]

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of length 1; in a thread, so that the event loop goes on."""
        return await asyncio.to_thread(self._embed, list(texts))

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        model = self._model or self._load()
        vectors = model.encode(
            texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _load(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise UnavailableError(
                'an embedder needs sentence-transformers: pip install "approach-harness[rag]".'
            ) from error
        folder = weights_folder(self.name, "embedding", self._root)
        with quiet_transformers():
            self._model = SentenceTransformer(str(folder), device=pick_device(), trust_remote_code=False)
        return self._model
