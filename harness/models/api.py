"""What goes to a model and what comes back, whoever provides it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from harness.types import Call

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question to a model. Two requests that are equal may share one answer from the cache."""

    messages: tuple[Message, ...]
    choices: tuple[str, ...] | None = None
    """The answer must be one of these, where the provider can see to it."""
    schema: dict[str, Any] | None = None
    """The answer must be JSON valid against this schema, where the provider can see to it."""
    max_tokens: int = 256
    temperature: float | None = 0.0
    """None leaves it to the provider: some models refuse to be told."""
    repeat: int = 0
    """Which repetition of a stochastic call this is: part of its key in the cache."""

    @property
    def most_input_tokens(self) -> int:
        """Rather more than the tokens of all that is sent: one for three bytes, and some."""
        return len(msgspec.json.encode(self)) // 3 + 50


class Completion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model answered."""

    text: str
    input_tokens: int = 0
    """Tokens sent, cached ones included."""
    cached_tokens: int = 0
    """Those of them that the provider had in its prompt cache."""
    output_tokens: int = 0
    stop: Literal["stop", "length", "refusal"] = "stop"
    confidence: float | None = None
    """Probability that the model gave to the choice it made, where `choices` were given and it tells."""
    model: str = ""
    """The model as the provider names what answered, e.g. a dated version."""
    metered: bool = True
    """Whether the server told how many tokens it took: some do not."""


class ModelError(Exception):
    """A call that went wrong. `kind` is the class that a record shows, `message` holds no secret."""

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        retry: bool,
        final: bool = False,
        after: float | None = None,
        billed: bool = False,
    ) -> None:
        """What it means for the calls to come.

        Args:
            kind: e.g. `RateLimited`.
            message: for people.
            retry: another attempt may succeed.
            final: no other item will fare better.
            after: seconds that the provider asks to wait.
            billed: the provider may have answered, and charged for it, though no answer arrived.
        """
        super().__init__(f"{kind}: {message}")
        self.kind, self.message, self.retry, self.final = kind, message, retry, final
        self.after, self.billed = after, billed

    @property
    def unavailable(self) -> bool:
        """Whether the model cannot answer now, whatever it is asked: another one might."""
        return self.retry or self.after is not None or self.kind == "QuotaSpent"


def wants_quiet(kind: str, seconds: float, message: str = "") -> ModelError:
    """The end of asking: a server wants to be left alone for longer than anybody here waits."""
    said = f"{message.rstrip('.')}. The server" if message else "the server"
    return ModelError(
        kind, f"{said} asks for {seconds:.0f} s of quiet; run again later.", retry=False, final=True, after=seconds
    )


class Model(Protocol):
    """A provider's model, bare. `harness.models.caller.Caller` puts cache, limits and retries around it."""

    name: str
    """`provider/model`."""
    local: bool
    """Whether it runs in this process: then nothing leaves the machine and calls compete for its cores."""

    @property
    def leaves_machine(self) -> bool:
        """Whether what is sent goes to another machine."""

    def key(self) -> Any:
        """JSON-like value that changes whenever the same request might be answered differently."""

    async def open(self) -> None:
        """Makes ready what the first call would else wait for: packages, a client. Once is enough."""

    async def complete(self, request: Request) -> Completion:
        """One attempt. Raises ModelError."""

    async def close(self) -> None:
        """Gives back connections and memory."""


class Embedder(Protocol):
    """Texts to unit vectors."""

    name: str
    local: bool
    """Whether it runs in this process; else each text it embeds may be a call of its own, and is logged."""

    @property
    def leaves_machine(self) -> bool:
        """Whether texts go to another machine."""

    def key(self) -> Any:
        """JSON-like value that changes whenever the same text might be embedded differently."""

    async def open(self) -> None:
        """Makes ready what the first text would else wait for."""

    async def embed(self, texts: Sequence[str], calls: list[Call] | None = None) -> "NDArray[np.float32]":
        """An array of len(texts) x dimension, rows of length 1; the model calls it takes are added to `calls`."""
