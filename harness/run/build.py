"""Building a candidate once and keeping what it built."""

import shutil
import tempfile
import time
from pathlib import Path

import msgspec

from harness.adapter import Adapter, TaskView
from harness.models.services import Services
from harness.run.files import replace_file
from harness.types import Preparation

_DONE = "preparation.json"


def built(folder: Path) -> Preparation | None:
    """What building took, if `folder` holds a finished build."""
    try:
        return msgspec.json.decode((folder / _DONE).read_bytes(), type=Preparation)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


async def build(adapter: Adapter, view: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
    """Builds into a folder beside, and moves it in place when all is there: a kill leaves no half a build."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        async with services.cores:
            begun = time.monotonic()
            preparation = await adapter.build(view, temporary, seed, services)
            preparation = msgspec.structs.replace(preparation, seconds=round(time.monotonic() - begun, 3))
        replace_file(temporary / _DONE, msgspec.json.encode(preparation))
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return preparation
