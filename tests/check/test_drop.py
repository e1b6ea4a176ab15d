"""Test items that leak are left out for every candidate alike."""

import json

import pytest

from harness.check.drop import without_leaks
from harness.check.finding import Level
from harness.check.glance import leak_warning
from harness.check.task import check_task
from harness.errors import DataError
from harness.task import load_task


@pytest.fixture
def leaky(lab):
    """Three of twelve test items stand in train: two exactly, one nearly."""
    words = ["amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "hazel", "ivory", "jolly", "karma", "lunar"]
    rows = lab.rows(0, 12, "test")
    for row, word in zip(rows, words, strict=True):
        row["text"] = f"{row['text']} about {word} and {word[::-1]} on the {word}"
    lab.test(rows)
    taught = [{**row, "id": f"copy-{row['id']}"} for row in rows[:3]]
    taught[2]["text"] += " now"
    lab.train([*lab.rows(100, 120, "train"), *taught])
    return lab


def task(lab):
    return load_task(lab.root / "tasks" / "pets")


def test_the_items_that_leak_are_gone_and_the_test_set_is_known_as_the_same(leaky) -> None:
    whole = task(leaky)
    kept = without_leaks(whole)
    assert [i.id for i in kept.left_out] == ["test0", "test1", "test2"]
    assert [i.id for i in kept.test] == [f"test{i}" for i in range(3, 12)]
    assert kept.test_hash == whole.test_hash
    assert without_leaks(kept).left_out == kept.left_out


def test_a_task_without_leaks_stays_as_it_is(leaky) -> None:
    leaky.train(leaky.rows(100, 120, "train"))
    whole = task(leaky)
    assert without_leaks(whole) is whole


def test_nothing_is_tested_where_every_item_leaks(leaky) -> None:
    leaky.train([{**row, "id": f"x{row['id']}"} for row in leaky.rows(0, 12, "test")])
    leaky.test(leaky.rows(0, 12, "test"))
    with pytest.raises(DataError, match="every one of the 12 test items leaks"):
        without_leaks(task(leaky))


def test_a_run_asks_nobody_for_items_that_leak_and_the_leaderboard_says_how_many(leaky) -> None:
    leaky.toy()
    ended = leaky.cli("run", "pets", "--drop-leaks")
    assert ended.code == 0, ended.err
    assert "pets: 3 of 12 test items leak and are left out." in ended.err
    assert not {"test0", "test1", "test2"} & set(leaky.asked())
    assert "3 of 12 test items were left out for every candidate (--drop-leaks)" in ended.out
    board = leaky.open().leaderboard(without_leaks(task(leaky)))
    assert (board.items, board["toy"].n) == (9, 9)
    assert not [w for w in board.warnings if "test data changed" in w]


def test_records_of_items_that_leak_count_in_no_figure_once_they_are_left_out(leaky) -> None:
    leaky.toy()
    leaky.cli("run", "pets")
    for command in (("leaderboard", "pets"), ("decide", "pets")):
        ended = leaky.cli(*command, "--drop-leaks")
        assert ended.code == 0, ended.err
        assert "3 of 12 test items leak and are left out" in ended.err
    whole = leaky.cli("leaderboard", "pets")
    assert "left out" not in whole.out
    assert leaky.open().leaderboard("pets")["toy"].n == 12


def test_every_leaderboard_warns_of_test_items_that_stand_in_train(leaky) -> None:
    leaky.toy()
    ended = leaky.cli("run", "pets")
    assert "Data: 2 of 12 test items stand exactly in train or validation: they test memory." in ended.out
    assert "harness check pets names both" in ended.out


def test_the_leaderboard_counts_what_stands_exactly_as_the_check_does(leaky) -> None:
    taught = [{"text": f"  {row.input.upper()}!", "label": row.target} for row in task(leaky).test[:4]]
    leaky.train([*leaky.rows(100, 120, "train"), *taught])
    whole = task(leaky)
    assert "Data: 4 of 12 test items stand exactly" in (leak_warning(whole) or "")
    (leak,) = (f.text for f in check_task(whole.folder) if f.level is Level.LEAK)
    assert "4 test items stand in train or validation too (4 exactly)" in leak


def test_a_recording_may_hold_the_items_that_are_left_out(leaky) -> None:
    lines = [{"id": item.id, "answer": item.target} for item in task(leaky).test]
    leaky.write("said.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    leaky.write("harness.toml", '[candidates.said]\nadapter = "recorded"\nfile = "said.jsonl"\n')
    ended = leaky.cli("run", "pets", "--drop-leaks")
    assert ended.code == 0, ended.err
    assert leaky.open().leaderboard(without_leaks(task(leaky)))["said"].n == 9
