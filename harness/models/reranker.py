"""Rerankers: how well a text answers a query, read by a cross-encoder of sentence-transformers in this process."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import UnavailableError
from harness.models import stopwatch
from harness.models.device import pick_device
from harness.models.needed import need
from harness.models.quiet import quiet_transformers
from harness.models.weights import weights_folder, weights_key

_HEADS = ("ForSequenceClassification", "ForCausalLM")
"""Of the models that have learnt to score a pair; to any other a head would be put that knows nothing."""


class Reranker:
    """A cross-encoder loaded on first use."""

    def __init__(self, name: str, root: Path | None = None) -> None:
        """`name`: a folder, or `owner/repository[@revision]`."""
        self.name = name
        self._root = root
        self._model: Any = None
        self._turn = asyncio.Lock()

    def key(self) -> Any:
        """The weights."""
        return ["reranker", weights_key(self.name, "reranking", self._root)]

    async def open(self) -> None:
        """Loads the weights.

        Raises:
            UnavailableError: there are none, none in safetensors, they are not those of a cross-encoder, or nothing
                that reads them is installed.
        """
        async with self._turn:
            if self._model is None:
                self._model = await asyncio.to_thread(self._load)

    async def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The logit of each pair of query and text, higher is closer; one call at a time has the cores."""
        await self.open()
        queued = time.monotonic()
        async with self._turn:
            stopwatch.current().waited += time.monotonic() - queued
            return await asyncio.to_thread(self._score, list(pairs))

    def _score(self, pairs: list[tuple[str, str]]) -> list[float]:
        import torch

        # As logits: a sigmoid brings what is clearly relevant so close to 1 that it ties.
        scores = self._model.predict(pairs, batch_size=32, show_progress_bar=False, activation_fn=torch.nn.Identity())
        return [float(score) for score in scores]

    def _load(self) -> Any:
        need("sentence_transformers", "rag")
        folder = weights_folder(self.name, "reranking", self._root)
        check_head(self.name, folder)
        try:
            with quiet_transformers():
                from sentence_transformers import CrossEncoder

                # In float32: of bfloat16's three digits too many candidates would come out alike.
                model = CrossEncoder(
                    str(folder),
                    device=pick_device(),
                    trust_remote_code=False,
                    model_kwargs={"dtype": "float32", "use_safetensors": True},
                )
        except OSError as error:
            raise UnavailableError(f"reranker {self.name!r} cannot be read as safetensors: {error}") from error
        if model.num_labels != 1:
            raise UnavailableError(
                f"reranker {self.name!r} gives {model.num_labels} figures for a pair; one that ranks gives one."
            )
        return model


def check_head(name: str, folder: Path) -> None:
    """Raises UnavailableError where a folder holds some other model than a cross-encoder."""
    found = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures") or []
    if not any(head in architecture for architecture in found for head in _HEADS):
        raise UnavailableError(
            f"reranker {name!r} holds {', '.join(found) or 'no named architecture'}, not a cross-encoder; name one, "
            "e.g. cross-encoder/ms-marco-MiniLM-L6-v2."
        )
