"""The files of Inspect's logs: `.eval`, a zip of JSON that Zstandard compresses, and `.json`.

They are read without Inspect, so that a log says the same whether it is installed or not.
"""

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from harness.errors import DataError, UnavailableError
from harness.importers.imported import read_json

_HEADER = "header.json"
_ZSTANDARD = 93
_LENGTHS = 26
"""Where the lengths of name and extra field stand in the local header of a zip's member, which precede its content."""


def read_log(path: Path) -> Any:
    """The content of a log, its samples among it.

    Raises:
        DataError: it cannot be read, or is no log that was finished.
        UnavailableError: it is compressed with Zstandard, and nothing here reads that.
    """
    if path.suffix != ".eval":
        return read_json(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _content(archive, path)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: no log of Inspect: {error}.") from None


def _content(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    names = archive.namelist()
    if _HEADER not in names:
        raise DataError(
            f"{path}: no {_HEADER}: the run that wrote it was cut off (see `inspect log recover`), or it is no log."
        )
    # The zip keeps what a sample that ran again has replaced; its member of that name is the last.
    samples = dict.fromkeys(name for name in names if name.startswith("samples/"))
    return {
        **json.loads(_member(archive, _HEADER, path)),
        "samples": [json.loads(_member(archive, name, path)) for name in samples],
    }


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        return archive.read(name)
    except NotImplementedError:  # Python knows Zstandard from 3.14 on
        return _zstandard(archive.getinfo(name), path)


def _zstandard(member: zipfile.ZipInfo, path: Path) -> bytes:
    if member.compress_type != _ZSTANDARD:
        raise DataError(f"{path}: {member.filename} is compressed by method {member.compress_type}, not by Zstandard.")
    try:
        import zstandard
    except ImportError:
        raise UnavailableError(
            f'{path}: compressed with Zstandard: pip install "approach-harness[data]", or write it as JSON with '
            "`inspect log dump LOG.eval > LOG.json`."
        ) from None
    with path.open("rb") as file:
        file.seek(member.header_offset + _LENGTHS)
        file.seek(sum(struct.unpack("<HH", file.read(4))), 1)
        compressed = file.read(member.compress_size)
    try:
        # Inspect writes a large sample as several frames.
        with zstandard.ZstdDecompressor().stream_reader(compressed, read_across_frames=True) as reader:
            content = reader.read()
    except zstandard.ZstdError as error:
        raise DataError(f"{path}: {member.filename}: {error}.") from None
    if zlib.crc32(content) != member.CRC:
        raise DataError(f"{path}: {member.filename} is damaged.")
    return content
