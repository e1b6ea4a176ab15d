"""What the providers that speak HTTP share: time-outs, keys, and their SDKs' exceptions as `ModelError`s."""

import os
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import UnavailableError
from harness.models.api import ModelError
from harness.models.faults import from_status, redact


@dataclass(frozen=True)
class Endpoint:
    """Where a model is served, and how long to wait for it."""

    base_url: str | None = None
    """None is the provider's own."""
    key_env: str | None = None
    """Environment variable with the key; None is the provider's usual one."""
    connect_s: float = 10.0
    """Seconds to connect."""
    read_s: float = 60.0
    """Seconds without a byte."""
    total_s: float = 120.0
    """Seconds for one attempt as a whole."""


def api_key(endpoint: Endpoint, usual: str, extra_hint: str = "") -> str:
    """The key of an endpoint, from the environment.

    Raises:
        UnavailableError: it is not set; names the variable, never its value.
    """
    name = endpoint.key_env or usual
    key = os.environ.get(name, "").strip()
    if key:
        return key
    if endpoint.base_url and endpoint.key_env is None:
        return "none"  # servers of one's own seldom ask for a key, and the SDKs insist on one
    raise UnavailableError(f"the environment variable {name} is not set{extra_hint}.")


def decode(content: bytes, into: Any) -> Any:
    """The body of a successful answer as a struct; a truncated or foreign one is worth another attempt."""
    try:
        return msgspec.json.decode(content, type=into)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ModelError("BadResponse", f"the answer is not what the API promises: {error}", retry=True) from None


def as_model_error(provider: str, sdk: Any, error: Exception) -> ModelError:
    """An exception of the openai or anthropic SDK, or of the transport under it."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, sdk.APIStatusError):
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        return from_status(provider, error.status_code, headers, error.body, str(error))
    if isinstance(error, (sdk.APITimeoutError, TimeoutError)):
        return ModelError("TimedOut", "no answer in time.", retry=True)
    if isinstance(error, sdk.APIConnectionError):
        cause = error.__cause__ or error
        return ModelError("ConnectionLost", redact(f"{type(cause).__name__}: {cause}"[:300]), retry=True)
    return ModelError(type(error).__name__, redact(str(error)[:300]), retry=False)
