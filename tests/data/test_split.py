"""Validation that is cut off the training items."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.split import cut_validation
from harness.types import Item


def item(number: int, target: object = "a", group: str | None = None) -> Item:
    return Item(str(number), f"text {number}", target, group)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "g", "h", "i", "j"])), max_size=40),
    st.floats(0, 0.99),
    st.integers(0, 3),
)
def test_every_item_is_on_one_side_in_the_order_of_the_file(
    what: list[tuple[str, str | None]], share: float, seed: int
) -> None:
    train = [item(n, target, group) for n, (target, group) in enumerate(what)]
    left, cut = cut_validation(train, [item(99, "a", "other")], share, seed)
    assert sorted([*left, *cut], key=lambda i: int(i.id)) == train
    assert left == sorted(left, key=lambda i: int(i.id))
    assert cut_validation(train, [item(99, "a", "other")], share, seed) == (left, cut)


@given(st.integers(0, 60), st.floats(0, 0.99), st.integers(0, 9))
def test_single_items_are_cut_to_size(n: int, share: float, seed: int) -> None:
    left, cut = cut_validation([item(i, "ab"[i % 2]) for i in range(n)], [], share, seed)
    expected = min(max(round(share * n), 1), n - 1) if share > 0 and n > 1 else 0
    assert len(cut) == expected
    assert len(left) == n - expected


def test_targets_are_stratified() -> None:
    train = [item(i, "a" if i < 60 else "b" if i < 90 else "c") for i in range(100)]
    _, cut = cut_validation(train, [], 0.2, 0)
    assert Counter(i.target for i in cut) == {"a": 12, "b": 6, "c": 2}


def test_targets_that_are_no_labels_are_cut_at_random() -> None:
    train = [item(i, i * 0.5) for i in range(100)]
    _, cut = cut_validation(train, [], 0.1, 0)
    assert len(cut) == 10
    assert [i.id for i in cut] != [str(i) for i in range(10)]


def test_whole_groups_are_cut_where_test_has_groups_of_its_own() -> None:
    train = [item(i, "a", f"g{i // 10}") for i in range(100)]
    left, cut = cut_validation(train, [item(0, "a", "new")], 0.2, 0)
    assert {i.group for i in left}.isdisjoint(i.group for i in cut)
    assert len(cut) == 20


def test_single_items_are_cut_where_test_has_the_same_groups() -> None:
    train = [item(i, "a", f"g{i // 10}") for i in range(100)]
    left, cut = cut_validation(train, [item(0, "a", "g3")], 0.2, 0)
    assert {i.group for i in left} & {i.group for i in cut}


def test_the_seed_decides_which() -> None:
    train = [item(i) for i in range(100)]
    assert cut_validation(train, [], 0.1, 0) != cut_validation(train, [], 0.1, 1)
