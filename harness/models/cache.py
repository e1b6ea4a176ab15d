"""The response cache: what a model answered to a request, in SQLite, shared by all candidates of a project."""

import contextlib
import math
import re
import sqlite3
import time
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import RunError
from harness.models.api import Completion, Request

_FLUSH_ROWS = 1000
_FLUSH_SECONDS = 1.0
_VERSION = 1
"""Of the tables below and of the fields of `Completion`, save those added at its end: another version is emptied."""
# Rows are appended and the index is small: keyed by hash themselves, they would each dirty a page of their own. What
# was asked is only ever read to be shown, so it is kept by the batch: a hundred prompts compress to little over one.
_SCHEMA = (
    "drop table if exists answers",
    "drop table if exists batches",
    "create table batches (id integer primary key, requests blob not null)",
    """create table answers (
        key integer not null, batch integer not null, place integer not null, answer blob not null,
        seconds real not null, used integer not null
    )""",
    "create unique index answers_key on answers (key)",
    f"pragma user_version = {_VERSION}",
)
_encode = msgspec.json.Encoder(order="sorted").encode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[Any, ...]).decode
_requests = msgspec.json.Decoder(list[Request]).decode


class Cached(msgspec.Struct, frozen=True):
    """An answer and how long it took when it was made."""

    completion: Completion
    seconds: float


def request_key(model_key: Any, request: Request) -> str:
    """Key of a request to a model: model, parameters and messages; no credential is among them."""
    # As a tuple, so that a field at its default counts too: a default may change.
    content = _encode((model_key, msgspec.structs.astuple(request)))
    return blake2b(content, digest_size=8).hexdigest()


class ResponseCache:
    """Answers by request key. Writes are gathered and committed each second; `close` commits the rest.

    It saves calls and holds no result: where it cannot be written (a full disk, another process that keeps it locked)
    answers are gathered until it can, and no call fails for it.
    """

    def __init__(self, path: Path, max_bytes: int = 2_000_000_000, *, answers: bool = True) -> None:
        """Opens or creates the file; the least recently used answers go when it outgrows `max_bytes`.

        Without `answers` it only takes in what is asked anew.

        Raises:
            RunError: the file cannot be opened, or is no such cache.
        """
        self._max_bytes, self._answers = max_bytes, answers
        self._pending: dict[str, tuple[Request, Cached]] = {}
        self._touched: set[str] = set()
        self._flushed = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _opened(path)
        except (OSError, sqlite3.Error) as error:
            raise RunError(
                f"{path}: the response cache cannot be opened ({error}). Delete it, or run with --no-cache."
            ) from None

    def get(self, key: str) -> Cached | None:
        """The answer kept under `key`."""
        if not self._answers:
            return None
        if key in self._pending:
            return self._pending[key][1]
        row = self._db.execute("select answer, seconds from answers where key = ?", (_number(key),)).fetchone()
        if row is None:
            return None
        self._touched.add(key)
        return Cached(Completion(*_unpack(row[0])), row[1])

    def request(self, key: str) -> Request | None:
        """The request as it was sent, if its answer is still kept."""
        if key in self._pending:
            return self._pending[key][0]
        if not re.fullmatch("[0-9a-f]{16}", key):
            return None  # the call was made without a cache, or elsewhere
        row = self._db.execute(
            "select requests, place from answers join batches on id = batch where key = ?", (_number(key),)
        ).fetchone()
        return None if row is None else _requests(zlib.decompress(row[0]))[row[1]]

    def put(self, key: str, request: Request, cached: Cached) -> None:
        """Keeps an answer."""
        self._pending[key] = (request, cached)
        if len(self._pending) >= _FLUSH_ROWS or time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def forget(self, key: str) -> None:
        """Keeps the answer under `key` no longer: the next who asks asks the model."""
        self._pending.pop(key, None)
        self._touched.discard(key)
        # An answer that cannot be deleted now (a full disk, a locked file) stays, and is forgotten the next time.
        with contextlib.suppress(sqlite3.OperationalError), _transaction(self._db):
            self._db.execute("delete from answers where key = ?", (_number(key),))

    def flush(self) -> None:
        """Commits what was gathered, and makes room if there is too little."""
        self._flushed = time.monotonic()
        if not (self._pending or self._touched):
            return
        try:
            with _transaction(self._db):
                self._write(int(time.time()))  # only orders what goes first
            self._pending.clear()
            self._touched.clear()
            self._prune()
        except sqlite3.OperationalError:
            return

    def close(self) -> None:
        """Commits and closes the file."""
        self.flush()
        self._db.close()

    def _write(self, now: int) -> None:
        if self._pending:
            asked = zlib.compress(_encode([request for request, _ in self._pending.values()]), 1)
            batch = self._db.execute("insert into batches (requests) values (?)", (asked,)).lastrowid
            rows = [
                (_number(key), batch, place, _pack(msgspec.structs.astuple(said.completion)), said.seconds, now)
                for place, (key, (_, said)) in enumerate(self._pending.items())
            ]
            self._db.executemany("insert or replace into answers values (?, ?, ?, ?, ?, ?)", rows)
        used = [(now, _number(key)) for key in self._touched]
        self._db.executemany("update answers set used = ? where key = ?", used)

    def _prune(self) -> None:
        """Deletes the least recently used answers until a tenth of the bound is free."""
        used = self._bytes()
        if used <= self._max_bytes:
            return
        (rows,) = self._db.execute("select count(*) from answers").fetchone()
        surplus = math.ceil(rows * (1.0 - 0.9 * self._max_bytes / used))
        with _transaction(self._db):
            oldest = "select rowid from answers order by used, rowid limit ?"
            self._db.execute(f"delete from answers where rowid in ({oldest})", (surplus,))  # noqa: S608
            self._db.execute("delete from batches where id not in (select batch from answers)")

    def _bytes(self) -> int:
        """Of the pages in use: those that deleting freed are written again before the file grows."""
        pages, free, size = (
            self._db.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    with db:  # commits, or rolls back whatever was raised
        db.execute("begin immediate")
        yield


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5, isolation_level=None)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        with _transaction(db):  # another process may be opening it too
            if db.execute("pragma user_version").fetchone()[0] != _VERSION:
                for statement in _SCHEMA:
                    db.execute(statement)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _number(key: str) -> int:
    """SQLite's integers are signed 64-bit ones: shorter to index than text."""
    return int.from_bytes(bytes.fromhex(key), signed=True)
