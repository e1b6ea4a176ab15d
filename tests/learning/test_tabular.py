"""What a column of a table holds, and what becomes of its cells."""

import math
from typing import Any

import pytest

from harness.learning.tabular import Features, is_numeric

NUMBERS: list[Any] = [str(i / 7) for i in range(27)]


@pytest.mark.parametrize("odd", ["k.A.", "NaN", "#NV", "-", "n/a", "<5", "50 €", math.nan])
def test_a_cell_that_is_no_number_turns_no_column_into_words(odd: Any) -> None:
    assert is_numeric([*NUMBERS, odd, odd])
    rows = [{"a": cell} for cell in [*NUMBERS, odd, odd]]
    features = Features.fit(rows, dense=True)
    assert features.roles == {"a": "number"}
    matrix = features.transform(rows)
    assert matrix[:27, 0].tolist() == [float(cell) for cell in NUMBERS]
    assert all(map(math.isnan, matrix[27:, 0]))


def test_a_column_is_words_from_more_than_a_tenth_of_them_on() -> None:
    assert is_numeric([*NUMBERS, *["<5"] * 3])
    assert not is_numeric([*NUMBERS, *["<5"] * 4])


def test_words_for_no_value_count_for_nothing_but_alone_are_words() -> None:
    assert is_numeric([*NUMBERS, *["n/a"] * 60, *[None] * 60])
    assert not is_numeric(["none", "-", ""])
    assert is_numeric(["", None])


def test_yes_and_no_are_words() -> None:
    assert not is_numeric([True, False])
