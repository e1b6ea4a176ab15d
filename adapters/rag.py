"""Retrieves what is nearest to a query, passages or labelled examples, and shows it to a language model."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import msgspec
from pydantic import model_validator

from harness.adapter import TaskView
from harness.errors import ConfigError
from harness.kinds.text import Text
from harness.models.api import Message
from harness.models.caller import Caller
from harness.models.services import Services, is_hosted
from harness.prompting import Prompted, PromptedPredictor, as_text, example_tokens
from harness.retrieval import citations
from harness.retrieval.search import Found, Searcher
from harness.retrieval.settings import Retrieval
from harness.types import Call, Context, Failure, Preparation, Query, Reply, Rung

_Entry = tuple[str, str, str | None]
"""What can be retrieved: id, text, and for an example its answer as a prompt writes it."""


class Rag(Retrieval, Prompted):
    """The top k of a search: chunks of the corpus if the task has one, else training items as worked examples."""

    rung = Rung.RAG

    source: Literal["auto", "corpus", "examples"] = "auto"
    """What is retrieved; `auto` takes the corpus where there is one."""
    citations: bool = False
    """Asks the model to name the passages that its answer rests on, and keeps them in the record."""

    @model_validator(mode="after")
    def _of_passages(self) -> Self:
        passages = {"citations": self.citations, "chunk_tokens": self.chunk_tokens}
        if self.source == "examples" and (unused := [name for name, value in passages.items() if value]):
            raise ValueError(f'{", ".join(unused)}: for passages, and source = "examples" shows none; leave it out')
        return self

    def check(self, root: Path) -> None:
        """The model's key or weights, and the search's."""
        super().check(root)
        self.check_search(root)

    def unfit(self, task: TaskView) -> str | None:
        """Needs at least k things to retrieve, and for citations passages and an answer in words."""
        if reason := super().unfit(task):
            return reason
        if self.citations and not self._from_corpus(task):
            return "citations = true needs passages, and the task has no corpus; leave it out"
        if self.citations and not isinstance(task.kind, Text):
            return f"citations = true is for answers of kind text, the task's are of {task.kind.name}; leave it out"
        if self.chunk_tokens and self._from_corpus(
            task
        ):  # counting them may take weights that are not here: see `build`
            return None
        return self._too_few(len(self._entries(task, Path())), task)

    def fingerprint(self, root: Path) -> Any:
        """The weights of the model and of the search."""
        return [super().fingerprint(root), *self.search_key(root)]

    def sends_data_away(self, root: Path) -> bool:
        """Unless both the model and the embedder run on this machine."""
        return super().sends_data_away(root) or (self.embeds and self.embedding(Services(root)).leaves_machine)

    def builds_here(self) -> bool:
        """Unless an API embeds; putting its vectors into an index is little work beside."""
        return not (self.embeds and is_hosted(self.embedder)) or self.search != "dense"

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Indexes."""
        entries = self._entries(task, services.root)
        if problem := self._too_few(len(entries), task):
            raise ConfigError(f"{problem}.")
        notes, calls = await self.index_texts([text for _, text, _ in entries], folder, services)
        (folder / "entries.json").write_bytes(msgspec.json.encode(entries))
        labels = 0 if self._from_corpus(task) else len(entries)
        return Preparation(labels=labels, calls=calls, notes=notes)

    async def load(self, task: TaskView, folder: Path, services: Services) -> PromptedPredictor:
        """Reads the index and connects to the model."""
        entries = msgspec.json.decode((folder / "entries.json").read_bytes(), type=list[_Entry])
        searcher = await self.searcher([text for _, text, _ in entries], folder, services)
        shown = task if self._from_corpus(task) else replace(task, corpus=())
        return _Rag(self, shown, *await self.opened(services), searcher, entries)

    def shown_tokens(self, task: TaskView) -> float:
        """Of the passages or examples."""
        return self.k * (self.tokens_of_a_chunk if self._from_corpus(task) else example_tokens(task))

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """The model's calls, and one of an embedder by API before them."""
        embedding = self.embedding_calls(as_text(query.input)) if self.embeds else ()
        return (*embedding, *super().foreseen(task, query))

    def _from_corpus(self, task: TaskView) -> bool:
        return self.source == "corpus" or (self.source == "auto" and bool(task.corpus))

    def _too_few(self, things: int, task: TaskView) -> str | None:
        what = "chunks in the corpus" if self._from_corpus(task) else "training items"
        return f"k = {self.k} is more than the {things} {what}; lower k" if self.k > things else None

    def _entries(self, task: TaskView, root: Path) -> list[_Entry]:
        if self._from_corpus(task):
            cut = zip(task.corpus, self.chunks(task.corpus, root), strict=True)
            pieces = [(passage.id, piece) for passage, chunks in cut for piece in chunks]
            return [(f"{name}#{n}", piece, None) for n, (name, piece) in enumerate(pieces)]
        return [(item.id, as_text(item.input), task.kind.write(item.target, item.input)) for item in task.labelled]


class _Rag(PromptedPredictor):
    def __init__(
        self,
        settings: Rag,
        task: TaskView,
        caller: Caller,
        second: Caller | None,
        searcher: Searcher,
        entries: Sequence[_Entry],
    ) -> None:
        self._cites = settings.citations
        if settings.citations and isinstance(task.kind, Text):
            task = replace(task, kind=_Citing(task.kind.no_answer, passages=settings.k))
        super().__init__(settings, task, caller, second)
        self._k, self._searcher, self._entries = settings.k, searcher, entries

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        found = await self._searcher.search([as_text(query.input) for query in queries], self._k)
        return await asyncio.gather(*(self._reply(q, f) for q, f in zip(queries, found, strict=True)))

    async def _reply(self, query: Query, found: Found | Failure) -> Reply | Failure:
        if isinstance(found, Failure):
            return found
        said = await self._answer(query, *self._show(found))
        if self._cites and isinstance(said, Reply):
            said = self._cited(said, query)
        return msgspec.structs.replace(said, calls=(*found.calls, *said.calls))

    def _show(self, found: Found) -> tuple[list[Message], tuple[Context, ...]]:
        """Passages go into the user message; examples become turns of the conversation, the nearest last."""
        contexts = tuple(
            Context(self._entries[row][0], self._entries[row][1], round(score, 6))
            for row, score in zip(found.rows, found.scores, strict=True)
        )
        turns: list[Message] = []
        for row in reversed(found.rows):
            _, text, answer = self._entries[row]
            if answer is not None:
                turns += [Message("user", self.user(text)), Message("assistant", answer)]
        return turns, contexts

    def _cited(self, said: Reply, query: Query) -> Reply:
        """The answer without its citations."""
        answer = self.task.kind.parse(said.text or "", query.input)
        if answer is None:
            return msgspec.structs.replace(said, text=None, answer=None)
        _, numbers = citations.read_citations(said.text or "", self._k)
        cited = tuple(said.contexts[n - 1].id for n in numbers if n <= len(said.contexts))
        return msgspec.structs.replace(said, answer=answer, cited=cited)


@dataclass(frozen=True)
class _Citing(Text):
    """Short answers with citations of so many passages."""

    passages: int = 0

    def ask(self) -> str:
        return f"{super().ask()} {citations.ASK}"

    def parse(self, text: str, asked: Any = None) -> str | None:
        return super().parse(citations.read_citations(text, self.passages)[0], asked)
