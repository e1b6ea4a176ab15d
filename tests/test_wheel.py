"""The wheel: it carries adapters and tasks, and works in an empty folder with only a harness.toml."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("dist")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel without its dependencies, in a folder that comes before the ones that are there."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"),
            *("--disable-pip-version-check", "--target", str(folder), str(wheel)),
        ],
        check=True,
    )
    return folder


def harness(installed: Path, cwd: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    script = "from harness.cli import main; import harness, sys; print(harness.__file__, file=sys.stderr); main()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def names(wheel: Path) -> Sequence[str]:
    return zipfile.ZipFile(wheel).namelist()


def test_it_carries_every_adapter_and_task_and_nothing_that_runs_leave(wheel: Path) -> None:
    found = names(wheel)
    for path in [*(ROOT / "adapters").glob("*.py"), *(ROOT / "tasks").glob("*/*")]:
        if path.is_file():
            assert f"harness/_bundled/{path.relative_to(ROOT)}" in found
    assert "harness/py.typed" in found
    strange = [
        n for n in found if "__pycache__" in n or "records" in n.split("/") or ".harness" in n or n.endswith(".pyc")
    ]
    assert not strange
    tops = {n.split("/")[0] for n in found}
    assert tops == {"harness", next(t for t in tops if t.endswith(".dist-info"))}


def test_it_holds_the_licence_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "harness = harness.cli:main" in archive.read(info).decode()
        assert any(n.endswith("licenses/LICENSE") for n in archive.namelist())


def test_it_lists_and_runs_a_candidate_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "harness.toml").write_text('[candidates.tfidf]\nadapter = "tfidf"\n')
    listed = harness(installed, tmp_path, "list")
    assert listed.returncode == 0, listed.stderr
    assert str(installed) in listed.stderr
    for word in ("document_routing", "tfidf", "finetuned"):
        assert word in listed.stdout
    ran = harness(installed, tmp_path, "run", "document_routing")
    assert ran.returncode == 0, ran.stderr
    assert "480 answers made" in ran.stderr
    assert (tmp_path / "results/document_routing/leaderboard.md").is_file()
    assert not list(installed.rglob("results"))
