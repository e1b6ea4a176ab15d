"""A small project of recordings, for tests that need one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import OpenProject, open_project


def recorded_project(
    root: Path,
    right: Mapping[str, Sequence[Any]],
    *,
    rungs: Mapping[str, str] | None = None,
    groups: int = 0,
    margin: float = 0.0,
    toml: str = "",
    extra: str = "",
) -> OpenProject:
    """A label task `t` whose candidates are right on the items where their sequence is true."""
    items = len(next(iter(right.values())))
    folder = root / "tasks" / "t"
    folder.mkdir(parents=True)
    grouped = 'group = "group"\n' if groups else ""
    (folder / "task.toml").write_text(
        '[task]\nkind = "label"\ninstructions = "Which?"\nlabels = ["x", "y"]\n[data]\ntest = "test.jsonl"\n'
        f'train = "train.jsonl"\ntarget = "label"\n{grouped}[requirement]\nmargin = {margin}\n{extra}'
    )
    rows = [
        {"id": f"i{i:04}", "text": f"text {i}", "label": "xy"[i % 2], "group": f"g{i % groups if groups else i}"}
        for i in range(items)
    ]
    write_lines(folder / "test.jsonl", rows)
    write_lines(
        folder / "train.jsonl", [{**row, "text": f"other {row['text']}", "id": f"t{row['id']}"} for row in rows]
    )
    tables = []
    for name, hits in right.items():
        other = {"x": "y", "y": "x"}
        write_lines(
            root / f"{name}.jsonl",
            [
                {"id": row["id"], "answer": row["label"] if hit else other[row["label"]]}
                for row, hit in zip(rows, hits, strict=True)
            ],
        )
        rung = (rungs or {}).get(name, "trained")
        tables.append(f'[candidates.{name}]\nadapter = "recorded"\nfile = "{name}.jsonl"\nrung = "{rung}"\n')
    (root / "harness.toml").write_text("\n".join(tables) + toml)
    return open_project(root)


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
