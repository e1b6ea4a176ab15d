"""Provider `openai`: the OpenAI API, and every server that speaks it (vLLM, Ollama, llama.cpp, TGI, ...)."""

import asyncio
from typing import Any

import msgspec

from harness.errors import UnavailableError
from harness.models.api import Completion, ModelError, Request
from harness.models.http import Endpoint, api_key, as_model_error, decode


class OpenAIModel:
    """A chat model behind the chat completions endpoint."""

    local = False

    def __init__(self, name: str, endpoint: Endpoint, *, structured: bool | None = None) -> None:
        """`structured`: whether the server can restrict answers to a JSON schema; by default OpenAI itself can."""
        self.name = f"openai/{name}"
        self._model, self._endpoint = name, endpoint
        self._structured = endpoint.base_url is None if structured is None else structured
        self._client: Any = None

    @property
    def leaves_machine(self) -> bool:
        """Unless the server is on loopback."""
        return not is_loopback(self._endpoint.base_url)

    def key(self) -> Any:
        """Name, place and whether answers are restricted."""
        return ["openai", self._model, self._endpoint.base_url, self._structured]

    async def complete(self, request: Request) -> Completion:
        """One attempt at `/chat/completions`."""
        client = self._client or self._connect()
        import openai

        try:
            async with asyncio.timeout(self._endpoint.total_s):
                raw = await client.chat.completions.with_raw_response.create(**self._body(request))
                content = raw.http_response.content
        except Exception as error:
            raise as_model_error("openai", openai, error) from None
        return _completion(decode(content, _Answer), request, structured=self._structured)

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connect(self) -> Any:
        try:
            import httpx2
            import openai
        except ImportError as error:
            raise UnavailableError("the provider openai needs the openai package: pip install openai.") from error
        key = api_key(self._endpoint, "OPENAI_API_KEY")
        timeout = httpx2.Timeout(self._endpoint.read_s, connect=self._endpoint.connect_s, pool=None)
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=self._endpoint.base_url,
            timeout=timeout,
            max_retries=0,  # retries are the caller's: counted, bounded and recorded
            http_client=openai.DefaultAioHttpClient(
                timeout=timeout, limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None)
            ),
        )
        return self._client

    def _body(self, request: Request) -> dict[str, Any]:
        limit = "max_tokens" if self._endpoint.base_url else "max_completion_tokens"
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            limit: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        schema = restricted_schema(request) if self._structured else None
        if schema:
            described = {"name": "answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": described}
        return body


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


def _completion(answer: _Answer, request: Request, *, structured: bool) -> Completion:
    if not answer.choices:
        raise ModelError("BadResponse", "the answer holds no choices.", retry=True)
    choice, usage = answer.choices[0], answer.usage or _Usage()
    text = choice.message.content
    if text is None and choice.message.refusal is None:
        raise ModelError("BadResponse", "the answer holds no text.", retry=True)
    refused = choice.message.refusal is not None or choice.finish_reason == "content_filter"
    details = usage.prompt_tokens_details
    return Completion(
        text=unwrap_choice(text or choice.message.refusal or "", request, structured=structured),
        input_tokens=usage.prompt_tokens,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
        output_tokens=usage.completion_tokens,
        stop="refusal" if refused else "length" if choice.finish_reason == "length" else "stop",
        model=answer.model,
    )


def restricted_schema(request: Request) -> dict[str, Any] | None:
    """The JSON schema that restricts the answer, if the request asks for one."""
    if request.schema:
        return request.schema
    if not request.choices:
        return None
    return {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": list(request.choices)}},
        "required": ["answer"],
        "additionalProperties": False,
    }


def unwrap_choice(text: str, request: Request, *, structured: bool) -> str:
    """The chosen answer out of the JSON object that a restricted choice comes in."""
    if not (structured and request.choices and not request.schema):
        return text
    try:
        return str(msgspec.json.decode(text)["answer"])
    except (msgspec.DecodeError, TypeError, KeyError):
        return text


def is_loopback(base_url: str | None) -> bool:
    """Whether a URL stays on this machine."""
    import ipaddress
    from urllib.parse import urlsplit

    host = urlsplit(base_url or "").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
