"""What every adapter that asks a language model shares: its settings, the messages, and reading the answer."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import inf
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.adapter import Adapter, TaskView
from harness.models.api import Completion, Message, Request
from harness.models.caller import Caller, CallFailedError
from harness.models.http import Endpoint
from harness.models.services import Services, check_model
from harness.types import Call, Context, Failure, Query, Reply

SYSTEM = "{instructions}\n\n{ask}"
TEMPLATE = "{input}"
WITH_CONTEXT = "Use these passages:\n\n{context}\n\nQuestion: {input}"
_THINK = "First think it through in at most three short sentences. Do not give the final answer yet."
_CONCLUDE = "Now give the final answer. {ask}"
_INVALID = "{problem} {ask}"
_AWAY_SECONDS = 60.0
"""How long a model that was unavailable is not asked, where there is another."""
_LOOKED_AT = 50
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"


class Fallback(BaseModel):
    """A second model, and where it is served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """`provider/model`."""
    base_url: str | None = None
    """A server in place of the provider's own."""
    api_key_env: str | None = Field(default=None, pattern=_VARIABLE)
    """Environment variable that holds the key, if not the provider's usual one."""


class Prompted(Adapter):
    """Settings of an adapter that asks a language model."""

    model: str
    """`provider/model`."""
    base_url: str | None = None
    """An OpenAI-compatible (or Anthropic-compatible) server in place of the provider's own."""
    api_key_env: str | None = Field(default=None, pattern=_VARIABLE)
    """Environment variable that holds the key, if not the provider's usual one."""
    structured: bool | None = None
    """Whether the server can restrict answers to a JSON schema; by default the providers themselves can."""
    system: str = SYSTEM
    """System prompt. `{instructions}` is the task's, `{ask}` the kind's sentence on the form of the answer."""
    template: str | None = None
    """User message. `{input}` is the item, `{context}` what was retrieved."""
    temperature: float | Literal["default"] = 0.0
    """"default" leaves it to the provider: some models refuse to be told."""
    max_tokens: int = Field(default=64, gt=0)
    """Tokens of an answer at most."""
    reasoning: bool = False
    """Asks for a short chain of thought before the answer."""
    reasoning_tokens: int = Field(default=256, gt=0)
    """Tokens of that chain of thought at most."""
    retries_on_invalid: int = Field(default=1, ge=0)
    """How often to ask again, saying what was wrong, when an answer cannot be parsed."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=120.0, gt=0)
    """Seconds for one attempt as a whole."""
    fallback: str | Fallback | None = None
    """What answers where `model` is unavailable: `provider/model` at its provider's own address, or a table with
    `model`, `base_url` and `api_key_env`."""

    @property
    def endpoint(self) -> Endpoint:
        """Where the model is served."""
        return Endpoint(self.base_url, self.api_key_env, total_s=self.timeout_s)

    def check(self, root: Path) -> None:
        """The keys or weights of its models."""
        check_model(self.model, root, self.endpoint)
        if second := self._second:
            check_model(second.model, root, self._second_endpoint(second))

    def fingerprint(self, root: Path) -> Any:
        """The weights or addresses of its models."""
        keys = [caller.model.key() for caller in self._callers(root)]
        return keys if self.fallback else keys[0]

    def sends_data_away(self, root: Path) -> bool:
        """Unless its models run on this machine."""
        return any(caller.model.leaves_machine for caller in self._callers(root))

    def _callers(self, root: Path) -> list[Caller]:
        services = Services(root)
        return [caller for caller in (self.caller(services), self.second(services)) if caller]

    def second(self, services: Services) -> Caller | None:
        """The model that answers where the first is unavailable."""
        second = self._second
        return services.model(second.model, self._second_endpoint(second)) if second else None

    async def opened(self, services: Services) -> tuple[Caller, Caller | None]:
        """The model and the one that answers where it is unavailable, both ready to be asked."""
        first, second = self.caller(services), self.second(services)
        for caller in (first, second):
            if caller:
                await caller.open()
        return first, second

    @property
    def _second(self) -> Fallback | None:
        return Fallback(model=self.fallback) if isinstance(self.fallback, str) else self.fallback

    def _second_endpoint(self, second: Fallback) -> Endpoint:
        return Endpoint(second.base_url, second.api_key_env, total_s=self.timeout_s)

    def paced_seconds(self, calls: Sequence[Call]) -> float:
        """By the requests and tokens per minute."""
        own = [call for call in calls if call.model == self.model]
        tokens = sum(call.input_tokens + call.output_tokens for call in own)
        return 60 * max(len(own) / (self.requests_per_minute or inf), tokens / (self.tokens_per_minute or inf))

    def shown_tokens(self, task: TaskView) -> float:
        """About how many tokens of examples or passages stand before each query."""
        del task
        return 0.0

    def foreseen(self, task: TaskView, query: Query) -> Sequence[Call]:
        """One call, and one more where it is to think first."""
        system = fill(self.system, instructions=task.instructions, ask=task.kind.ask())
        user = fill(self.template or TEMPLATE, input=as_text(query.input), context="")
        sent = round(tokens_of(system) + tokens_of(user) + self.shown_tokens(task))
        answer = round(min(self.max_tokens, answer_tokens(task)))
        if not self.reasoning:
            return (Call(self.model, input_tokens=sent, output_tokens=answer),)
        thought = self.reasoning_tokens // 2
        return (
            Call(self.model, input_tokens=sent, output_tokens=thought),
            Call(self.model, input_tokens=sent + thought, output_tokens=answer),
        )

    def caller(self, services: Services) -> Caller:
        """The model with everything around it."""
        return services.model(
            self.model,
            self.endpoint,
            structured=self.structured,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
        )


class PromptedPredictor:
    """Asks a language model about each query. A subclass says what to show it with `shown`."""

    def __init__(self, settings: Prompted, task: TaskView, caller: Caller, second: Caller | None = None) -> None:
        """A local model is given many queries at once, so that it can batch them; `second` is the fallback."""
        self.settings, self.task, self.caller, self._second = settings, task, caller, second
        self._away_until = 0.0
        self.batch_size = 128 if caller.local else 1

    async def shown(self, queries: Sequence[Query]) -> Sequence[tuple[list[Message], tuple[Context, ...]]]:
        """For each query the worked examples to put before it, and what was retrieved."""
        return [([], ()) for _ in queries]

    async def predict(self, queries: Sequence[Query]) -> Sequence[Reply | Failure]:
        """One reply or failure per query."""
        shown = await self.shown(queries)
        answers = [self._answer(q, turns, contexts) for q, (turns, contexts) in zip(queries, shown, strict=True)]
        # A task of its own would wait for a turn of the event loop, and that would be timed as the model's.
        return [await answers[0]] if len(answers) == 1 else await asyncio.gather(*answers)

    async def close(self) -> None:
        """The model belongs to the services."""

    async def _answer(self, query: Query, examples: list[Message], contexts: tuple[Context, ...]) -> Reply | Failure:
        messages = [self._system, *examples, Message("user", self.user(query.input, contexts))]
        calls: list[Call] = []
        try:
            if self.settings.reasoning:
                messages = await self._reason(messages, calls)
            return await self._conclude(query, messages, contexts, calls)
        except CallFailedError as error:
            return error.as_failure(tuple(calls))

    def user(self, value: Any, contexts: Sequence[Context] = ()) -> str:
        """The user message for one input."""
        text = self.settings.template
        if text is None:
            text = WITH_CONTEXT if self.task.corpus and contexts else TEMPLATE
        passages = "\n\n".join(f"[{i}] {c.text}" for i, c in enumerate(contexts, 1))
        return fill(text, input=as_text(value), context=passages)

    @cached_property
    def _system(self) -> Message:
        kind = self.task.kind
        return Message(
            "system", fill(self.settings.system, instructions=self.task.instructions, ask=kind.ask()).strip()
        )

    async def _reason(self, messages: list[Message], calls: list[Call]) -> list[Message]:
        asked = [*messages[:-1], Message("user", f"{messages[-1].content}\n\n{_THINK}")]
        request = self._request(asked, restricted=False, max_tokens=self.settings.reasoning_tokens)
        completion = await self._ask(request, calls)
        conclude = fill(_CONCLUDE, ask=self.task.kind.ask())
        return [*asked, Message("assistant", completion.text), Message("user", conclude)]

    async def _conclude(
        self, query: Query, messages: list[Message], contexts: tuple[Context, ...], calls: list[Call]
    ) -> Reply:
        kind = self.task.kind
        for left in range(self.settings.retries_on_invalid, -1, -1):
            completion = await self._ask(self._request(messages, restricted=True), calls)
            answer = kind.parse(completion.text, query.input)
            if answer is not None or left == 0:
                break
            problem = "Your answer was cut off." if completion.stop == "length" else "That answer is not valid."
            again = fill(_INVALID, problem=problem, ask=kind.ask())
            messages = [*messages, Message("assistant", completion.text or "-"), Message("user", again)]
        sure = completion.confidence
        scores = {str(answer): sure} if sure is not None and answer is not None else None
        return Reply(text=completion.text, scores=scores, contexts=contexts, calls=tuple(calls))

    async def _ask(self, request: Request, calls: list[Call]) -> Completion:
        """The first model, or the second for a while once the first has failed whatever it is asked."""
        caller = self.caller
        if self._second and time.monotonic() < self._away_until:
            caller = self._second
        try:
            completion, call = await caller.complete(request)
        except CallFailedError as error:
            if self._second is None or caller is self._second or not error.error.unavailable:
                raise
            calls += error.calls
            self._away_until = time.monotonic() + _AWAY_SECONDS
            completion, call = await self._second.complete(request)
        calls.append(call)
        return completion

    def _request(self, messages: Sequence[Message], *, restricted: bool, max_tokens: int | None = None) -> Request:
        return Request(
            messages=tuple(messages),
            choices=self.task.kind.choices if restricted else None,
            schema=self.task.kind.schema if restricted else None,
            max_tokens=max_tokens or self.settings.max_tokens,
            temperature=None if self.settings.temperature == "default" else self.settings.temperature,
        )


def tokens_of(text: str) -> float:
    """About how many tokens a text is: one for four bytes, and a few around a message."""
    return len(text.encode()) / 4 + 4


def example_tokens(task: TaskView) -> float:
    """Of one training item with its answer, on average over the first few."""
    some = task.train[:_LOOKED_AT]
    total = sum(tokens_of(as_text(i.input)) + tokens_of(task.kind.write(i.target, i.input)) for i in some)
    return total / max(1, len(some))


def answer_tokens(task: TaskView) -> float:
    """Of one answer in the form that is asked for, on average over the first few training items, or the choices."""
    written = [task.kind.write(i.target, i.input) for i in task.train[:_LOOKED_AT]] or list(task.kind.choices or ())
    return sum(map(tokens_of, written)) / len(written) if written else inf


def as_text(value: Any) -> str:
    """An input as text: itself, or one `column: value` per line."""
    if isinstance(value, Mapping):
        return "\n".join(f"{column}: {cell}" for column, cell in value.items())
    return str(value)


def fill(template: str, **values: str) -> str:
    """Puts values in place of `{name}`s; other braces stay as they are, and values are not read again."""
    return _places(tuple(values)).sub(lambda match: values[match.group()[1:-1]], template)


@cache
def _places(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape("{" + name + "}") for name in names))
