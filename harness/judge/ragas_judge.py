"""The metrics of ragas, asked of the user's judge model: its prompts and arithmetic, our calls around them."""

import importlib.metadata
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from harness.errors import UnavailableError
from harness.judge.judge import Judge, NonsenseError
from harness.kinds.reading import json_in
from harness.models.api import Embedder, Message, Request
from harness.models.caller import Caller
from harness.models.services import need
from harness.task.judging import JudgeTable
from harness.types import Call

PINNED = 'pip install "ragas==0.4.3" "langchain-community<0.4.2"'
_CLASSES = {
    "answer_correctness": "AnswerCorrectness",
    "faithfulness": "Faithfulness",
    "context_precision": "ContextPrecision",
    "context_recall": "ContextRecall",
    "response_relevancy": "AnswerRelevancy",
}
_ARGUMENTS = {
    "question": "user_input",
    "expected": "reference",
    "answer": "response",
    "contexts": "retrieved_contexts",
}
_MORE_THAN_REPEATS = 1000
"""Room between two repeats for the questions that a metric itself asks several times."""
_LEAST, _MOST = -1.0, 1.0


class RagasJudge(Judge):
    """Gives one of ragas's metrics."""

    def __init__(self, source: str, table: JudgeTable, caller: Caller, embedder: Embedder | None) -> None:
        """Raises UnavailableError where ragas is not there, or does not load."""
        super().__init__(table.repeats, 1)
        self._table, self._caller, self._embedder = table, caller, embedder
        self._ragas = load_ragas()
        self._metric = getattr(self._ragas.metrics, _CLASSES[source])

    async def _once(self, material: Mapping[str, Any], repeat: int, calls: list[Call]) -> tuple[float, str]:
        asker = _Asker(self._table, self._caller, repeat, calls)
        parts: dict[str, Any] = {"llm": self._ragas.llm(asker)}
        if self._embedder is not None:
            parts["embeddings"] = self._ragas.embeddings(self._embedder, calls)
        given = {_ARGUMENTS[name]: value for name, value in material.items()}
        result = await self._metric(**parts).ascore(**given)
        score = float(result.value)
        if not _LEAST - 1e-6 <= score <= _MOST + 1e-6:  # NaN too
            raise asker.nonsense()
        return min(max(score, _LEAST), _MOST), asker.last


class _Asker:
    """Puts ragas's prompts to the model, and reads the JSON that they ask for."""

    def __init__(self, table: JudgeTable, caller: Caller, repeat: int, calls: list[Call]) -> None:
        self._table, self._caller, self._repeat, self._calls = table, caller, repeat, calls
        self._asked: Counter[str] = Counter()
        self._made: list[Call] = []
        self.last = ""
        """What the model said last."""

    async def ask(self, prompt: str, form: type[BaseModel]) -> BaseModel:
        """What the model says, in that form; asked once more where it is another."""
        self._asked[prompt] += 1
        messages = [Message("user", prompt)]
        for _ in range(2):
            completion, call = await self._caller.complete(self._request(messages, prompt, form))
            self._calls.append(call)
            self._made.append(call)
            self.last = completion.text
            found = _read(completion.text, form) if completion.stop == "stop" else None
            if found is not None:
                return found
            again = "That does not comply with the schema. Answer with the JSON object alone."
            messages += [Message("assistant", completion.text or "-"), Message("user", again)]
        raise self.nonsense()

    def nonsense(self) -> NonsenseError:
        """That the judgement failed. What was said for it is not kept: another try may get something else."""
        for call in self._made:
            self._caller.forget(call)
        return NonsenseError(self.last)

    def _request(self, messages: Sequence[Message], prompt: str, form: type[BaseModel]) -> Request:
        table = self._table
        return Request(
            tuple(messages),
            schema=closed(form.model_json_schema()),
            max_tokens=table.max_tokens,
            temperature=None if table.temperature == "default" else table.temperature,
            repeat=self._repeat * _MORE_THAN_REPEATS + self._asked[prompt] - 1,
        )


def _read(text: str, form: type[BaseModel]) -> BaseModel | None:
    try:
        found = form.model_validate(json_in(text, dict))
    except ValidationError:
        return None
    return found if _says_something(found) else None


def _says_something(found: BaseModel) -> bool:
    """Whether ragas can count with it: it takes any number for 0 or 1, and no statement at all for a full score."""
    said = found.model_dump()
    lists = [value for value in said.values() if isinstance(value, list)]
    if (lists and not any(lists)) or said.get("question") == "":
        return False
    flat = [said, *(one for values in lists for one in values if isinstance(one, dict))]
    return all(value in (0, 1) for one in flat for value in one.values() if isinstance(value, int))


def closed(schema: Any) -> Any:
    """A JSON schema whose objects take no other keys and need all that they have: what providers insist on."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), dict):
        made |= {"additionalProperties": False, "required": list(made["properties"])}
    return made


class Ragas:
    """What is used of the package."""

    def __init__(self, metrics: Any, llm: Any, embeddings: Any) -> None:
        """The module of the metrics, and the two classes through which they reach models."""
        self.metrics, self.llm, self.embeddings = metrics, llm, embeddings


@cache
def load_ragas() -> Ragas:
    """Imports ragas, which takes seconds, with its telemetry off.

    Raises:
        UnavailableError: it is not installed, or does not load; names the version that does.
    """
    need("ragas", "ragas")
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    try:
        from ragas.embeddings.base import BaseRagasEmbedding
        from ragas.llms.base import InstructorBaseRagasLLM
        from ragas.metrics import collections

        for name in _CLASSES.values():
            getattr(collections, name)
    except Exception as error:
        raise UnavailableError(
            f"ragas {version()} is installed but does not load ({type(error).__name__}: {error}). What is known to "
            f"work: {PINNED}."
        ) from error
    # Made by `type`, since to subclass a class of a package that has no types is none to the type checker.
    llm = type("JudgeModel", (_JudgeModel, InstructorBaseRagasLLM), {})
    return Ragas(collections, llm, type("JudgeEmbedder", (_JudgeEmbedder, BaseRagasEmbedding), {}))


def version() -> str:
    """Of the package that is installed; judgements made with another are others."""
    try:
        return importlib.metadata.version("ragas")
    except importlib.metadata.PackageNotFoundError:
        return "of no version"


class _JudgeModel:
    """How ragas reaches the judge."""

    def __init__(self, asker: _Asker) -> None:
        self._asker = asker

    async def agenerate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
        return await self._asker.ask(prompt, response_model)

    def generate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
        raise NotImplementedError("the metrics are computed asynchronously")


class _JudgeEmbedder:
    """How ragas reaches the embedder."""

    cache = None

    def __init__(self, embedder: Embedder, calls: list[Call]) -> None:
        self._embedder, self._calls = embedder, calls

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        return (await self.aembed_texts([text]))[0]

    async def aembed_texts(self, texts: list[str], **_: Any) -> list[list[float]]:
        vectors = await self._embedder.embed(texts, self._calls)
        found: list[list[float]] = vectors.astype(float).tolist()
        return found

    def embed_text(self, text: str, **_: Any) -> list[float]:
        raise NotImplementedError("the metrics are computed asynchronously")
