import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigError
from harness.kinds.number import Number
from harness.metrics.metric import check_ordered

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
        ("1.234,56", 1234.56),
        ("EUR 12.500,00", 12500.0),
        ("0,125", 0.125),
        ("0,500 mg", 0.5),
        ("1.234.567", 1234567.0),
        ("1.234.567,8", 1234567.8),
        ("-1.234,5", -1234.5),
        ("1234,567", 1234.567),
        ("1,234", 1234.0),
        ("1.234", 1.234),
        ("1,234.", 1234.0),
        ("012,345", 12.345),
        ("1,5e3", 1500.0),
        ("1,234,56", None),
        ("1.234.56", None),
        ("1,234.567,8", None),
        ("0.500.000", None),
        ("version 1.2.3 has 5", None),
        ("Version 1.2.3. Answer: 5", 5.0),
        ("from 10-20", None),
    ],
)
def test_a_text_states_exactly_one_finite_number_or_nothing(text, answer):
    assert KIND.parse(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("minus 7", -7.0),
        ("negative 3,5", -3.5),
        ("\u2212 7", -7.0),
        ("\u20137", -7.0),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("3-4", None),
        ("3\u20134", None),
        ("- 5", None),  # a bullet?
        ("a non-negative 5", 5.0),
        ("\u00b15", None),
    ],
)
def test_a_sign_is_read_however_it_is_written_and_a_doubtful_one_is_no_answer(text, answer):
    assert KIND.parse(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234.50", 1234.5),
        ("1'234.50", 1234.5),
        ("1\u2019234\u2019567", 1234567.0),
        ("12 345 \u20ac", 12345.0),
        ("12 500,00", 12500.0),
        ("12 3456", None),
        ("1 234 56", None),
        ("12,345 678", None),
        ("12 345,678,9", None),
        ("5 100% sure", None),
    ],
)
def test_blanks_and_apostrophes_group_thousands_where_there_is_one_reading(text, answer):
    assert KIND.parse(text) == answer


@pytest.mark.parametrize(
    "text", ["12.5kg", "12.5 kg", "12,5m2", "USD12.5", "12.5EUR", "\u20ac12.5", "12.5m/s", "12.5 K"]
)
def test_a_unit_or_a_currency_may_stand_at_a_number(text):
    assert KIND.parse(text) == 12.5


@pytest.mark.parametrize(
    "text",
    ["3..5", "one hundred 5", "twenty-5", "$5 million", "5k", "5 Mrd", "5 and a half", "3 \u00bd", "10^10", "5th"],
)
def test_what_words_or_powers_go_on_with_is_no_answer(text):
    assert KIND.parse(text) is None


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


@pytest.mark.parametrize("name", ["bias", "residual_quantile[0.9]"])
def test_a_figure_that_is_neither_better_nor_worse_is_nothing_to_rank_by(name):
    with pytest.raises(ConfigError, match="Take mae or rmse"):
        check_ordered(KIND.metric(name), "task.toml")
    check_ordered(KIND.metric("mae"), "task.toml")
