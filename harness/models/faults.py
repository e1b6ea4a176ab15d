"""What a provider's errors mean: which are worth another attempt, and which no other item will escape."""

import email.utils
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    "openai": {
        "insufficient_quota": Fault("QuotaSpent", final=True),
        "billing_not_active": Fault("QuotaSpent", final=True),
        "model_not_found": Fault("UnknownModel", final=True),
        "context_length_exceeded": Fault("PromptTooLong"),
    },
    "anthropic": {},
}
"""Error codes in the body that say more than the status does."""

SHORTEST_SECRET = 8
"""A shorter key is a placeholder, and may well stand in a text by chance."""
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")


def from_status(
    provider: str, status: int, headers: Mapping[str, str], body: Any, fallback: str, key: str = ""
) -> ModelError:
    """The error of an HTTP answer that is not a success.

    Args:
        provider: `openai` or `anthropic`.
        status: HTTP status.
        headers: of the answer, with lower-case names.
        body: decoded JSON if there is any.
        fallback: message where the body has none.
        key: the key in use, which must not stand in a message.
    """
    detail = body.get("error", body) if isinstance(body, dict) else {}
    detail = detail if isinstance(detail, dict) else {"message": str(detail)}
    fault = CODES[provider].get(str(detail.get("code"))) or STATUS[provider].get(status)
    if fault is None:
        fault = Fault("ServerError", retry=True) if status >= 500 else Fault("BadRequest")
    message = str(detail.get("message") or fallback)
    return ModelError(
        fault.kind,
        redact(f"HTTP {status}: {message}", key)[:500],
        retry=fault.retry,
        final=fault.final,
        after=retry_after(headers) if fault.retry else None,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait: `retry-after-ms`, `retry-after`, or when a spent rate limit resets.

    Points in time are compared with the answer's own `date`: this machine's clock may be wrong, or jump.
    """
    if milliseconds := _number(headers.get("retry-after-ms", "")):
        return milliseconds / 1000
    asked = headers.get("retry-after", "")
    if (seconds := _number(asked)) is not None:
        return seconds
    now = _date(headers.get("date", ""))
    if asked:
        return _until(_date(asked), now)
    resets = [
        _reset(headers, name, now)
        for name in headers
        if name.endswith(("-remaining", "-remaining-requests", "-remaining-tokens")) and headers[name].strip() == "0"
    ]
    return max((reset for reset in resets if reset is not None), default=None)


def redact(text: str, *secrets: str) -> str:
    """`text` without `secrets`, without the value of any key in the environment, and without what looks like one."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "[key]")
    for name, value in os.environ.items():
        if len(value) >= SHORTEST_SECRET and name.upper().endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")):
            text = text.replace(value, f"[{name}]")
    return re.sub(r"\b(?:sk|pk|rk)-[A-Za-z0-9_*\-]{6,}", "[key]", text)


def _reset(headers: Mapping[str, str], remaining: str, now: datetime | None) -> float | None:
    """When the limit resets: `x-ratelimit-reset-requests: 1m2s`, `anthropic-ratelimit-requests-reset: <RFC 3339>`."""
    if remaining.endswith("-remaining"):
        told = headers.get(remaining.removesuffix("remaining") + "reset", "")
        try:
            return _until(datetime.fromisoformat(told), now)
        except ValueError:
            return None
    told = headers.get(remaining.replace("-remaining-", "-reset-"), "")
    parts = _DURATION.fullmatch(told)
    if not told or parts is None:
        return _number(told)
    hours, minutes, seconds, milliseconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def _date(text: str) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _until(then: datetime | None, now: datetime | None) -> float | None:
    return None if then is None or now is None else max(0.0, (then.astimezone(UTC) - now).total_seconds())


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else None
