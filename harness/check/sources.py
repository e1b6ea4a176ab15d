"""Where the data come from: images that do not open, files that are left out, data that may change unseen."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.check.finding import Finding, Level
from harness.data.hub import without_revision
from harness.data.images import broken, not_images
from harness.errors import UnavailableError
from harness.task.file import DataTable
from harness.types import Item


def findings(data: DataTable, folder: Path, parts: Mapping[str, Sequence[Item]]) -> list[Finding]:
    """Of folders of images and of data sets of the hub; nothing of other files.

    Args:
        data: as it stands in `task.toml`.
        folder: the task's, from which paths are read.
        parts: items by part.
    """
    sources = [source for source in (data.test, data.train, data.all, data.validation) if source]
    found = [*_images(parts), *_left_out([folder / source for source in dict.fromkeys(sources)])]
    if moving := [source for source in dict.fromkeys(sources) if without_revision(source)]:
        text = "data of the hub may change, and figures with them: name a revision, hf:owner/name@REVISION:part."
        found.append(Finding("sources", Level.WARNING, text, moving))
    return found


def _images(parts: Mapping[str, Sequence[Item]]) -> list[Finding]:
    try:
        files = {part: broken(items) for part, items in parts.items()}
    except UnavailableError as error:
        return [Finding("images", Level.NOTE, f"whether every image opens was not looked at: {error}")]
    texts = {
        "test": "test images that do not open, and that whatever looks at images fails: {:,}.",
        "train": "training images that do not open, with which nothing learns from images: {:,}.",
    }
    result = []
    for part, text in texts.items():
        places = files.get(part, []) + (files.get("validation", []) if part == "train" else [])
        if places:
            result.append(Finding("images", Level.WARNING, text.format(len(places)), places))
    return result


def _left_out(paths: Sequence[Path]) -> list[Finding]:
    """Files in folders of images that are none by their name."""
    files = [file for path in paths if path.is_dir() for file in not_images(path)]
    if not files:
        return []
    return [Finding("images", Level.NOTE, f"files that are no images and are left out: {len(files):,}.", files)]
