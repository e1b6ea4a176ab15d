"""Figures as short texts."""

import pytest

from harness.report.cells import duration, significant


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
