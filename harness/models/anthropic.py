"""Provider `anthropic`: the Messages API."""

import asyncio
from typing import Any

import msgspec

from harness.errors import UnavailableError
from harness.models.api import Completion, ModelError, Request
from harness.models.http import Endpoint, api_key, as_model_error, decode
from harness.models.openai import is_loopback, restricted_schema, unwrap_choice


class AnthropicModel:
    """A model behind the messages endpoint."""

    local = False

    def __init__(self, name: str, endpoint: Endpoint, *, structured: bool | None = None) -> None:
        """`structured`: whether answers can be restricted to a JSON schema; they can by default."""
        self.name = f"anthropic/{name}"
        self._model, self._endpoint = name, endpoint
        self._structured = structured is not False
        self._client: Any = None

    @property
    def leaves_machine(self) -> bool:
        """Unless the server is on loopback."""
        return not is_loopback(self._endpoint.base_url)

    def key(self) -> Any:
        """Name, place and whether answers are restricted."""
        return ["anthropic", self._model, self._endpoint.base_url, self._structured]

    async def complete(self, request: Request) -> Completion:
        """One attempt at `/v1/messages`."""
        client = self._client or self._connect()
        import anthropic

        try:
            async with asyncio.timeout(self._endpoint.total_s):
                raw = await client.messages.with_raw_response.create(**self._body(request))
                content = raw.http_response.content
        except Exception as error:
            raise as_model_error("anthropic", anthropic, error) from None
        return _completion(decode(content, _Answer), request, structured=self._structured)

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connect(self) -> Any:
        try:
            import anthropic
            import httpx2
        except ImportError as error:
            raise UnavailableError(
                "the provider anthropic needs the anthropic package: pip install anthropic."
            ) from error
        key = api_key(self._endpoint, "ANTHROPIC_API_KEY")
        timeout = httpx2.Timeout(self._endpoint.read_s, connect=self._endpoint.connect_s, pool=None)
        self._client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=self._endpoint.base_url,
            timeout=timeout,
            max_retries=0,  # retries are the caller's: counted, bounded and recorded
            http_client=anthropic.DefaultAioHttpClient(
                timeout=timeout, limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None)
            ),
        )
        return self._client

    def _body(self, request: Request) -> dict[str, Any]:
        system = "\n\n".join(m.content for m in request.messages if m.role == "system")
        turns = [{"role": m.role, "content": m.content} for m in request.messages if m.role != "system"]
        body: dict[str, Any] = {"model": self._model, "messages": turns, "max_tokens": request.max_tokens}
        if system:
            body["system"] = system
        if request.temperature is not None:
            body["temperature"] = request.temperature
        schema = restricted_schema(request) if self._structured else None
        if schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return body


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
    usage: _Usage
    model: str = ""
    stop_reason: str | None = None


def _completion(answer: _Answer, request: Request, *, structured: bool) -> Completion:
    text = "".join(block.text for block in answer.content if block.type == "text")
    if not answer.content and answer.stop_reason != "refusal":
        raise ModelError("BadResponse", "the answer holds no content.", retry=True)
    usage, cached = answer.usage, answer.usage.cache_read_input_tokens or 0
    # This API counts tokens read from and written to its cache apart from `input_tokens`.
    total = usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0)
    stops = {"max_tokens": "length", "refusal": "refusal"}
    return Completion(
        text=unwrap_choice(text, request, structured=structured),
        input_tokens=total,
        cached_tokens=cached,
        output_tokens=usage.output_tokens,
        stop=stops.get(answer.stop_reason or "", "stop"),  # type: ignore[arg-type]
        model=answer.model,
    )
