"""The journal of a run: one line per record, appended as it finishes.

A line is written whole, batches are flushed several times a second and synced to disk at least once a second, so
that a kill loses at most what was in flight. A torn last line is recognised and cut off.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from harness.errors import RunError
from harness.types import Answered, Failed, Record

_FLUSH_RECORDS = 64
_FLUSH_SECONDS = 0.2
_SYNC_SECONDS = 1.0
_decoder = msgspec.json.Decoder(Answered | Failed)
_encoder = msgspec.json.Encoder()


class Journal:
    """Appends records to a file; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Opens the file for appending, after cutting off a torn last line."""
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_torn_line(path)
        self._file = path.open("ab", buffering=0)
        self._lines: list[bytes] = []
        self._flushed = self._synced = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, record: Record) -> None:
        """Adds a record; it is on disk within about a second."""
        self._lines.append(_encoder.encode(record) + b"\n")
        now = time.monotonic()
        if len(self._lines) >= _FLUSH_RECORDS or now - self._flushed >= _FLUSH_SECONDS:
            self.flush()

    def flush(self, *, sync: bool = False) -> None:
        """Hands what was gathered to the system, and to the disk if that is due or asked for.

        Raises:
            RunError: the disk is full or the folder is read-only; nothing written before is lost.
        """
        now = time.monotonic()
        try:
            if self._lines:
                _write_all(self._file.fileno(), b"".join(self._lines))
                self._lines.clear()
            self._flushed = now
            if sync or now - self._synced >= _SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = now
        except OSError as error:
            raise RunError(
                f"{self._file.name}: cannot be written: {error.strerror}. What was finished before is kept; "
                "make room and run again."
            ) from error

    def close(self) -> None:
        """Writes and syncs the rest."""
        if not self._file.closed:
            try:
                self.flush(sync=True)
            finally:
                self._file.close()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def read_records(path: Path) -> Iterator[Record]:
    """The records of a journal in the order they were written, without a torn last line.

    Raises:
        RunError: a line before the last does not decode; says which.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield _decoder.decode(line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise RunError(
                    f"{path}:{number}: the journal is damaged ({error}). Move the file away to start this run anew."
                ) from None


def latest(path: Path) -> dict[str, Record]:
    """The last record of each item: a failed one that was answered later counts as answered."""
    return {record.item_id: record for record in read_records(path)}


def cut_torn_line(path: Path) -> None:
    """Removes what follows the last line end."""
    if not path.is_file() or path.stat().st_size == 0:
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        step = 65536
        position = end
        while position > 0:
            start = max(0, position - step)
            file.seek(start)
            cut = file.read(position - start).rfind(b"\n")
            if cut >= 0:
                if start + cut + 1 != end:
                    file.truncate(start + cut + 1)
                return
            position = start
        file.truncate(0)


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
