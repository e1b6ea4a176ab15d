"""`harness import`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.console import output
from harness.errors import ConfigError, UnknownNameError, counted

if TYPE_CHECKING:
    from harness.importers.imported import Imported


def import_results(
    tool: Annotated[str, typer.Argument(help="inspect, lm-eval or promptfoo.")],
    files: Annotated[list[Path], typer.Argument(help="Its result files.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the recordings.")] = Path("recordings"),
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="Which scorer, metric or named score, where there are several.")
    ] = None,
    filter_name: Annotated[str | None, typer.Option("--filter", help="lm-eval: which filter, if several.")] = None,
) -> None:
    """Read another tool's results into recordings, for `harness compare` and the adapter `recorded`."""
    import msgspec

    from harness.run.files import replace_file

    read = _reader(tool)
    found = [one for path in files for one in read(path, metric=metric, filter_name=filter_name)]
    names = [_file_name(one.name) for one in found]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(
                f"two recordings would be called {name}.jsonl. Import the files into different folders (--out)."
            )
    for name, one in zip(names, found, strict=True):
        target = out / f"{name}.jsonl"
        replace_file(target, b"".join(msgspec.json.encode(line) + b"\n" for line in one.lines))
        output().print(f"{target}: {_told(one)}", markup=False, soft_wrap=True)


def _reader(tool: str) -> "Callable[..., list[Imported]]":
    from harness.importers.inspect import read_inspect
    from harness.importers.lm_eval import read_lm_eval
    from harness.importers.promptfoo import read_promptfoo

    readers: dict[str, Any] = {"inspect": read_inspect, "lm-eval": read_lm_eval, "promptfoo": read_promptfoo}
    if tool not in readers:
        raise UnknownNameError("importer", tool, readers)
    found: Callable[..., list[Imported]] = readers[tool]
    return found


def _told(one: "Imported") -> str:
    errors = sum("error" in line for line in one.lines)
    told = counted(len(one.lines), "line") + (f", {errors} with an error" if errors else "")
    return told + (f". {one.note}" if one.note else "")


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-") or "recording"
