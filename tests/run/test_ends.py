"""Runs that are ended from outside: signals, a full disk, a folder that is none, clocks that jump, other processes."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.run.journal import latest, read_records

SLOW_BUILD = '''\
"""Learns in a thread that nothing can stop."""

import asyncio
import time

from harness.adapter import Adapter, Batched
from harness.types import Preparation, Reply, Rung


class Slow(Adapter):
    rung = Rung.TRAINED

    seconds: float

    async def build(self, task, folder, seed, services):
        (services.root / "building.txt").write_text("now")
        await asyncio.to_thread(time.sleep, self.seconds)
        (folder / "model").write_text("m")
        (services.root / "built.txt").open("a").write("once\\n")
        return Preparation(labels=1)

    async def load(self, task, folder, services):
        assert (folder / "model").exists()
        return _Slow()


class _Slow(Batched):
    def answers(self, queries):
        return [Reply(answer="cat") for _ in queries]
'''


def start(root: Path, *arguments: str, **popen) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from harness.cli import main; main()", "run", "pets", *arguments],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"}, **popen,
    )  # fmt: skip


def wait_for(path: Path, lines: int = 1, most_s: float = 60) -> None:
    end = time.monotonic() + most_s
    while not path.exists() or len(path.read_text().split()) < lines:
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)


def journal_of(root: Path) -> Path:
    (found,) = root.glob("results/pets/records/*/records.jsonl")
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_stops_at_once_and_what_was_finished_is_kept(lab, number: int) -> None:
    lab.toy("pause = 0.05")
    lab.test(lab.rows(0, 300, "test"))
    source = (lab.root / "adapters/toy.py").read_text()
    # Those at the end never come back.
    stuck = 'await asyncio.sleep(3600 if (self._root / "asked.txt").read_text().count("test") > 40 else self._pause)'
    lab.write("adapters/toy.py", source.replace("await asyncio.sleep(self._pause)", stuck))
    work = start(lab.root, "--max-concurrency", "10")
    wait_for(lab.root / "asked.txt", 50)
    work.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        work.wait(1.0)
    work.send_signal(number)
    said, _ = work.communicate(timeout=30)
    assert work.returncode == 130, said
    again = "interrupt again" if number == signal.SIGINT else "send it again"
    assert f"{again} to stop now" in said
    assert "Run the same command again to go on." in said
    assert len(list(read_records(journal_of(lab.root)))) == 40


def test_a_first_signal_while_it_learns_asks_nothing_after_and_a_second_does_not_wait_for_it(lab) -> None:
    lab.write("adapters/slow.py", SLOW_BUILD)
    lab.write("harness.toml", '[candidates.slow]\nadapter = "slow"\nseconds = 2.0\n')
    work = start(lab.root)
    wait_for(lab.root / "building.txt")
    work.send_signal(signal.SIGINT)
    said, _ = work.communicate(timeout=60)
    assert work.returncode == 1, said
    assert "0 answers made" in said
    assert "stopped early: interrupted" in said
    assert lab.run()[0].asked == 12
    assert (lab.root / "built.txt").read_text() == "once\n", "what was learnt is kept"

    lab.write("harness.toml", '[candidates.slow]\nadapter = "slow"\nseconds = 60.0\n')
    (lab.root / "building.txt").unlink()
    work = start(lab.root)
    wait_for(lab.root / "building.txt")
    work.send_signal(signal.SIGINT)
    time.sleep(0.2)
    work.send_signal(signal.SIGINT)
    work.communicate(timeout=20)
    assert work.returncode == 130


ONE_BY_ONE = '''\
"""Is quick with many queries together, and takes its time over a single one."""

import time

from harness.adapter import Adapter, Batched
from harness.types import Reply, Rung


class Single(Adapter):
    rung = Rung.BASELINE

    async def load(self, task, folder, services):
        return _Single(services.root)


class _Single(Batched):
    def __init__(self, root):
        self._root = root

    def answers(self, queries):
        if len(queries) == 1:
            (self._root / "singles.txt").open("a").write("one\\n")
            time.sleep(0.0 if (self._root / "quick.txt").exists() else 0.5)
        return [Reply(answer="cat") for _ in queries]
'''


def test_an_interrupt_ends_the_timing_of_single_queries_and_the_next_run_times_anew(lab) -> None:
    lab.write("adapters/single.py", ONE_BY_ONE)
    lab.write("harness.toml", '[candidates.single]\nadapter = "single"\n')
    work = start(lab.root)
    wait_for(lab.root / "singles.txt", 4)
    work.send_signal(signal.SIGINT)
    said, _ = work.communicate(timeout=60)
    assert work.returncode == 1, said
    assert "stopped early: interrupted" in said
    assert len((lab.root / "singles.txt").read_text().split()) <= 6
    (manifest,) = lab.root.glob("results/pets/records/*/manifest.json")
    left = json.loads(manifest.read_text())
    assert left["untimed"]
    assert "latency" not in left

    lab.write("quick.txt", "")
    (outcome,) = lab.run(latency=True)
    assert (outcome.asked, outcome.stopped) == (0, None)
    left = json.loads(manifest.read_text())
    assert len(left["latency"]) == 12
    assert "untimed" not in left


def test_a_run_that_was_stopped_and_has_nothing_left_to_ask_or_to_time_loads_nothing(lab) -> None:
    lab.toy()
    source = (lab.root / "adapters/toy.py").read_text()
    told = '(services.root / "loaded.txt").open("a").write("once\\n")\n        return _Toy(self'
    lab.write("adapters/toy.py", source.replace("return _Toy(self", told))
    lab.run(latency=True)
    (lab.root / "loaded.txt").unlink()
    (place,) = lab.root.glob("results/pets/records/*/manifest.json")
    place.write_text(json.dumps(json.loads(place.read_text()) | {"stopped": "interrupted"}))
    (outcome,) = lab.run(latency=True)
    assert (outcome.asked, outcome.stopped) == (0, None)
    assert not (lab.root / "loaded.txt").exists()
    assert "stopped" not in json.loads(place.read_text())


def test_an_interrupt_ends_the_tasks_that_have_not_begun_too(lab) -> None:
    lab.toy("pause = 0.05")
    lab.test(lab.rows(0, 200, "test"))
    for name in ("task.toml", "train.jsonl", "test.jsonl"):
        lab.write(f"tasks/zoo/{name}", (lab.root / "tasks/pets" / name).read_bytes())
    work = start(lab.root, "zoo", "--max-concurrency", "1")
    wait_for(lab.root / "asked.txt", 3)
    work.send_signal(signal.SIGINT)
    said, _ = work.communicate(timeout=60)
    assert work.returncode == 1, said
    assert len(lab.asked()) < 100
    assert not list(lab.root.glob("results/zoo/records/*/records.jsonl"))


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))


def test_a_full_disk_ends_the_run_with_what_was_finished_and_the_next_goes_on(lab) -> None:
    lab.toy("pause = 0.01")
    lab.test(lab.rows(0, 200, "test"))
    work = start(lab.root, "--no-cache", "--max-concurrency", "8", preexec_fn=limited)
    said, _ = work.communicate(timeout=60)
    assert work.returncode == 2, said
    assert "cannot be written: File too large. What was finished before is kept" in said
    assert "Traceback" not in said
    kept = list(read_records(journal_of(lab.root)))
    assert 20 < len(kept) < 200
    assert len(lab.asked()) <= len(kept) + 8, "the others stop asking too"
    (outcome,) = lab.run()
    assert outcome.asked == 200 - len(kept)
    assert len(latest(journal_of(lab.root))) == 200


def test_half_a_line_that_a_full_disk_left_is_taken_back(tmp_path: Path) -> None:
    path, code = tmp_path / "records.jsonl", (
        "import resource, sys\nfrom pathlib import Path\nfrom harness.errors import RunError\n"
        "from harness.run.journal import Journal\nfrom harness.types import Answered\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "journal.append(Answered('a', 'h', 'x' * 600)); journal.flush()\n"
        "journal.append(Answered('b', 'h', 'y' * 600))\n"
        "try:\n    journal.flush()\nexcept RunError:\n    print('full')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "journal.append(Answered('c', 'h', 'z'))\njournal.close()\n"
    )  # fmt: skip
    said = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    assert said == "full\n"
    assert [record.item_id for record in read_records(path)] == ["a", "b", "c"]


@pytest.mark.parametrize("place", ["results", "results/pets/records", ".harness", ".harness/builds"])
def test_a_file_in_place_of_a_folder_is_named_and_nothing_is_asked(lab, place: str) -> None:
    lab.toy()
    lab.write(place, "no folder")
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert str(lab.root / place.split("/", maxsplit=1)[0]) in ended.err
    assert "Traceback" not in ended.err
    assert lab.asked() == []
    (lab.root / place).unlink()
    assert lab.cli("run", "pets").code == 0


def test_a_read_only_folder_is_named(lab) -> None:
    lab.toy()
    results = lab.root / "results"
    results.mkdir()
    if os.geteuid() == 0:  # root may write anywhere, but not where the file system itself forbids it
        if subprocess.run(["chattr", "+i", str(results)], capture_output=True, check=False).returncode:
            pytest.skip("this file system knows no immutable folders")
    else:
        results.chmod(0o500)
    try:
        ended = lab.cli("run", "pets")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", str(results)], check=True)
        else:
            results.chmod(0o700)
    assert ended.code == 2
    assert "results" in ended.err
    assert lab.asked() == []


def test_clocks_that_jump_lose_nothing_and_end_no_run(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 1.7e9 + (-1) ** (n := next(jumps)) * 86_400.0 * n)
    lab.toy()
    (outcome,) = lab.run()
    assert (outcome.asked, outcome.failed) == (12, 0)
    assert lab.run()[0].asked == 0


def test_two_fresh_starts_within_one_second_keep_both_old_journals(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "strftime", lambda form: "20260101T000000")
    lab.toy()
    for _ in range(4):
        lab.run(fresh=True)
    assert len(list(journal_of(lab.root).parent.glob("*-records.jsonl"))) == 3


def test_a_second_process_refuses_and_a_dead_one_s_lock_does_not_count(lab) -> None:
    lab.toy("pause = 0.05")
    lab.test(lab.rows(0, 400, "test"))
    first = start(lab.root, "--max-concurrency", "1")
    wait_for(lab.root / "asked.txt", 2)
    second = start(lab.root)
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 2
    assert "another process is running toy on pets. Wait for it to end, or stop it." in said
    first.kill()
    first.communicate()
    assert list(journal_of(lab.root).parent.glob("lock")), "the file is left, and means nothing"
    assert lab.run()[0].stopped is None
    assert len(latest(journal_of(lab.root))) == 400


def test_two_candidates_with_the_same_settings_build_once(lab) -> None:
    lab.write("adapters/slow.py", SLOW_BUILD)
    lab.write("harness.toml", "".join(f'[candidates.{n}]\nadapter = "slow"\nseconds = 0.2\n' for n in "ab"))
    assert [outcome.failed for outcome in lab.run()] == [0, 0]
    assert (lab.root / "built.txt").read_text() == "once\n"


def test_what_a_killed_build_left_is_removed_by_the_next(lab) -> None:
    lab.write("adapters/slow.py", SLOW_BUILD)
    lab.write("harness.toml", '[candidates.slow]\nadapter = "slow"\nseconds = 0.6\n')
    work = start(lab.root)
    wait_for(lab.root / "building.txt")
    work.kill()
    work.communicate()
    assert len(list(lab.root.glob(".harness/builds/.*/"))) == 1
    lab.run()
    assert not list(lab.root.glob(".harness/builds/.*/"))
