"""Figures as short texts."""

import pytest

from harness.errors import counted
from harness.report.cells import duration, meets, notes, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1,234"), (12.345, "12.3"), (0.012345, "0.0123"), (999.9, "1,000"),
     (float("inf"), "inf"), (-3.14159, "-3.14")],
)  # fmt: skip
def test_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (192.7, "3 min 12 s")]
)
def test_a_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_without_a_bar_nobody_meets_it(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.split("[requirement]")[0])
    ended = lab.cli("run", "pets")
    board = lab.open().leaderboard("pets")
    assert "The bar: none." in notes(board)[0]
    assert [meets(row) for row in board.rows] == ["-", "-"]
    assert "yes" not in ended.out


@pytest.mark.parametrize(("n", "said"), [(0, "0 classes"), (1, "1 class"), (2, "2 classes"), (1204, "1,204 classes")])
def test_things_are_counted_in_the_number_that_they_have(n: int, said: str) -> None:
    assert counted(n, "class", "classes") == said
    assert counted(n, "item") == said.replace("classes", "items").replace("class", "item")
