"""The journal of a run: one line per record, appended as it finishes.

A line is written whole. The runner flushes whenever an answer or a batch of them is finished, and every second what
was flushed is synced to disk, so that a kill loses nothing that was finished. A torn last line is recognised and cut
off.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from harness.errors import RunError
from harness.types import Answered, Failed, Record

_FLUSH_RECORDS = 64
_FLUSH_SECONDS = 0.2
_SYNC_SECONDS = 1.0
_CHUNK = 4 * 2**20
_encoder = msgspec.json.Encoder()


class AnsweredHead(msgspec.Struct, tag="answered", tag_field="r", gc=False):
    """What of an answered record says which item it is of: reading no more takes a quarter of the time."""

    item_id: str
    item_hash: str


class FailedHead(msgspec.Struct, tag="failed", tag_field="r", gc=False):
    """The same of a failed one."""

    item_id: str
    item_hash: str


_Read = TypeVar("_Read")
_decoder = msgspec.json.Decoder(Answered | Failed)
_head_decoder = msgspec.json.Decoder(AnsweredHead | FailedHead)


class Journal:
    """Appends records to a file; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Opens the file for appending, after cutting off a torn last line."""
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_torn_line(path)
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()
        self._lines: list[bytes] = []
        self._flushed = self._synced = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, record: Record) -> None:
        """Adds a record. It outlives this process once it is flushed, the machine once it is synced.

        Raises:
            TypeError, ValueError: it holds something that JSON has not and could not be read again.
        """
        line = _encoder.encode(record)
        _decoder.decode(line)
        self._lines.append(line + b"\n")
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
                self._size += _write_all(self._file.fileno(), b"".join(self._lines))
                self._lines.clear()
            self._flushed = now
            if sync or now - self._synced >= _SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = now
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(self._size)  # half of a line, which the next one must not follow
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


def _write_all(descriptor: int, data: bytes) -> int:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(data)


def read_records(path: Path) -> Iterator[Record]:
    """The records of a journal in the order they were written, without a torn last line.

    Raises:
        RunError: a line before the last does not decode; says which.
    """
    for batch in read_batches(path):
        yield from batch


def read_batches(path: Path) -> Iterator[list[Record]]:
    """The same, some thousands at a time: many lines decode faster together than one by one.

    Raises:
        RunError: as `read_records`.
    """
    return _batches(path, _decoder)


def read_heads(path: Path) -> Iterator[list[AnsweredHead | FailedHead]]:
    """Of the same records only which items they are of, and whether these were answered.

    Raises:
        RunError: as `read_records`.
    """
    return _batches(path, _head_decoder)


def _batches(path: Path, decoder: msgspec.json.Decoder[_Read]) -> Iterator[list[_Read]]:
    if not path.is_file():
        return
    before, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            whole, _, rest = (rest + chunk).rpartition(b"\n")
            if whole:
                yield _decode(whole, decoder, path, before)
                before += whole.count(b"\n") + 1


def _decode(lines: bytes, decoder: msgspec.json.Decoder[_Read], path: Path, before: int) -> list[_Read]:
    try:
        return decoder.decode_lines(lines)
    except (msgspec.DecodeError, msgspec.ValidationError):
        for number, line in enumerate(lines.split(b"\n"), before + 1):
            try:
                decoder.decode(line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise RunError(
                    f"{path}:{number}: the journal is damaged ({error}). Move the file away to start this run anew."
                ) from None
        raise


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


def checksum(path: Path, size: int | None = None) -> str:
    """SHA-256 of a file, or of its first `size` bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if size is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            digest.update(chunk)
            size -= len(chunk)
    return digest.hexdigest()
