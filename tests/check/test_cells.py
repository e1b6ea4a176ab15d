"""How rows are compared."""

import pytest

from harness.check.cells import same_cell, same_row
from harness.check.duplicates import leaks, twins
from harness.types import Item


@pytest.mark.parametrize("cell", [3, 3.0, "3", "3.0", " 3 ", "3e0", "+3.00"])
def test_a_number_is_the_same_however_it_is_written(cell: object) -> None:
    assert same_cell(cell) == same_cell(3)
    assert hash(same_cell(cell)) == hash(same_cell(3))


def test_cells_that_differ_stay_different() -> None:
    long = "12345678901234567890"
    assert same_cell(long) != same_cell(long[:-1] + "1")  # as floats they are equal
    assert same_cell(0.1) == same_cell("0.10") != same_cell("0.100000001")
    assert same_cell("nan") == "nan"
    assert same_cell(None) == same_cell("")
    assert same_row({"a": "1", "b": "2"}) != same_row({"a": "2", "b": "1"})


def test_a_row_with_its_numbers_written_otherwise_is_a_leak() -> None:
    train = [Item(f"r{i}", {"a": str(i), "b": f"{i * 0.37:.2f}", "c": "x"}, "y") for i in range(9)]
    test = [Item("t", {"a": "4.0", "b": "1.480", "c": "x"}, "y"), Item("u", {"a": "4.5", "b": "1.48", "c": "x"}, "y")]
    assert set(leaks(twins({"test": test, "train": train}))) == {"t"}
