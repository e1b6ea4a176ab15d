"""The picture of docs and design: a file stands above all that it imports, and nothing points back up."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = [
    {"errors"},
    {"types", "config", "stats"},
    {"metrics", "economics", "models"},
    {"kinds", "retrieval", "data"},
    {"adapter", "importers"},
    {"learning", "prompting", "plugins"},
    {"finetuning"},
    {"task"},
    {"project", "check"},
    {"run"},
    {"scores", "estimate", "wrong", "starter"},
    {"figures", "money", "profile", "triage", "words"},
    {"early", "judge"},
    {"compare", "curve", "forecast", "leaderboard"},
    {"costs", "guard"},
    {"stale"},
    {"decide"},
    {"report"},
    {"api"},
    {"gate", "testing"},
    {"publish"},
    {"cli", "pytest_plugin"},
]
"""Lowest first. Those of one layer do not know one another."""
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}
ALONE = {"stats": set(), "economics": {"errors"}, "models": {"errors", "types"}, "metrics": {"errors", "types"}}
"""What may be reviewed alone knows no more of the harness than this."""


def imports(source: str) -> Iterator[str]:
    """Full names of the modules that a file imports, at its head or inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(name: str) -> str:
    """Of `harness.run.journal` the word `run`."""
    return name.split(".")[1] if "." in name else ""


def violations(files: Mapping[str, str]) -> list[str]:
    """What is wrong with the imports of files, given as source by path below harness/."""
    found = []
    for path, source in files.items():
        mine = path.split("/")[0].removesuffix(".py")
        if mine not in HEIGHT:
            found.append(f"{path}: has no place in the picture")
            continue
        theirs = {top(name) for name in imports(source) if name.startswith("harness.")} - {mine}
        found += [
            f"{path}: imports {other}, which does not stand below"
            for other in sorted(theirs)
            if other not in HEIGHT or HEIGHT[other] >= HEIGHT[mine]
        ]
        found += [f"{path}: {mine} must not know {other}" for other in sorted(theirs - ALONE.get(mine, theirs))]
    return found


def library() -> dict[str, str]:
    paths = (
        p for p in (ROOT / "harness").rglob("*.py") if "_bundled" not in p.parts and p.parent.name != "__pycache__"
    )
    # harness/__init__.py is the door: it hands out the programming interface when that is asked for.
    return {
        str(p.relative_to(ROOT / "harness")): p.read_text(encoding="utf-8")
        for p in paths
        if p != ROOT / "harness/__init__.py"
    }


def test_every_file_imports_only_what_stands_below_it() -> None:
    assert violations(library()) == []


def test_the_check_finds_an_import_upwards_sideways_and_of_what_must_not_be_known() -> None:
    assert violations({"stats/mean.py": "from harness.errors import HarnessError"})
    assert violations({"kinds/label.py": "def f():\n    from harness.task import Task"})
    assert violations({"models/api.py": "from harness import metrics"})
    assert violations({"cli/new.py": "from harness import pytest_plugin"})
    assert violations({"somewhere.py": ""})
    assert not violations({"task.py": "from harness.kinds.label import Label"})


def test_no_file_imports_itself_by_way_of_others() -> None:
    files = library()
    names = {"harness." + path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in files}

    def imported(path: str) -> set[str]:
        found = {n for n in imports(files[path]) if n.startswith("harness.")}
        # `from harness.cli import show` means the module, `from harness.cli import main` what stands in it.
        return {n if n in names else n.rpartition(".")[0] for n in found} & set(names)

    graph = {name: imported(path) - {name} for name, path in names.items()}
    while leaves := {name for name, below in graph.items() if not below}:
        graph = {name: below - leaves for name, below in graph.items() if name not in leaves}
    assert graph == {}


def test_an_adapter_imports_the_harness_and_libraries_but_no_sibling() -> None:
    siblings = {path.stem for path in (ROOT / "adapters").glob("*.py")} | {"adapters", "tasks"}
    for path in (ROOT / "adapters").glob("*.py"):
        names = list(imports(path.read_text(encoding="utf-8")))
        assert not {name.split(".")[0] for name in names} & siblings, path
        high = {top(name) for name in names if name.startswith("harness.") and HEIGHT[top(name)] >= HEIGHT["task"]}
        assert not high, f"{path} imports {high}"


def test_the_library_imports_no_adapter_and_no_task() -> None:
    for path, source in library().items():
        assert not {name.split(".")[0] for name in imports(source)} & {"adapters", "tasks", "tests", "benchmarks"}, path


def test_project_folders_are_no_packages() -> None:
    assert not list((ROOT / "adapters").rglob("__init__.py"))
    assert not list((ROOT / "tasks").rglob("__init__.py"))
