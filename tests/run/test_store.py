"""The lock of a run, and files that are replaced whole."""

from pathlib import Path

import pytest

from harness.errors import RunError
from harness.run.files import replace_file
from harness.run.store import Store, take


def test_a_run_that_is_going_on_cannot_be_started_again(tmp_path: Path) -> None:
    folder = Store(tmp_path).run("pets", "toy", 0, "key")
    first, second = folder.lock(), folder.lock()
    take(first, "toy on pets", 0)
    with pytest.raises(RunError, match="another process is running toy on pets"):
        take(second, "toy on pets", 0)
    first.release()
    take(second, "toy on pets", 0)
    second.release()


def test_another_candidate_or_seed_has_its_own_lock(tmp_path: Path) -> None:
    store = Store(tmp_path)
    locks = [store.run("pets", *run).lock() for run in (("a", 0, "k"), ("b", 0, "k"), ("a", 1, "k"), ("a", 0, "l"))]
    for lock in locks:
        take(lock, "it", 0)
    for lock in locks:
        lock.release()


def test_the_command_line_says_so_and_ends_with_2(lab) -> None:
    from harness.run.one import run_key

    lab.toy()
    project = lab.open().project
    key = run_key(project.task("pets"), project.candidate("toy"), lab.root, 0)
    lock = Store(lab.root).run("pets", "toy", 0, key).lock()
    take(lock, "it", 0)
    ended = lab.cli("run", "pets")
    lock.release()
    assert ended.code == 2
    assert "another process is running toy on pets" in ended.err
    assert lab.cli("run", "pets").code == 0


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    replace_file(path, "old")
    replace_file(path, b"new")
    assert path.read_text() == "new"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RunError, match="cannot be written"):
        replace_file(tmp_path / "file" / "below.txt", "x")
