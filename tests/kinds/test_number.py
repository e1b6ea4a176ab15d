import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UnknownNameError
from harness.kinds.number import Number

KIND = Number()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("12", 12.0),
        ("-3.5", -3.5),
        ("\u22123.5", -3.5),
        ("about 12.5 kg", 12.5),
        ("$1,234.50", 1234.5),
        ("1,234,567", 1234567.0),
        ("3,5", 3.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12%", 12.0),
        ("It is 7. Answer: 8", 8.0),
        ("7 or 8", None),
        ("7, that is 7", 7.0),
        ("1e999", None),
        ("nan", None),
        ("model X12b", None),
        ("", None),
        ("ten", None),
    ],
)
def test_a_text_states_exactly_one_finite_number_or_nothing(text, answer):
    assert KIND.parse(text) == answer


@pytest.mark.parametrize("target", [float("nan"), float("inf"), "-inf", "ten", "", True, [1], {}, 10**400])
def test_a_target_that_is_no_finite_number_is_refused(target):
    with pytest.raises(ValueError, match="expected a finite number"):
        KIND.check(target)


def test_a_number_may_come_as_text_as_in_a_csv_file():
    assert KIND.check(" 12.5 ") == 12.5
    assert KIND.check(3) == 3.0


@given(st.floats(allow_nan=False, allow_infinity=False, width=16))
def test_the_number_it_writes_is_the_number_it_reads(value):
    assert KIND.parse(KIND.write(value)) == pytest.approx(value, rel=1e-5)


def test_metrics_by_name():
    for name in (*KIND.default_metrics(), "residual_quantile[0.9]"):
        assert KIND.metric(name).name == name
    with pytest.raises(UnknownNameError, match="did you mean 'rmse'"):
        KIND.metric("rmse2")
