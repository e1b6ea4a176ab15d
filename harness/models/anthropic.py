"""Provider `anthropic`: the Messages API."""

from typing import Any, Literal

import msgspec

from harness.models.api import Completion, Request
from harness.models.http import Endpoint, HttpModel, bad_response, decode, restricted_schema, unwrap_choice

_Stop = Literal["stop", "length", "refusal"]
_STOPS: dict[str | None, _Stop] = {"max_tokens": "length", "refusal": "refusal"}


class AnthropicModel(HttpModel):
    """A model behind the messages endpoint."""

    provider = "anthropic"
    path = "/v1/messages"
    key_variable = "ANTHROPIC_API_KEY"
    url_variable = "ANTHROPIC_BASE_URL"

    def __init__(self, name: str, endpoint: Endpoint, *, structured: bool | None = None) -> None:
        """`structured`: whether answers can be restricted to a JSON schema; they can by default."""
        super().__init__(name, endpoint, structured=structured is not False)

    def _import_sdk(self) -> Any:
        import anthropic

        return anthropic

    def _make_client(self, **options: Any) -> Any:
        return self._sdk.AsyncAnthropic(**options)

    def _body(self, request: Request) -> dict[str, Any]:
        system = "\n\n".join(m.content for m in request.messages if m.role == "system")
        turns = [m for m in request.messages if m.role != "system"]
        body: dict[str, Any] = {"model": self._model, "messages": turns, "max_tokens": request.max_tokens}
        if system:
            body["system"] = system
        if request.temperature is not None:
            body["temperature"] = request.temperature
        schema = restricted_schema(request) if self._structured else None
        if schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return body

    def _completion(self, content: bytes, request: Request) -> Completion:
        answer: _Answer = decode(content, _decoder)
        text = "".join(block.text for block in answer.content if block.type == "text")
        stop: _Stop = _STOPS.get(answer.stop_reason, "stop")
        if not answer.content and stop == "stop":
            raise bad_response("holds no content")
        usage = answer.usage or _Usage()
        cached = usage.cache_read_input_tokens or 0
        # This API counts tokens read from and written to its cache apart from `input_tokens`.
        total = usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0)
        return Completion(
            text=unwrap_choice(text, request, structured=self._structured),
            input_tokens=total,
            cached_tokens=cached,
            output_tokens=usage.output_tokens,
            stop=stop,
            model=answer.model,
            metered=total > 0,
        )


class _Block(msgspec.Struct):
    type: str
    text: str = ""


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int | None = 0
    cache_creation_input_tokens: int | None = 0


class _Answer(msgspec.Struct):
    content: list[_Block]
    usage: _Usage | None = None
    model: str = ""
    stop_reason: str | None = None


_decoder = msgspec.json.Decoder(_Answer)
