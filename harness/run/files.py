"""Files that a run leaves: replaced so that a reader sees the old or the new content and nothing between."""

import os
import tempfile
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from harness.errors import RunError

Struct = TypeVar("Struct", bound=msgspec.Struct)


def indented(content: Any, order: Literal["deterministic"] | None = None) -> bytes:
    """JSON for people who read it and review what changed in it; `order` sorts the keys of mappings."""
    return msgspec.json.format(msgspec.json.encode(content, order=order), indent=1) + b"\n"


def read_struct(path: Path, kind: type[Struct]) -> Struct | None:
    """What a JSON file holds; None where there is none, or it is of another version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def replace_file(path: Path, content: str | bytes) -> None:
    """Writes `content` to `path` atomically.

    Raises:
        RunError: it cannot be written; the old content stands.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise RunError(f"{path}: cannot be written: {error.strerror}.") from error
