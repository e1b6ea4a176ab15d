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


@pytest.mark.parametrize(("code", "other"), [("007", "7"), ("02134", "2134"), ("1_000", "1000"), ("-01", "-1")])
def test_codes_are_no_numbers(code: str, other: str) -> None:
    assert same_cell(code) != same_cell(other)
    assert same_cell(code) == same_cell(code)


@pytest.mark.parametrize("zero", [0, "0", "0.0", ".0", "-0.00"])
def test_nought_is_nought(zero: object) -> None:
    assert same_cell(zero) == same_cell("0")


def test_a_row_with_its_numbers_written_otherwise_is_a_leak() -> None:
    train = [Item(f"r{i}", {"a": str(i), "b": f"{i * 0.37:.2f}", "c": "x"}, "y") for i in range(9)]
    test = [Item("t", {"a": "4.0", "b": "1.480", "c": "x"}, "y"), Item("u", {"a": "4.5", "b": "1.48", "c": "x"}, "y")]
    assert set(leaks(twins({"test": test, "train": train}))) == {"t"}
