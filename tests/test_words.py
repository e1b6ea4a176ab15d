import math

import pytest

from harness.estimate import Estimate
from harness.words import figures, measured, share, share_of


def estimate(value, low, high):
    return Estimate(value, low, high, low, high, 0.95, 100, 0, "t")


@pytest.mark.parametrize(
    ("ends", "bar", "said"),
    [
        ((2.27, 2.05, 2.4996), 2.5, "2.2700 [2.0500, 2.4996]"),
        ((1.0, 0.9987, 1.0), 0.999, "1.0000 [0.9987, 1.0000]"),
        ((2.25, 2.06, 2.44), 2.5, "2.25 [2.06, 2.44]"),
        ((212.4, 180.2, 260.3), 300, "212 [180, 260]"),
        ((499.7, 480.0, 500.2), 500, "499.7 [480.0, 500.2]"),
        ((0.912, 0.883, 0.934), 0.9, "0.912 [0.883, 0.934]"),
    ],
)
def test_a_figure_and_its_ends_can_be_told_from_the_bar(ends, bar, said):
    assert measured(estimate(*ends), bar) == said


def test_what_lies_on_the_bar_takes_no_more_digits():
    assert figures(0.9, 0.8, 1.0, against=0.9) == ["0.900", "0.800", "1.000"]


def test_a_bound_that_is_not_known_is_a_question_mark():
    assert figures(212.0, 180.0, math.inf) == ["212", "180", "?"]


def test_a_difference_has_its_sign_and_can_be_told_from_the_margin():
    assert share(0.03, 0.0097, 0.0506, signed=True, against=0.01) == "+0.0300 [+0.0097, +0.0506]"


@pytest.mark.parametrize(("then", "said"), [(0.0031, "+24 %"), (0.00251, "+0.4 %"), (0.002, "-20 %")])
def test_a_change_is_said_as_a_share_of_what_is_now(then, said):
    assert share_of(then, 0.0025) == said
