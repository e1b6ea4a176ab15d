"""Runs that go on where an earlier one ended, and runs that are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.run.journal import latest, read_records
from harness.run.manifest import read_manifest
from harness.types import Answered, Failed


def journal_of(root: Path) -> Path:
    (found,) = root.glob("results/pets/records/*/records.jsonl")
    return found


def test_a_second_run_asks_nothing_and_says_so(lab) -> None:
    lab.toy()
    first = lab.cli("run", "pets")
    assert first.code == 0
    assert len(lab.asked()) == 12
    second = lab.cli("run", "pets")
    assert (second.code, lab.asked()) == (0, [])
    assert "nothing to do, every item is answered already. No model was called." in second.err


def test_only_added_items_are_asked(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    lab.test(lab.rows(0, 15, "test"))
    lab.run()
    assert sorted(lab.asked()) == ["test12", "test13", "test14"]


def test_an_item_whose_input_changed_is_asked_again_and_its_old_answer_does_not_count(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    changed = lab.rows(0, 12, "test")
    changed[0]["text"] = "meow after all"
    lab.test(changed)
    assert lab.open().leaderboard("pets")["toy"].n == 11
    lab.run()
    assert lab.asked() == ["test0"]
    assert lab.open().leaderboard("pets")["toy"].n == 12


def test_a_corrected_target_calls_nobody_and_changes_the_figure(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    data = lab.rows(0, 12, "test")
    data[0]["label"] = "cat"
    lab.test(data)
    board = lab.open().leaderboard("pets")
    assert board["toy"].metrics["accuracy"].value == pytest.approx(11 / 12)
    assert any("test data changed" in warning for warning in board.warnings)
    lab.run()
    assert lab.asked() == []
    assert not any("test data changed" in warning for warning in lab.open().leaderboard("pets").warnings)


def test_failed_items_are_asked_again_and_only_they(lab) -> None:
    lab.toy()
    lab.write("broken.txt", "test3 test7")
    (outcome,) = lab.run()
    assert (outcome.failed, outcome.last_failure) == (2, "Broken: out of order")
    lab.asked()
    (outcome,) = lab.run(retry_failed=False)
    assert (lab.asked(), outcome.failed) == ([], 2)
    lab.write("broken.txt", "test7")
    (outcome,) = lab.run()
    assert (sorted(lab.asked()), outcome.failed) == (["test3", "test7"], 1)
    kinds = {name: type(record) for name, record in latest(journal_of(lab.root)).items()}
    assert [name for name, kind in kinds.items() if kind is Failed] == ["test7"]


def test_the_command_line_says_why_items_failed_and_ends_with_1(lab) -> None:
    lab.toy()
    lab.write("broken.txt", "test3")
    ended = lab.cli("run", "pets")
    assert ended.code == 1
    assert "toy: 1 item failed (the last one: Broken: out of order); run again to retry them." in ended.err


def test_fresh_asks_everything_again_and_keeps_the_old_journal_beside(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    lab.run(fresh=True)
    assert len(lab.asked()) == 12
    journal = journal_of(lab.root)
    (old,) = journal.parent.glob("*-records.jsonl")
    assert len(list(read_records(old))) == len(list(read_records(journal))) == 12


def test_a_limit_takes_the_same_items_for_all_and_a_larger_one_asks_the_rest(lab) -> None:
    lab.toy()
    lab.write(
        "harness.toml", '[candidates.a]\nadapter = "toy"\n[candidates.b]\nadapter = "toy"\nbatch = 5\nversion = 2\n'
    )
    lab.run("a", limit=5)
    first = lab.asked()
    lab.run("b", limit=5)
    assert lab.asked() == first
    assert len(first) == 5
    lab.run("a", limit=9)
    assert len(more := lab.asked()) == 4
    assert not set(more) & set(first)
    lab.run("a", limit=2)
    assert lab.asked() == []
    (manifest,) = [read_manifest(p) for p in lab.root.glob("results/pets/records/a-*/manifest.json")]
    assert (manifest.items, manifest.answered) == (9, 9)


def test_other_settings_code_or_training_data_are_another_run_and_a_comment_is_not(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    source = (lab.root / "adapters/toy.py").read_text()
    lab.write("adapters/toy.py", "# a comment\n" + source.replace("Says cat", "Still says cat"))
    lab.run()
    assert lab.asked() == []
    lab.write("adapters/toy.py", source.replace('else "dog"', 'else "cat"'))
    lab.run()
    assert len(lab.asked()) == 12
    lab.toy("version = 2")
    lab.run()
    assert len(lab.asked()) == 12
    lab.train(lab.rows(0, 21, "train"))
    lab.run()
    assert len(lab.asked()) == 12


def test_each_seed_is_a_run_of_its_own(lab) -> None:
    lab.toy("seeds = [0, 7]")
    assert [outcome.seed for outcome in lab.run()] == [0, 7]
    assert len(lab.asked()) == 24
    assert lab.open().leaderboard("pets")["toy"].seeds == 2


def test_a_failure_that_no_other_item_can_escape_stops_the_run(lab) -> None:
    lab.toy()
    source = (lab.root / "adapters/toy.py").read_text()
    lab.write(
        "adapters/toy.py",
        source.replace('Failure("Broken", "out of order")', 'Failure("NoKey", "wrong key", final=True)'),
    )
    lab.write("broken.txt", " ".join(f"test{i}" for i in range(12)))
    (outcome,) = lab.run(max_concurrency=1)
    assert (outcome.asked, outcome.stopped) == (1, "NoKey: wrong key")
    board = lab.open().leaderboard("pets")
    assert board["toy"].stopped == "NoKey: wrong key"
    (lab.root / "broken.txt").unlink()
    (outcome,) = lab.run()
    assert (outcome.failed, outcome.stopped) == (0, None)
    assert lab.open().leaderboard("pets")["toy"].stopped is None


def test_too_many_failures_stop_the_run(lab) -> None:
    lab.toy()
    lab.test(lab.rows(0, 200, "test"))
    lab.write("broken.txt", " ".join(f"test{i}" for i in range(0, 200, 2)))
    (outcome,) = lab.run(max_concurrency=1)
    assert 50 <= outcome.asked < 70
    assert "more than 5%; the last one: Broken: out of order" in outcome.stopped
    (outcome,) = lab.run(max_failures=1.0)
    assert outcome.stopped is None


def start(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    code = "from harness.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "run", "pets", "--max-concurrency", "1", *arguments],
        cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def wait_for(log: Path, lines: int) -> list[str]:
    for _ in range(1200):
        found = log.read_text().split() if log.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.05)
    pytest.fail(f"the run never asked {lines} items")


def kill(root: Path, after: int) -> None:
    """Starts a run and kills it once so many items were asked."""
    work = start(root)
    wait_for(root / "asked.txt", after)
    work.send_signal(signal.SIGKILL)
    work.communicate()


def test_a_kill_loses_no_finished_record_and_the_next_run_asks_the_rest(lab) -> None:
    lab.toy("pause = 0.03")
    lab.test(lab.rows(0, 60, "test"))
    kill(lab.root, after=9)
    asked = lab.asked()
    # One after the other: all that were asked before the last one are finished.
    kept = [record.item_id for record in read_records(journal_of(lab.root))]
    assert kept[: len(asked) - 1] == asked[:-1]
    lab.toy("pause = 0.0")
    lab.toy("pause = 0.03")
    lab.run()
    assert set(lab.asked()) == {f"test{i}" for i in range(60)} - set(kept)
    assert len(latest(journal_of(lab.root))) == 60


def test_what_a_killed_first_run_finished_is_on_the_leaderboard_which_says_that_it_did_not_end(lab) -> None:
    lab.toy("pause = 0.03")
    lab.test(lab.rows(0, 60, "test"))
    kill(lab.root, after=9)
    board = lab.cli("leaderboard", "pets")
    assert board.code == 0, board.err
    assert "it has not come to its end" in board.out.replace("\n", " ")
    lab.run()
    board = lab.cli("leaderboard", "pets")
    assert "come to its end" not in board.out.replace("\n", " ")


def test_a_journal_that_was_changed_since_its_run_ended_is_refused(lab) -> None:
    lab.toy()
    lab.run()
    journal = journal_of(lab.root)
    before = journal.read_bytes()
    journal.write_bytes(before.replace(b'"cat"', b'"dog"', 1))
    for command in ("run", "leaderboard"):
        ended = lab.cli(command, "pets")
        assert ended.code == 2
        assert "it is not as the run of toy left it" in ended.err.replace("\n", " ")
    journal.write_bytes(before)
    assert lab.cli("leaderboard", "pets").code == 0
    journal.write_bytes(before + before.splitlines(keepends=True)[0])  # what a killed second run appended
    assert lab.cli("leaderboard", "pets").code == 0


def test_an_interrupt_finishes_what_is_in_flight_and_says_how_to_go_on(lab) -> None:
    lab.toy("pause = 0.03")
    lab.test(lab.rows(0, 60, "test"))
    work = start(lab.root)
    wait_for(lab.root / "asked.txt", 3)
    work.send_signal(signal.SIGINT)
    _, err = work.communicate(timeout=60)
    assert work.returncode == 1
    assert b"stopped early: interrupted" in err
    asked = lab.asked()
    assert [record.item_id for record in read_records(journal_of(lab.root))] == asked
    assert 3 <= len(asked) < 60
    (outcome,) = lab.run()
    assert outcome.stopped is None
    assert len(lab.asked()) == 60 - len(asked)


def test_every_record_is_of_what_was_asked(lab) -> None:
    lab.toy()
    lab.run()
    task = lab.open().project.task("pets")
    for item in task.test:
        record = latest(journal_of(lab.root))[item.id]
        assert isinstance(record, Answered)
        assert record.item_hash == item.query.hash
