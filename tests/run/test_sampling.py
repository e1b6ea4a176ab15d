"""Which items a limit takes, and in which order."""

from hypothesis import given
from hypothesis import strategies as st

from harness.run.sampling import sampled
from harness.types import Item

ITEMS = [Item(f"i{n}", f"text {n}", "a" if n < 50 else "b") for n in range(100)]


@given(st.permutations(ITEMS[:12]), st.integers(0, 5))
def test_the_order_of_the_file_does_not_matter(shuffled: list[Item], seed: int) -> None:
    assert sampled(shuffled, None, seed) == sampled(ITEMS[:12], None, seed)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_larger_limit_only_adds_items(small: int, large: int) -> None:
    first, second = sampled(ITEMS, min(small, large), 0), sampled(ITEMS, max(small, large), 0)
    assert second[: len(first)] == first


def test_an_added_item_moves_no_other() -> None:
    before = sampled(ITEMS[:-1], None, 0)
    after = sampled(ITEMS, None, 0)
    assert [i for i in after if i is not ITEMS[-1]] == before


def test_a_limit_on_a_file_that_is_sorted_by_class_takes_of_both_classes() -> None:
    assert {item.target for item in sampled(ITEMS, 20, 0)} == {"a", "b"}


def test_another_seed_takes_other_items() -> None:
    assert sampled(ITEMS, 20, 0) != sampled(ITEMS, 20, 1)


def test_items_with_the_same_content_each_have_their_place() -> None:
    twins = [Item("x", "same", "a"), Item("y", "same", "a")]
    assert sorted(i.id for i in sampled(twins, None, 0)) == ["x", "y"]


def test_the_target_plays_no_part() -> None:
    other = [Item(i.id, i.input, "z") for i in ITEMS]
    assert [i.id for i in sampled(other, None, 0)] == [i.id for i in sampled(ITEMS, None, 0)]
