"""Replacing files so that a reader sees the old or the new content and nothing between."""

import os
import tempfile
from pathlib import Path

from harness.errors import RunError


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
