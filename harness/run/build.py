"""Building a candidate once and keeping what it built."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from harness.adapter import Adapter, TaskView
from harness.data.images import broken
from harness.errors import DataError, RunError, some
from harness.models import stopwatch
from harness.models.services import Services
from harness.run.files import read_struct, replace_file
from harness.types import Preparation

_DONE = "preparation.json"
_LOOK_AGAIN_SECONDS = 0.1


def built(folder: Path) -> Preparation | None:
    """What building took, if `folder` holds a finished build."""
    return read_struct(folder / _DONE, Preparation)


async def build(
    adapter: Adapter, view: TaskView, folder: Path, seed: int, services: Services, *, anew: bool = False
) -> tuple[Preparation, bool]:
    """Builds into a folder beside, and moves it in place when all is there: a kill leaves no half a build.

    What another run is building at this moment is waited for, and then taken unless it is wanted `anew`.

    Args:
        adapter: what is built.
        view: of the task it is built for.
        folder: where it is kept.
        seed: of the run.
        services: models.
        anew: whether what is there is built again.

    Returns:
        What it took, and whether that was now.

    Raises:
        RunError: the folder cannot be written.
        BuildEndedError: the build could not be finished; there is none.
    """
    lock = await _lock(folder)
    try:
        for remains in folder.parent.glob(f".{folder.name}.*/"):
            shutil.rmtree(remains, ignore_errors=True)
        if not anew and (there := built(folder)):
            return there, False
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            async with services.cores if adapter.builds_here() else contextlib.nullcontext():
                watch, begun = stopwatch.start(), time.monotonic()
                preparation = await _built(adapter, view, temporary, seed, services)
                seconds = time.monotonic() - begun - watch.idle + watch.saved
                preparation = msgspec.structs.replace(preparation, seconds=round(seconds, 3))
            replace_file(temporary / _DONE, msgspec.json.encode(preparation))
            shutil.rmtree(folder, ignore_errors=True)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return preparation, True
    finally:
        lock.release()


async def _built(adapter: Adapter, view: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
    """Names the image that did not open, if that is why it failed: what an adapter is shown of one has no name."""
    try:
        return await adapter.build(view, folder, seed, services)
    except (OSError, ValueError) as error:
        if files := broken((*view.train, *view.validation)):
            text = f"training images that do not open: {some(files)}"
            raise DataError(f"{text}. Mend or remove them; harness check {view.name} --all lists them.") from error
        raise


async def _lock(folder: Path) -> FileLock:
    """Candidates with the same settings share what is built, in this process and in others."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.parent / f"{folder.name}.lock")
        while True:
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except OSError as error:
        raise RunError(f"{folder.parent}: cannot be written: {error.strerror}.") from error
