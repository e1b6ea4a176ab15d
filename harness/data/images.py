"""Images: a folder of them as rows, and any image as an array."""

import base64
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import DataError, UnavailableError
from harness.types import Item

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_UNREADABLE = (".heic", ".heif", ".avif", ".jp2", ".svg", ".psd", ".dng")
"""Images that are in no form which is read: left out, they would be missing without a word."""
_BYTES = "base64"


def image_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and cells of each image under `path`: `image`, and `label`, the name of the folder that it is in.

    The cell `image` holds the file's bytes and neither its name nor its place: those would give the label away.
    Nothing is decoded here: an image that is broken fails when it is asked about, alone.

    Raises:
        DataError: an image in no folder of a label or below one, or in a form that is not read.
    """
    for file in _files(path):
        suffix = file.suffix.lower()
        if suffix in _UNREADABLE:
            raise DataError(f"{file}: images of this form are not read. Save it as one of {', '.join(SUFFIXES)}.")
        if suffix not in SUFFIXES:
            continue
        if file.parent.parent != path:
            raise DataError(
                f"{file}: an image must stand directly in a folder with the name of its label, like "
                f"{path / 'LABEL' / file.name}."
            )
        yield str(file), {"image": {_BYTES: base64.b64encode(file.read_bytes()).decode()}, "label": file.parent.name}


def not_images(path: Path) -> list[str]:
    """The files of a folder of images that are left out, since their suffix is that of no image."""
    return [str(file) for file in _files(path) if file.suffix.lower() not in SUFFIXES]


def _files(path: Path) -> list[Path]:
    """Those that are not hidden, in order."""
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def is_file(value: Any) -> bool:
    """Whether an input is the bytes of an image file."""
    return isinstance(value, Mapping) and value.keys() == {_BYTES}


def pixels(value: Any, side: int) -> NDArray[np.float32]:
    """An image as grey values, height x width: rows of them as they are, a file scaled to `side` x `side`.

    Raises:
        UnavailableError: Pillow is not installed.
        OSError: the bytes are no image.
        ValueError: the rows are no numbers, or not of one length.
    """
    if not is_file(value):
        return np.asarray(value, dtype=np.float32)
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise UnavailableError("image files need Pillow: pip install pillow.") from error
    try:
        with Image.open(io.BytesIO(base64.b64decode(value[_BYTES]))) as image:
            return np.asarray(image.convert("L").resize((side, side)), dtype=np.float32)
    except UnidentifiedImageError:
        raise OSError("the file is no image that can be opened") from None


def broken(items: Iterable[Item]) -> list[str]:
    """The files of the items whose image does not open; every one is decoded.

    Raises:
        UnavailableError: Pillow is not installed.
    """
    found = []
    for item in items:
        if item.file is not None:
            try:
                pixels(item.input, 1)
            except (OSError, ValueError):
                found.append(item.file)
    return found
