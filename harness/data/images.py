"""Images: a folder of them as rows, and any image as an array."""

import base64
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UnavailableError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
_BYTES = "base64"


def image_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and cells of each image under `path`: `image`, and `label`, the name of the folder that it is in.

    The cell `image` holds the file's bytes and neither its name nor its place: those would give the label away.
    Nothing is decoded here: an image that is broken fails when it is asked about, alone.
    """
    for file in sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES):
        yield str(file), {"image": {_BYTES: base64.b64encode(file.read_bytes()).decode()}, "label": file.parent.name}


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
