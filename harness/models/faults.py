"""What a provider's errors mean: which are worth another attempt, and which no other item will escape."""

import email.utils
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.models.api import ModelError


@dataclass(frozen=True)
class Fault:
    """The meaning of one HTTP status."""

    kind: str
    retry: bool = False
    final: bool = False


_COMMON = {
    400: Fault("BadRequest"),
    401: Fault("Unauthorised", final=True),
    402: Fault("PaymentRequired", final=True),
    403: Fault("Forbidden", final=True),
    404: Fault("UnknownModel", final=True),
    408: Fault("TimedOut", retry=True),
    409: Fault("Conflict", retry=True),
    413: Fault("PromptTooLong"),
    422: Fault("BadRequest"),
    425: Fault("TooEarly", retry=True),
    429: Fault("RateLimited", retry=True),
    500: Fault("ServerError", retry=True),
    501: Fault("NotImplemented", final=True),
    502: Fault("ServerError", retry=True),
    503: Fault("Overloaded", retry=True),
    504: Fault("TimedOut", retry=True),
}
STATUS: dict[str, dict[int, Fault]] = {
    "openai": _COMMON,
    "anthropic": {**_COMMON, 529: Fault("Overloaded", retry=True)},
}
"""The one table that decides what is retried, by provider and HTTP status."""
CODES: dict[str, dict[str, Fault]] = {
    "openai": {"insufficient_quota": Fault("QuotaSpent", final=True)},
    "anthropic": {},
}
"""Error codes in the body that say more than the status does."""


def from_status(provider: str, status: int, headers: Mapping[str, str], body: Any, fallback: str) -> ModelError:
    """The error of an HTTP answer that is not a success.

    Args:
        provider: `openai` or `anthropic`.
        status: HTTP status.
        headers: of the answer, with lower-case names.
        body: decoded JSON if there is any.
        fallback: message where the body has none.
    """
    detail = body.get("error", body) if isinstance(body, dict) else {}
    detail = detail if isinstance(detail, dict) else {"message": str(detail)}
    fault = CODES[provider].get(str(detail.get("code"))) or STATUS[provider].get(status)
    if fault is None:
        fault = Fault("ServerError", retry=True) if status >= 500 else Fault("BadRequest")
    message = str(detail.get("message") or fallback)
    return ModelError(
        fault.kind,
        redact(f"HTTP {status}: {message}"[:500]),
        retry=fault.retry,
        final=fault.final,
        after=retry_after(headers),
    )


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that the provider asks to wait: `retry-after-ms`, `retry-after` (seconds or a date)."""
    if (milliseconds := headers.get("retry-after-ms")) and _is_number(milliseconds):
        return max(0.0, float(milliseconds) / 1000)
    asked = headers.get("retry-after")
    if not asked:
        return None
    if _is_number(asked):
        return max(0.0, float(asked))
    parsed = email.utils.parsedate_tz(asked)
    return None if parsed is None else max(0.0, email.utils.mktime_tz(parsed) - (now or time.time()))


def redact(text: str) -> str:
    """`text` without the value of any key in the environment, and without what looks like one."""
    for name, value in os.environ.items():
        if len(value) >= 8 and name.upper().endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")):
            text = text.replace(value, f"[{name}]")
    return re.sub(r"\b(?:sk|pk|rk)-[A-Za-z0-9_*\-]{6,}", "[key]", text)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*\d+(\.\d+)?\s*", text))
