"""How adapters, judges and whoever else needs one reach models."""

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, UnavailableError, UnknownNameError
from harness.models import stopwatch
from harness.models.api import Embedder, Model
from harness.models.budget import Budget
from harness.models.cache import ResponseCache
from harness.models.caller import Caller, CallFailedError
from harness.models.http import Endpoint
from harness.models.limiter import Limiter
from harness.models.needed import need as need  # noqa: PLC0414 - adapters take it from here
from harness.models.patience import Patience
from harness.models.retry import RetryPolicy

if TYPE_CHECKING:
    from harness.models.reranker import Reranker

_Identity = tuple[str, Endpoint, bool | None]
_HOSTED = {"openai": "OPENAI_API_KEY"}
"""Providers of embeddings, and the variable that usually holds the key."""


class Services:
    """Models and embedders of one process: each is loaded once and shared by all who name it."""

    def __init__(
        self,
        root: Path,
        *,
        cache: ResponseCache | None = None,
        budget: Budget | None = None,
        retry: RetryPolicy | None = None,
        max_concurrency: int = 64,
        repeat: int = 0,
        seed: int = 0,
    ) -> None:
        """`root` is the project's folder, from which relative paths of weights are read.

        With a `repeat` models are asked for that repetition of every answer, not for the first one; with a `seed` of
        every answer that they sample.
        """
        self.root, self.cache = root, cache
        self.cores = asyncio.Lock()
        """Held by whoever keeps this machine's cores busy: local work does not compete with itself."""
        self.patience = Patience()
        """Of the build that uses these services: it tells its failures, and ends when there is a reason."""
        self._budget, self._retry, self._max_concurrency = budget, retry, max_concurrency
        self._repeat, self._seed = repeat, seed
        self._asking: dict[str, asyncio.Future[CallFailedError | None]] = {}
        self._models: dict[_Identity, Model] = {}
        self._callers: dict[_Identity, Caller] = {}
        self._limiters: dict[tuple[str, str | None], Limiter] = {}
        self._embedders: dict[str, Embedder] = {}
        self._remembering: dict[str, Embedder] = {}
        self._rerankers: dict[str, Reranker] = {}

    def model(
        self,
        name: str,
        endpoint: Endpoint | None = None,
        *,
        structured: bool | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
    ) -> Caller:
        """The model `provider/model`.

        Args:
            name: e.g. `local/smollm2-135m-instruct`, `openai/gpt-5-mini`.
            endpoint: where it is served, if not at the provider's own.
            structured: whether the server can restrict answers to a schema; None is the provider's default.
            requests_per_minute: of its endpoint; where several are given for one, the lowest holds.
            tokens_per_minute: the same.

        Raises:
            ConfigError: the name has no provider, or one that is unknown.
        """
        where = endpoint or Endpoint()
        identity = (name, where, structured)
        if identity not in self._models:
            self._models[identity] = _make(name, where, structured, self.root)
        if not self._models[identity].local:
            self._limiter(name, where).restrict(requests_per_minute, tokens_per_minute)
        return self._caller(identity)

    def _caller(self, identity: _Identity) -> Caller:
        if identity not in self._callers:
            model = self._models[identity]
            self._callers[identity] = Caller(
                model,
                cache=self.cache,
                limiter=None if model.local else self._limiter(*identity[:2]),
                retry=self._retry,
                budget=None if model.local else self._budget,
                repeat=self._repeat,
                seed=self._seed,
                asking=self._asking,
            )
        return self._callers[identity]

    def _limiter(self, name: str, endpoint: Endpoint) -> Limiter:
        """Of an endpoint, whichever of its models is called."""
        place = (name.partition("/")[0], endpoint.base_url)
        if place not in self._limiters:
            self._limiters[place] = Limiter(self._max_concurrency)
        return self._limiters[place]

    def embedder(self, name: str, endpoint: Endpoint | None = None) -> Embedder:
        """The embedder of that name: by API, else a short name, a folder, or `owner/repository[@revision]`.

        Args:
            name: e.g. `minilm`, `openai/text-embedding-3-small`.
            endpoint: where one by API is served, if not at the provider's own.
        """
        if is_hosted(name):
            from harness.models.openai_embeddings import HostedEmbedder, OpenAIEmbeddings

            identity = (f"{name} embeddings", endpoint or Endpoint(), None)
            if identity not in self._models:
                self._models[identity] = OpenAIEmbeddings(_split(name)[1], identity[1])
            return HostedEmbedder(self._caller(identity))
        if name not in self._embedders:
            from harness.models.embedder import LocalEmbedder, RememberingEmbedder

            self._embedders[name] = LocalEmbedder(name, self.root)
            self._remembering[name] = RememberingEmbedder(self._embedders[name])
        return self._remembering.get(name, self._embedders[name])

    def reranker(self, name: str) -> "Reranker":
        """The cross-encoder of that name: a folder, or `owner/repository[@revision]`."""
        if name not in self._rerankers:
            from harness.models.reranker import Reranker

            self._rerankers[name] = Reranker(name, self.root)
        return self._rerankers[name]

    @asynccontextmanager
    async def local_work(self) -> AsyncIterator[None]:
        """Holds the cores; waiting for them is told as time of waiting for one's turn."""
        queued = time.monotonic()
        async with self.cores:
            stopwatch.current().idle += time.monotonic() - queued
            yield

    def bearing(self, patience: Patience) -> "Services":
        """The same models and cores for a build with a patience of its own."""
        other = copy.copy(self)
        other.patience = patience
        return other

    def under(self, seed: int) -> "Services":
        """The same models for a run under a seed: what a model samples is another answer under each."""
        other: Services = copy.copy(self)
        other._seed, other._callers = seed, {}
        return other

    def without_cache(self) -> "Services":
        """The same models, with no cached answer: for measuring how long an answer takes."""
        other: Services = self.under(self._seed)
        other.cache, other._remembering = None, {}
        return other

    async def close(self) -> None:
        """Closes every model; the cache belongs to who opened it."""
        for model in self._models.values():
            await model.close()
        self._models.clear()
        self._callers.clear()
        self._embedders.clear()
        self._remembering.clear()
        self._rerankers.clear()


@asynccontextmanager
async def cached_services(root: Path, responses: Path, *, repeat: int = 0, seed: int = 0) -> AsyncIterator[Services]:
    """Services with the response cache in the file `responses`; at the end both are closed."""
    cache = ResponseCache(responses)
    services = Services(root, cache=cache, repeat=repeat, seed=seed)
    try:
        yield services
    finally:
        await services.close()
        cache.close()


def check_model(name: str, root: Path, endpoint: Endpoint | None = None) -> None:
    """Raises what keeps a model from being used here: no such provider, no key, no weights."""
    where = endpoint or Endpoint()
    provider, model = _split(name)
    if provider == "local":
        from harness.models.weights import weights_present

        need("torch", "train")
        need("transformers", "train")
        if not weights_present(model, "language", root):
            raise UnavailableError(
                f"the weights of {name!r} are not on this machine; they are fetched from the Hugging Face hub "
                "on first use, or name a local folder."
            )
        return
    from harness.models.http import api_key

    api_key(where, _PROVIDERS[provider][1] or "")


def is_hosted(embedder: str) -> bool:
    """Whether an embedder of that name is reached by API: `openai/...`, whatever server speaks its language."""
    provider, slash, model = embedder.partition("/")
    return bool(slash and model) and provider in _HOSTED


def check_embedder(name: str, root: Path, endpoint: Endpoint | None = None) -> None:
    """Raises what keeps an embedder from being used here: no key, no weights."""
    from harness.models.http import api_key
    from harness.models.weights import weights_present

    if is_hosted(name):
        api_key(endpoint or Endpoint(), _HOSTED[_split(name)[0]])
        return
    need("sentence_transformers", "rag")
    if not weights_present(name, "embedding", root):
        raise UnavailableError(f"the weights of embedder {name!r} are not on this machine.")


def check_reranker(name: str, root: Path) -> None:
    """Raises what keeps a cross-encoder from being used here."""
    from harness.models.reranker import check_head
    from harness.models.weights import weights_folder, weights_present

    need("sentence_transformers", "rag")
    if not weights_present(name, "reranking", root):
        raise UnavailableError(
            f"the weights of reranker {name!r} are not on this machine; fetch them from the Hugging Face hub, or name "
            "a local folder."
        )
    check_head(name, weights_folder(name, "reranking", root))


def _split(name: str) -> tuple[str, str]:
    provider, slash, model = name.partition("/")
    if not (slash and model):
        raise ConfigError(
            f"model {name!r} names no provider; write provider/model, e.g. local/{name} or openai/{name}."
        )
    if provider not in _PROVIDERS:
        raise UnknownNameError("provider", provider, _PROVIDERS, f"model {name!r}")
    return provider, model


def _make(name: str, endpoint: Endpoint, structured: bool | None, root: Path) -> Model:
    provider, model = _split(name)
    return _PROVIDERS[provider][0](model, endpoint, structured, root)


def _local(model: str, endpoint: Endpoint, structured: bool | None, root: Path) -> Model:
    from harness.models.local import LocalModel

    del endpoint, structured
    return LocalModel(model, root)


def _openai(model: str, endpoint: Endpoint, structured: bool | None, root: Path) -> Model:
    from harness.models.openai import OpenAIModel

    del root
    return OpenAIModel(model, endpoint, structured=structured)


def _anthropic(model: str, endpoint: Endpoint, structured: bool | None, root: Path) -> Model:
    from harness.models.anthropic import AnthropicModel

    del root
    return AnthropicModel(model, endpoint, structured=structured)


_PROVIDERS: dict[str, tuple[Callable[[str, Endpoint, bool | None, Path], Model], str | None]] = {
    "local": (_local, None),
    "openai": (_openai, "OPENAI_API_KEY"),
    "anthropic": (_anthropic, "ANTHROPIC_API_KEY"),
}
"""By the word before the slash: how to make a model, and the variable that usually holds its key."""
