"""What the providers that speak HTTP share: where a model is served, keys, time-outs, errors, the call itself."""

import asyncio
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from harness.errors import ConfigError, UnavailableError
from harness.models.api import Completion, ModelError, Request
from harness.models.faults import SHORTEST_SECRET, from_status, redact

_encode = msgspec.json.Encoder().encode
_OPTIONS: dict[str, Any] = {"headers": {}, "params": {}, "max_retries": 0, "idempotency_key": "unused"}
"""What the SDKs would otherwise copy or draw for each call, with no effect on it."""


@dataclass(frozen=True)
class Endpoint:
    """Where a model is served, and how long to wait for it."""

    base_url: str | None = None
    """None is the provider's own."""
    key_env: str | None = None
    """Environment variable with the key; None is the provider's usual one."""
    connect_s: float = 10.0
    """Seconds to connect."""
    first_byte_s: float | None = None
    """Seconds until the first byte of an answer, and between its parts; None is half of `total_s`."""
    total_s: float = 120.0
    """Seconds for one attempt as a whole."""

    def __post_init__(self) -> None:
        """Refuses an address that is none, or that holds a password: an address stands in manifests and messages."""
        if self.base_url is None:
            return
        parts = urlsplit(self.base_url)
        if parts.username or parts.password or parts.query:
            raise ConfigError(
                f"base_url for {parts.hostname} holds credentials or a query; put the key into an environment "
                "variable and name that in api_key_env."
            )
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(f"base_url: found {self.base_url!r}; expected an address like http://localhost:8000/v1.")


def api_key(endpoint: Endpoint, usual: str) -> str:
    """The key of an endpoint, from the environment.

    Raises:
        UnavailableError: it is not set; names the variable, never its value.
    """
    if endpoint.base_url and endpoint.key_env is None:
        # The provider's key is not for another server, unless the user says so; and the SDKs insist on some key.
        return "none"
    name = endpoint.key_env or usual
    key = os.environ.get(name, "").strip()
    if key:
        return key
    raise UnavailableError(f"the environment variable {name} is not set.")


class HttpModel(ABC):
    """A chat model behind one path of an API. A subclass says what goes into the body and what comes out of it."""

    local = False
    provider: ClassVar[str]
    path: ClassVar[str]
    key_variable: ClassVar[str]
    url_variable: ClassVar[str]
    """Where the SDK looks for an address, if it is given none."""

    def __init__(self, name: str, endpoint: Endpoint, *, structured: bool) -> None:
        """`structured`: whether the server can restrict answers to a JSON schema."""
        self.name = f"{self.provider}/{name}"
        self._model, self._endpoint, self._structured = name, endpoint, structured
        self._url = endpoint.base_url or os.environ.get(self.url_variable) or None
        self._key = ""
        self._sdk: Any = None
        self._client: Any = None
        self._response: Any = None
        self._target = ""

    @property
    def leaves_machine(self) -> bool:
        """Unless the server is on loopback."""
        return not is_loopback(self._url)

    def key(self) -> Any:
        """Name, place and whether answers are restricted."""
        return [self.provider, self._model, self._url, self._structured]

    async def open(self) -> None:
        """Imports the SDK, in a thread since the calls of others may be under way, and makes its client.

        Raises:
            UnavailableError: the key or the SDK is missing.
        """
        self._key = api_key(self._endpoint, self.key_variable)
        if self._client is None:
            await asyncio.to_thread(self._import)
        if self._client is None:  # somebody else may have been quicker
            self._connect()

    async def complete(self, request: Request) -> Completion:
        """One attempt.

        The SDK's `post` sends the body as encoded here and gives the answer as it came: its typed methods walk both,
        at twice the processor time of all the rest.
        """
        if self._client is None:
            await self.open()
        client = self._client
        try:
            answer = await client.post(
                self._target, content=_encode(self._body(request)), cast_to=self._response, options=_OPTIONS
            )
        except Exception as error:
            raise as_model_error(self.provider, self._sdk, error, self._key) from None
        content: bytes = answer.content
        if len(self._key) >= SHORTEST_SECRET and (secret := self._key.encode()) in content:
            content = content.replace(secret, b"[key]")  # a server that repeats what it was sent
        return self._completion(content, request)

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _import(self) -> None:
        try:
            import harness.models.transport  # noqa: F401 - the rest of what takes a while

            self._sdk = self._import_sdk()
        except ImportError as error:
            raise UnavailableError(
                f"the provider {self.provider} needs its package: pip install {self.provider}."
            ) from error

    def _connect(self) -> None:
        import httpx2

        from harness.models.transport import WholeAnswers

        where = self._endpoint
        transport = WholeAnswers(where.connect_s, where.first_byte_s or where.total_s / 2, where.total_s)
        self._response = httpx2.Response
        self._client = self._make_client(
            api_key=self._key,
            base_url=self._url,
            timeout=where.total_s,
            max_retries=0,  # retries are the caller's: counted, bounded and recorded
            http_client=httpx2.AsyncClient(transport=transport, timeout=where.total_s),
        )
        self._target = str(self._client.base_url).rstrip("/") + self.path

    @abstractmethod
    def _import_sdk(self) -> Any:
        """The SDK's module."""

    @abstractmethod
    def _make_client(self, **options: Any) -> Any:
        """The SDK's asynchronous client."""

    @abstractmethod
    def _body(self, request: Request) -> dict[str, Any]:
        """What is sent."""

    @abstractmethod
    def _completion(self, content: bytes, request: Request) -> Completion:
        """What came back. Raises ModelError where it is no answer."""


def decode(content: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """The body of a successful answer as a struct; a truncated or foreign one is worth another attempt."""
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise bad_response(f"is not what the API promises: {error}") from None


def bad_response(what: str) -> ModelError:
    """An answer that came with status 200 and is none; it may have been billed."""
    return ModelError("BadResponse", f"the answer {what}.", retry=True, billed=True)


def as_model_error(provider: str, sdk: Any, error: Exception, key: str = "") -> ModelError:
    """An exception of the openai or anthropic SDK, or of the transport under it. `key` is kept out of the message."""
    cause = error.__cause__ or error
    said = redact(f"{type(cause).__name__}: {cause}".removesuffix(": ")[:300], key)
    if isinstance(error, sdk.APIStatusError):
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        return from_status(provider, error.status_code, headers, error.body, str(error), key)
    if isinstance(error, sdk.APIConnectionError):
        import aiohttp
        import httpx2

        if isinstance(cause, (httpx2.ConnectTimeout, aiohttp.ClientConnectorError)):
            return ModelError("CannotConnect", said, retry=True)
        # The request was sent: it may be answered, and billed, though nobody hears of it.
        if isinstance(error, sdk.APITimeoutError):
            return ModelError("TimedOut", f"no answer in time ({said}).", retry=True, billed=True)
        return ModelError("ConnectionLost", said, retry=True, billed=True)
    return ModelError(type(error).__name__, said, retry=False)


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

    host = urlsplit(base_url or "").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
