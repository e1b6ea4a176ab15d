"""Settings of adapters that retrieve: how things are found, and how documents are cut for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from harness.errors import ConfigError
from harness.models.api import Embedder
from harness.models.embedder import embed_all
from harness.models.http import Endpoint
from harness.models.services import Services, check_embedder, check_reranker, is_hosted, need
from harness.models.weights import weights_key
from harness.retrieval.chunks import chunk, chunk_by_tokens
from harness.retrieval.index import IndexKind, VectorIndex
from harness.retrieval.lexical import LexicalIndex
from harness.retrieval.search import Dense, Fused, Lexical, Reranked, Searcher
from harness.retrieval.tokens import about_tokens, most_tokens, token_count
from harness.types import Call, Passage

_TOKENS_A_WORD = 1.4
_OF_EMBEDDING = ("embedder", "embedder_base_url", "embedder_api_key_env", "index")


class Embedding(BaseModel):
    """Which embedder, and where it is."""

    embedder: str = "minilm"
    """A short name, a folder, `owner/repository`, or by API `openai/text-embedding-3-small`."""
    embedder_base_url: str | None = None
    """An OpenAI-compatible server of embeddings in place of OpenAI's own: then `embedder` is `openai/` and its name."""
    embedder_api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Environment variable that holds the key of that server."""
    index: IndexKind = "auto"
    """Exact (`flat`) or approximate (`hnsw`); `auto` is exact up to 100,000 vectors."""

    @model_validator(mode="after")
    def _served(self) -> Self:
        if (self.embedder_base_url or self.embedder_api_key_env) and not is_hosted(self.embedder):
            raise ValueError(
                f"embedder_base_url and embedder_api_key_env are for an embedder by API, and {self.embedder!r} is "
                f'none; write embedder = "openai/NAME" with the name that the server knows, or leave them out'
            )
        return self

    def embedding(self, services: Services) -> Embedder:
        """The embedder, with everything around it."""
        return services.embedder(self.embedder, self._embedding_endpoint)

    def check_embedding(self, root: Path) -> None:
        """Raises UnavailableError where its key or weights are missing."""
        check_embedder(self.embedder, root, self._embedding_endpoint)

    def embedding_calls(self, text: str) -> tuple[Call, ...]:
        """The call that embedding a query is going to take, its tokens estimated; none by a local embedder."""
        return (Call(self.embedder, input_tokens=about_tokens(text)),) if is_hosted(self.embedder) else ()

    @property
    def _embedding_endpoint(self) -> Endpoint:
        return Endpoint(self.embedder_base_url, self.embedder_api_key_env)


class Retrieval(Embedding):
    """How things are found."""

    k: int = Field(default=5, ge=1)
    """How many passages or examples are shown."""
    search: Literal["dense", "bm25", "hybrid"] = "dense"
    """By embeddings, by words, or by both (reciprocal rank fusion)."""
    reranker: str | None = None
    """A cross-encoder, a folder or `owner/repository`, that puts the best `candidates` in order."""
    candidates: int | None = Field(default=None, ge=1)
    """How many each search gives to the fusion or the reranker; 4 k by default."""
    chunk_words: int = Field(default=160, ge=20)
    """Words of a chunk at most."""
    overlap_words: int = Field(default=30, ge=0)
    """Words that a chunk repeats of the one before, on sentence ends."""
    chunk_tokens: int | None = Field(default=None, ge=16)
    """In place of `chunk_words`: tokens of a chunk at most, by the tokenizer of a local embedder, else estimated."""
    overlap_tokens: int | None = Field(default=None, ge=0)
    """Tokens that a chunk repeats of the one before, on sentence ends; a fifth of `chunk_tokens` by default."""

    @model_validator(mode="after")
    def _together(self) -> Self:
        if problem := self._wrong_search() or self._wrong_chunks():
            raise ValueError(problem)
        return self

    def _wrong_search(self) -> str | None:
        unused = [name for name in _OF_EMBEDDING if name in self.model_fields_set]
        if self.search == "bm25" and unused:
            return f'search = "bm25" embeds nothing; leave out {", ".join(unused)}, or write search = "hybrid"'
        if self.candidates is None:
            return None
        if self.search != "hybrid" and not self.reranker:
            return 'candidates are for search = "hybrid" and for a reranker; leave them out, or k is what is found'
        if self.candidates < self.k:
            return f"candidates = {self.candidates} is less than the k = {self.k} that are shown; raise it"
        return None

    def _wrong_chunks(self) -> str | None:
        by_words = [name for name in ("chunk_words", "overlap_words") if name in self.model_fields_set]
        if self.chunk_tokens is None:
            return None if self.overlap_tokens is None else "overlap_tokens needs chunk_tokens beside it"
        if by_words:
            return f"chunks are measured in words or in tokens; leave out {', '.join(by_words)} or chunk_tokens"
        if self.overlap_tokens is not None and self.overlap_tokens >= self.chunk_tokens:
            return (
                f"overlap_tokens = {self.overlap_tokens} leaves no room in chunk_tokens = {self.chunk_tokens}; lower it"
            )
        return None

    @property
    def embeds(self) -> bool:
        """Whether the search needs an embedder."""
        return self.search != "bm25"

    @property
    def tokens_of_a_chunk(self) -> float:
        """At most, about."""
        return self.chunk_tokens or _TOKENS_A_WORD * self.chunk_words

    def check_search(self, root: Path) -> None:
        """Raises what keeps the search from working here.

        Raises:
            UnavailableError: a package, a key or weights are missing.
            ConfigError: the embedder does not read chunks as long as these.
        """
        if self.embeds:
            need("faiss", "rag")
            self.check_embedding(root)
            most = most_tokens(self.embedder, root) if self.chunk_tokens else None
            if most and self.chunk_tokens and self.chunk_tokens > most:
                raise ConfigError(
                    f"chunk_tokens = {self.chunk_tokens}, but the embedder {self.embedder} reads {most} tokens of a "
                    "text and no more; lower chunk_tokens."
                )
        if self.search != "dense":
            need("bm25s", "rag")
        if self.reranker:
            check_reranker(self.reranker, root)

    def search_key(self, root: Path) -> list[Any]:
        """JSON-like values for the weights that what is found depends on."""
        embedder = [self.embedding(Services(root)).key()] if self.embeds else []
        return [*embedder, *([weights_key(self.reranker, "reranking", root)] if self.reranker else [])]

    def chunks(self, passages: Sequence[Passage], root: Path) -> list[list[str]]:
        """The chunks of each document; `root` is the project's folder, for the tokenizer of an embedder."""
        if self.chunk_tokens is None:
            return [chunk(passage.text, self.chunk_words, self.overlap_words) for passage in passages]
        overlap = self.chunk_tokens // 5 if self.overlap_tokens is None else self.overlap_tokens
        count = token_count(self.embedder if self.embeds else None, root)
        return [chunk_by_tokens(passage.text, self.chunk_tokens, overlap, count) for passage in passages]

    async def index_texts(
        self, texts: Sequence[str], folder: Path, services: Services
    ) -> tuple[dict[str, Any], tuple[Call, ...]]:
        """Indexes what is to be found, into `folder`; gives notes and the model calls it took."""
        if self.search != "dense":
            LexicalIndex.build(texts).save(folder / "bm25")
        if not self.embeds:
            return {"texts": len(texts)}, ()
        vectors, calls = await embed_all(self.embedding(services), texts)
        VectorIndex.build(vectors, self.index).save(folder / "index.faiss")
        return {"vectors": len(texts), "dimension": int(vectors.shape[1])}, calls

    async def searcher(self, texts: Sequence[str], folder: Path, services: Services) -> Searcher:
        """Reads what `index_texts` left of these texts."""
        depth = min(self.candidates or 4 * self.k, len(texts))
        searchers: list[Searcher] = []
        if self.embeds:
            embedder = self.embedding(services)
            await embedder.open()
            searchers.append(Dense(VectorIndex.load(folder / "index.faiss"), embedder))
        if self.search != "dense":
            searchers.append(Lexical(LexicalIndex.load(folder / "bm25")))
        found = searchers[0] if len(searchers) == 1 else Fused(searchers, depth)
        if not self.reranker:
            return found
        reranker = services.reranker(self.reranker)
        await reranker.open()
        return Reranked(found, reranker, texts, depth)
