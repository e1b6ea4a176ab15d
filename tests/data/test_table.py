import numpy as np

from harness.data.table import Distinct, ItemTable
from harness.types import Item


def table(n: int = 5) -> ItemTable:
    return ItemTable([Item(f"i{k}", f"text {k}", "xy"[k % 2], "g") for k in range(n)])


def test_columns_are_those_of_the_items() -> None:
    made = table()
    assert made.ids == [i.id for i in made.items]
    assert made.hashes == [i.hash for i in made.items]
    assert made.query_hashes == [i.query.hash for i in made.items]
    values, codes = made.targets
    assert [values[c] for c in codes] == list("xyxyx")


def test_places_are_found_by_id_and_content() -> None:
    made = table()
    ids, hashes = ["i3", "i9", "i0", "i1"], [made.query_hashes[3], "?", "changed", made.query_hashes[1]]
    assert made.places_of(ids, hashes, 0).tolist() == [3, -1, -1, 1]


def test_a_second_run_in_the_same_order_finds_the_same_places_in_other_portions() -> None:
    made = table()
    order = [3, 0, 4, 1, 2]
    ids, hashes = [made.ids[k] for k in order], [made.query_hashes[k] for k in order]
    first = np.concatenate([made.places_of(ids[:2], hashes[:2], 0), made.places_of(ids[2:], hashes[2:], 2)])
    second = np.concatenate([made.places_of(ids[:4], hashes[:4], 0), made.places_of(ids[4:], hashes[4:], 4)])
    assert first.tolist() == second.tolist() == order


def test_a_run_in_another_order_finds_its_own_places() -> None:
    made = table()
    made.places_of(made.ids, made.query_hashes, 0)
    assert made.places_of(made.ids[::-1], made.query_hashes[::-1], 0).tolist() == [4, 3, 2, 1, 0]


def test_content_that_changed_is_not_found_though_the_order_is_the_same() -> None:
    made = table()
    made.places_of(made.ids, made.query_hashes, 0)
    changed = [*made.query_hashes[:4], "changed"]
    assert made.places_of(made.ids, changed, 0).tolist() == [0, 1, 2, 3, -1]


def test_values_that_python_finds_equal_are_different() -> None:
    distinct = Distinct()
    values = [1, True, 1.0, "1", None, [1], {"a": 1}]
    assert [distinct.code(v) for v in values] == list(range(7))
    assert [distinct.code(v) for v in values] == list(range(7))
    assert distinct.values == values
