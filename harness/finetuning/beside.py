"""What is shown beside a query to a model that was fine-tuned with it: the nearest examples, or passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.adapter import TaskView
from harness.models.api import Message
from harness.models.services import Services
from harness.prompting import as_text
from harness.retrieval.search import Found, Searcher
from harness.retrieval.settings import Retrieval
from harness.types import Call, Context, Failure, Query

_FILE = "entries.json"


class Entry(msgspec.Struct, frozen=True):
    """What can be found: a chunk of the corpus, or a labelled item with its answer as a prompt writes it."""

    id: str
    text: str
    answer: str | None = None


@dataclass(frozen=True)
class Shown:
    """What was found for one query."""

    turns: list[Message]
    """Worked examples, the nearest last."""
    contexts: tuple[Context, ...]
    calls: tuple[Call, ...] = ()
    """Model calls that finding it took."""


@dataclass(frozen=True)
class Beside:
    """The k nearest of the entries, of which a query's own is none."""

    entries: Sequence[Entry]
    searcher: Searcher
    k: int

    async def shown(self, queries: Sequence[Query]) -> Sequence[Shown | Failure]:
        """For each query; a training item is not shown its own answer."""
        found = await self.searcher.search([as_text(query.input) for query in queries], self.k + 1)
        return [
            one if isinstance(one, Failure) else self._show(query, one)
            for query, one in zip(queries, found, strict=True)
        ]

    def _show(self, query: Query, found: Found) -> Shown:
        near = [
            (self.entries[row], score)
            for row, score in zip(found.rows, found.scores, strict=True)
            if row >= 0 and self.entries[row].id != query.id
        ][: self.k]
        turns: list[Message] = []
        for entry, _ in reversed(near):
            if entry.answer is not None:
                turns += [Message("user", entry.text), Message("assistant", entry.answer)]
        contexts = tuple(Context(entry.id, entry.text, round(score, 6)) for entry, score in near)
        return Shown(turns, contexts, found.calls)


def entries_of(task: TaskView, retrieval: Retrieval, root: Path) -> list[Entry]:
    """Chunks of the corpus if the task has one, else labelled items."""
    if not task.corpus:
        return [Entry(i.id, as_text(i.input), task.kind.write(i.target, i.input)) for i in task.labelled]
    cut = zip(task.corpus, retrieval.chunks(task.corpus, root), strict=True)
    pieces = [(passage.id, piece) for passage, chunks in cut for piece in chunks]
    return [Entry(f"{name}#{n}", piece) for n, (name, piece) in enumerate(pieces)]


async def index(
    task: TaskView, retrieval: Retrieval, folder: Path, services: Services
) -> tuple[Beside, tuple[Call, ...]]:
    """Indexes, into `folder`; gives what was indexed, and the model calls that it took."""
    entries = entries_of(task, retrieval, services.root)
    _, calls = await retrieval.index_texts([entry.text for entry in entries], folder, services)
    (folder / _FILE).write_bytes(msgspec.json.encode(entries))
    return await load(retrieval, folder, services), calls


async def load(retrieval: Retrieval, folder: Path, services: Services) -> Beside:
    """What `index` left."""
    entries = msgspec.json.decode((folder / _FILE).read_bytes(), type=list[Entry])
    searcher = await retrieval.searcher([entry.text for entry in entries], folder, services)
    return Beside(entries, searcher, retrieval.k)
