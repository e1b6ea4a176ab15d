"""The few calls of GitHub's REST API that a comment takes."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.errors import UnavailableError

_TRIES, _TIMEOUT_S, _PAUSE_S = 3, 30.0, 0.5
_ACTIONS = "github-actions[bot]"
"""Whose comments those of a job's own token are."""


class RefusedError(UnavailableError):
    """GitHub was reached and refuses."""


@dataclass(frozen=True)
class Comment:
    """A comment on a pull request."""

    id: int
    body: str
    author: str = ""
    """Login."""


@dataclass(frozen=True)
class Comments:
    """The comments of one pull request."""

    api: str
    """E.g. `https://api.github.com`."""
    repository: str
    """`owner/name`."""
    number: int
    """Of the pull request."""
    token: str

    @property
    def _home(self) -> str:
        return f"repos/{self.repository}"

    def all(self) -> Iterator[Comment]:
        """Every comment, the oldest first."""
        page = 1
        while True:
            found = self._call("GET", f"{self._home}/issues/{self.number}/comments?per_page=100&page={page}")
            yield from (Comment(int(c["id"]), str(c.get("body") or ""), _login(c.get("user"))) for c in found)
            if len(found) < 100:
                return
            page += 1

    def me(self) -> str:
        """The login that comments of this token have.

        A job's own token may not ask who it is: GitHub answers 403, and its comments are those of its bot.
        """
        try:
            return _login(self._call("GET", "user")) or _ACTIONS
        except RefusedError:
            return _ACTIONS

    def create(self, body: str) -> Comment:
        """Adds a comment."""
        made = self._call("POST", f"{self._home}/issues/{self.number}/comments", {"body": body})
        return Comment(int(made["id"]), body, _login(made.get("user")))

    def update(self, comment: int, body: str) -> None:
        """Replaces a comment's text."""
        self._call("PATCH", f"{self._home}/issues/comments/{comment}", {"body": body})

    def delete(self, comment: int) -> None:
        """Removes a comment; one that is gone already is fine."""
        self._call("DELETE", f"{self._home}/issues/comments/{comment}", gone=True)

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None, *, gone: bool = False) -> Any:
        """One request.

        Creating is not repeated after a server's error: it may have been done all the same.

        Raises:
            RefusedError: GitHub refuses; the token is in no message.
            UnavailableError: it cannot be reached.
        """
        tries = 1 if method == "POST" else _TRIES
        for attempt in range(1, tries + 1):
            try:
                return self._once(method, path, content)
            except urllib.error.HTTPError as error:
                if gone and error.code == 404:
                    return None
                if error.code < 500 or attempt == tries:
                    raise RefusedError(f"GitHub answers {error.code} to {method} {path}: {_said(error)}") from None
            except (urllib.error.URLError, TimeoutError) as error:
                if attempt == tries:
                    raise UnavailableError(f"{self.api} cannot be reached: {error}") from None
            time.sleep(_PAUSE_S * attempt)
        return None

    def _once(self, method: str, path: str, content: dict[str, Any] | None) -> Any:
        if not self.api.startswith(("https://", "http://")):
            raise UnavailableError(f"GITHUB_API_URL must be an http address, found {self.api!r}.")
        request = urllib.request.Request(  # noqa: S310 - checked above
            f"{self.api}/{path}",
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "approach-harness",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - checked above
            body = answer.read()
        return json.loads(body) if body else None


def _login(user: Any) -> str:
    return str(user.get("login") or "") if isinstance(user, dict) else ""


def _said(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read()).get("message"))[:200]
    except (ValueError, AttributeError, OSError):
        return error.reason
