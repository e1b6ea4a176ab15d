"""The words of the harness as types. Small, frozen, and free of behaviour beyond their own fields.

Records are `msgspec` structs: a journal of a million of them decodes in about half a second.
"""

from enum import StrEnum
from hashlib import blake2b
from typing import Any, Literal

import msgspec


class Rung(StrEnum):
    """How far up the ladder a candidate stands, lightest first."""

    BASELINE = "baseline"
    PROMPTING = "prompting"
    RAG = "rag"
    TRAINED = "trained"

    @property
    def height(self) -> int:
        """0 for a baseline to 3 for a trained candidate."""
        return list(Rung).index(self)


_encode = msgspec.json.Encoder(order="sorted").encode


def content_hash(*parts: Any) -> str:
    """16 hexadecimal digits that change when any of `parts` (JSON-like values) changes."""
    return blake2b(b"".join(_encode(part) + b"\x1e" for part in parts), digest_size=8).hexdigest()


class Query(msgspec.Struct, frozen=True):
    """An item without its target: the only thing that an adapter is shown of a test item."""

    id: str
    """Unique within the task."""
    input: Any
    """A text, or a mapping of column names to values."""

    @property
    def hash(self) -> str:
        """Of the input alone: what was asked. A record is kept under it."""
        return content_hash(self.input)


class Item(msgspec.Struct, frozen=True):
    """One example of a task."""

    id: str
    """Unique within the task."""
    input: Any
    """A text, or a mapping of column names to values."""
    target: Any
    """What the answer should be, in the form that the task's kind declares."""
    group: str | None = None
    """Items of one group are not independent: same document, same customer, same sender."""
    gold: tuple[str, ...] = ()
    """Ids of the passages that answer it, where the task names them."""
    file: str | None = None
    """Where an image was read from: for people alone, since its folder gives the label away."""

    @property
    def query(self) -> Query:
        """What an adapter may see."""
        return Query(self.id, self.input)

    @property
    def hash(self) -> str:
        """Of input and target (and gold passages): two runs are paired on items that are equal in both."""
        return content_hash(self.input, self.target, *([self.gold] if self.gold else []))

    def digests(self) -> tuple[bytes, bytes]:
        """The 8 bytes of `query.hash` and those of `hash`; the input, which is long, is read once for both."""
        digest = blake2b(_encode(self.input) + b"\x1e", digest_size=8)
        of_query = digest.digest()
        digest.update(_encode(self.target) + b"\x1e")
        if self.gold:
            digest.update(_encode(self.gold) + b"\x1e")
        return of_query, digest.digest()


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model call behind an answer."""

    model: str
    """`provider/model` as it answered."""
    input_tokens: int = 0
    """Tokens sent, cached ones included."""
    cached_tokens: int = 0
    """Those of `input_tokens` that the provider had in its prompt cache."""
    output_tokens: int = 0
    """Tokens generated."""
    seconds: float = 0.0
    """The successful attempt alone: no queueing here, no back-off. For an answer from the cache, what the
    call took when it was made."""
    attempts: int = 1
    """Requests sent, the successful one included."""
    billed: int = 1
    """How often these tokens were charged: an attempt whose answer was lost on the way is charged like the one that
    arrived. 0 where no attempt was answered."""
    usage: Literal["told", "estimated", "unknown"] = "told"
    """Whether the server told the tokens. They are estimated, the most that the request may take, where no attempt's
    answer arrived and some may be charged; unknown where an answer came without them: then its price is unknown too."""
    waited: float = 0.0
    """Seconds spent on attempts that failed and on back-off."""
    from_cache: bool = False
    """Whether the harness's response cache answered: such a call cost nothing now."""
    request: str = ""
    """Key of the request in the response cache, where the messages as sent can be read again."""
    stop: Literal["stop", "length", "refusal"] = "stop"
    """How the model ended: by itself, at its limit of tokens, or by refusing."""


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """One passage or labelled example that was retrieved for a query."""

    id: str
    """Of the passage or the training item."""
    text: str
    """As it was put into the prompt."""
    score: float = 0.0
    """Similarity to the query, higher is closer."""


class Passage(msgspec.Struct, frozen=True):
    """A piece of a task's corpus."""

    id: str
    text: str


class Preparation(msgspec.Struct, frozen=True):
    """What it took to make a candidate ready."""

    labels: int = 0
    """Labelled items that were used."""
    seconds: float = 0.0
    """Wall time; the runner measures it."""
    calls: tuple[Call, ...] = ()
    """Model calls made on the way."""
    notes: dict[str, Any] = msgspec.field(default_factory=dict)
    """What else is worth telling: epochs, best validation score, size of the index."""


class Reply(msgspec.Struct, frozen=True):
    """What a predictor says to one query: a `text` still to be parsed, or an `answer` in its final form."""

    text: str | None = None
    """Raw text of a generative model."""
    answer: Any = None
    """The answer itself, from an adapter that needs no parsing."""
    scores: dict[str, float] | None = None
    """Confidence by answer, where the adapter has one."""
    contexts: tuple[Context, ...] = ()
    """What was retrieved."""
    calls: tuple[Call, ...] = ()
    """Every model call behind this reply."""
    given: float | None = None
    """A score that was given elsewhere, in place of an answer: it counts in the primary metric."""
    seconds: float | None = None
    """What one caller waited, from an adapter that knows it and need not be timed: a recording."""
    by: str | None = None
    """Which part of the adapter answered, where it has several."""
    cited: tuple[str, ...] = ()
    """Ids of those contexts that the answer names as what it rests on."""


class Failure(msgspec.Struct, frozen=True):
    """A query that got no reply."""

    error: str
    """Class of the error, e.g. `RateLimited`."""
    message: str
    """The last message, with no secret in it."""
    calls: tuple[Call, ...] = ()
    """Calls that were made and paid all the same."""
    final: bool = False
    """Whether trying other items cannot help either: a wrong key, an unknown model."""
    refused: bool = False
    """Whether nothing was sent since no call can succeed, or may be made, any more: a wrong key, a spent budget."""

    @property
    def asked(self) -> bool:
        """Whether the item was tried, or a call was paid for it; else it is still to do."""
        paid = (not call.from_cache and not call.model.startswith("local/") for call in self.calls)
        return not self.refused or any(paid)


class Answered(msgspec.Struct, frozen=True, tag="answered", tag_field="r", omit_defaults=True):
    """An item that got a reply. `answer` is None where its text could not be parsed."""

    item_id: str
    item_hash: str
    """`Query.hash` of what was asked."""
    answer: Any = None
    text: str | None = None
    scores: dict[str, float] | None = None
    contexts: tuple[Context, ...] = ()
    calls: tuple[Call, ...] = ()
    seconds: float | None = None
    """What one caller would have waited; None where the answer was cached or came in a batch."""
    given: float | None = None
    """A score that was given elsewhere, in place of an answer."""
    by: str | None = None
    """Which part of the adapter answered, where it has several."""
    cited: tuple[str, ...] = ()
    """Ids of those contexts that the answer names as what it rests on."""


class Failed(msgspec.Struct, frozen=True, tag="failed", tag_field="r", omit_defaults=True):
    """An item that got none."""

    item_id: str
    item_hash: str
    error: str
    message: str
    calls: tuple[Call, ...] = ()
    seconds: float | None = None


Record = Answered | Failed
