"""The response cache: what a model answered to a request, in SQLite, shared by all candidates of a project."""

import sqlite3
import time
import zlib
from pathlib import Path
from typing import Any

import msgspec

from harness.models.api import Completion, Request
from harness.types import content_hash

_FLUSH_ROWS = 200
_FLUSH_SECONDS = 1.0
_TABLE = """create table if not exists answers (
    key text primary key, request blob not null, answer blob not null, seconds real not null,
    size integer not null, used integer not null) without rowid"""


class Cached(msgspec.Struct, frozen=True):
    """An answer and how long it took when it was made."""

    completion: Completion
    seconds: float


def request_key(model_key: Any, request: Request) -> str:
    """Key of a request to a model: model, parameters and messages; no credential is among them."""
    return content_hash(model_key, msgspec.to_builtins(request))


class ResponseCache:
    """Answers by request key. Writes are gathered and committed each second; `close` commits the rest."""

    def __init__(self, path: Path, max_bytes: int = 2_000_000_000) -> None:
        """Opens or creates the file; the least recently used answers go when it outgrows `max_bytes`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._max_bytes = max_bytes
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.execute(_TABLE)
        self._pending: dict[str, tuple[Request, Cached]] = {}
        self._flushed = time.monotonic()
        self._touched: set[str] = set()

    def get(self, key: str) -> Cached | None:
        """The answer kept under `key`."""
        if key in self._pending:
            return self._pending[key][1]
        row = self._db.execute("select answer, seconds from answers where key = ?", (key,)).fetchone()
        if row is None:
            return None
        self._touched.add(key)
        return Cached(msgspec.json.decode(row[0], type=Completion), row[1])

    def request(self, key: str) -> Request | None:
        """The request as it was sent, if its answer is still kept."""
        if key in self._pending:
            return self._pending[key][0]
        row = self._db.execute("select request from answers where key = ?", (key,)).fetchone()
        return None if row is None else msgspec.json.decode(zlib.decompress(row[0]), type=Request)

    def put(self, key: str, request: Request, cached: Cached) -> None:
        """Keeps an answer."""
        self._pending[key] = (request, cached)
        if len(self._pending) >= _FLUSH_ROWS or time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Commits what was gathered."""
        now = int(time.time())
        rows = []
        for key, (request, cached) in self._pending.items():
            asked = zlib.compress(msgspec.json.encode(request), 1)
            said = msgspec.json.encode(cached.completion)
            rows.append((key, asked, said, cached.seconds, len(asked) + len(said), now))
        if rows or self._touched:
            self._db.execute("begin immediate")
            self._db.executemany("insert or replace into answers values (?, ?, ?, ?, ?, ?)", rows)
            self._db.executemany("update answers set used = ? where key = ?", [(now, key) for key in self._touched])
            self._db.execute("commit")
        self._pending.clear()
        self._touched.clear()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Commits, makes room if there is too little, and closes the file."""
        self.flush()
        (size,) = self._db.execute("select coalesce(sum(size), 0) from answers").fetchone()
        if size > self._max_bytes:
            self._prune(size - int(self._max_bytes * 0.9))
        self._db.close()

    def _prune(self, surplus: int) -> None:
        gone, keys = 0, []
        for key, size in self._db.execute("select key, size from answers order by used"):
            if gone >= surplus:
                break
            gone += size
            keys.append((key,))
        self._db.execute("begin immediate")
        self._db.executemany("delete from answers where key = ?", keys)
        self._db.execute("commit")
