"""Test items held out of one file."""

import random
from collections import Counter

import pytest

from harness.data.holdout import SplitTable, hold_out
from harness.errors import DataError
from harness.types import Item


def items(n: int, classes: str = "ab", groups: int = 0) -> list[Item]:
    return [
        Item(f"i{i}", f"text {i}", classes[i % len(classes)], f"g{i % groups}" if groups else None) for i in range(n)
    ]


def held(found: list[Item], *, labels: bool = True, **table: object):
    return hold_out(found, SplitTable(**table), labels=labels, where="task.toml: [data] split")


SPLITS = [
    {},
    {"by": "random"},
    {"by": "stratified", "test_share": 0.25, "seed": 3},
    {"folds": 5, "fold": 2},
    {"by": "random", "folds": 4, "fold": 0},
]


@pytest.mark.parametrize("groups", [0, 12])
@pytest.mark.parametrize("table", SPLITS)
def test_the_split_is_that_of_the_seed_whatever_the_order_of_the_file(table, groups: int) -> None:
    every = items(120, "aab", groups)
    shuffled = random.Random(0).sample(every, len(every))
    one, other = held(every, **table), held(shuffled, **table)
    assert {i.id for i in one.test} == {i.id for i in other.test}
    assert sorted([*one.test, *one.train], key=lambda i: i.id) == sorted(every, key=lambda i: i.id)
    assert one.test == [i for i in every if i in one.test], "each part is in the order of the file"
    moved = held(every, **{**table, "seed": 12})
    assert {i.id for i in moved.test} != {i.id for i in one.test}


def test_what_is_corrected_in_an_item_moves_no_item() -> None:
    every = items(50)
    mended = [Item(i.id, i.input + " mended", i.target) for i in every]
    assert [i.id for i in held(every).test] == [i.id for i in held(mended).test]


def test_each_part_has_its_share_of_every_label() -> None:
    every = items(100, "aaaaaaabbc")
    assert Counter(i.target for i in held(every).test) == {"a": 21, "b": 6, "c": 3}
    assert Counter(i.target for i in held(every, folds=5, fold=4).test) == {"a": 14, "b": 4, "c": 2}


def test_every_item_is_the_test_item_of_one_fold() -> None:
    for every in (items(103, "aab"), items(103, "aab", 20)):
        tested = [i.id for fold in range(5) for i in held(every, folds=5, fold=fold).test]
        assert sorted(tested) == sorted(i.id for i in every)


@pytest.mark.parametrize("table", [*SPLITS, {"by": "grouped"}, {"by": "grouped", "test_share": 0.05}])
def test_no_group_straddles(table) -> None:
    parts = held(items(200, "aab", 10), **table)
    assert parts.test
    assert parts.train
    assert {i.group for i in parts.test}.isdisjoint(i.group for i in parts.train)
    assert "whole groups" in parts.words


def test_items_without_a_group_among_others_that_have_one_are_dealt_one_by_one() -> None:
    every = [*items(40, "ab", 4), *[Item(f"x{i}", "x", "ab"[i % 2]) for i in range(40)]]
    parts = held(every)
    assert 20 <= len(parts.test) <= 28
    assert any(i.group is None for i in parts.test)
    assert any(i.group is None for i in parts.train)


def test_numbers_are_held_out_at_random() -> None:
    every = [Item(str(i), f"text {i}", i * 0.5) for i in range(40)]
    parts = held(every, labels=False, test_share=0.25)
    assert len(parts.test) == 10
    assert parts.words == "25 % of 40 items, at random, seed 0"


def test_the_words_say_how_it_was_split() -> None:
    assert held(items(60)).words == "30 % of 60 items, stratified by label, seed 0"
    assert held(items(60, "ab", 6), folds=3, fold=1, seed=4).words == (
        "fold 1 of 3 of 60 items, stratified by label, whole groups, seed 4"
    )


@pytest.mark.parametrize(
    ("every", "table", "message"),
    [
        (items(20, "a" * 19 + "b"), {}, "'b' has 1 item, and a split by label needs 2 of each"),
        (items(20, "aaaab"), {"folds": 5, "fold": 0}, "'b' has 4 items, and a split by label needs 5 of each"),
        (items(20, "ab", 3), {"folds": 5, "fold": 0}, "3 groups cannot be dealt into 5 parts"),
        (items(3, "a"), {"folds": 5, "fold": 0}, "3 items cannot be dealt into 5 parts"),
        (items(20), {"by": "grouped"}, 'by = "grouped" needs groups'),
    ],
)
def test_too_few_items_for_a_split_are_refused(every, table, message: str) -> None:
    with pytest.raises(DataError, match=message):
        held(every, **table)


def test_numbers_cannot_be_stratified() -> None:
    with pytest.raises(DataError, match=r'Take by = "random"'):
        held([Item(str(i), "x", 0.5) for i in range(9)], labels=False, by="stratified")
