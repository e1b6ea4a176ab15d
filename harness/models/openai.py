"""Provider `openai`: the OpenAI API, and every server that speaks it (vLLM, Ollama, llama.cpp, TGI, ...)."""

from typing import Any

import msgspec

from harness.models.api import Completion, Request
from harness.models.http import Endpoint, HttpModel, bad_response, decode, restricted_schema, unwrap_choice


class OpenAIModel(HttpModel):
    """A chat model behind the chat completions endpoint."""

    provider = "openai"
    path = "/chat/completions"
    key_variable = "OPENAI_API_KEY"
    url_variable = "OPENAI_BASE_URL"

    def __init__(self, name: str, endpoint: Endpoint, *, structured: bool | None = None) -> None:
        """`structured`: whether the server can restrict answers to a JSON schema; by default OpenAI itself can."""
        super().__init__(name, endpoint, structured=endpoint.base_url is None if structured is None else structured)

    def _import_sdk(self) -> Any:
        import openai

        return openai

    def _make_client(self, **options: Any) -> Any:
        # The administrator's key, which the SDK would take from the environment, has no business in these calls.
        return self._sdk.AsyncOpenAI(admin_api_key=options["api_key"], **options)

    def _body(self, request: Request) -> dict[str, Any]:
        limit = "max_tokens" if self._endpoint.base_url else "max_completion_tokens"
        body: dict[str, Any] = {"model": self._model, "messages": request.messages, limit: request.max_tokens}
        if request.temperature is not None:
            body["temperature"] = request.temperature
        schema = restricted_schema(request) if self._structured else None
        if schema:
            described = {"name": "answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": described}
        return body

    def _completion(self, content: bytes, request: Request) -> Completion:
        answer: _Answer = decode(content, _decoder)
        if not answer.choices:
            raise bad_response("holds no choices")
        choice, usage = answer.choices[0], answer.usage or _Usage()
        text, refusal, cut = choice.message.content, choice.message.refusal, choice.finish_reason == "length"
        refused = refusal is not None or choice.finish_reason == "content_filter"
        if text is None and not (refused or cut):
            raise bad_response("holds no text")
        details = usage.prompt_tokens_details
        return Completion(
            text=unwrap_choice(text or refusal or "", request, structured=self._structured),
            input_tokens=usage.prompt_tokens,
            cached_tokens=(details.cached_tokens or 0) if details else 0,
            output_tokens=usage.completion_tokens,
            stop="refusal" if refused else "length" if cut else "stop",
            model=answer.model,
            metered=usage.prompt_tokens > 0,
        )


class _Details(msgspec.Struct):
    cached_tokens: int | None = 0


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


_decoder = msgspec.json.Decoder(_Answer)
