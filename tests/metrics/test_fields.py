import numpy as np
import pytest
from sklearn.metrics import f1_score

from harness.metrics import fields
from tests.metrics.scoring import figure

TARGET = {"payer": {"name": "Ada"}, "lines": [{"amount": 10.0}, {"amount": 2.5}], "urgent": True}


def test_a_field_is_a_leaf_by_its_path_and_an_empty_list_is_one():
    assert fields.fields(TARGET) == {
        "payer.name": "Ada",
        "lines[0].amount": 10.0,
        "lines[1].amount": 2.5,
        "urgent": True,
    }
    assert fields.fields({"a": [], "b": None}) == {"a": [], "b": None}
    assert fields.general("lines[12].amount") == "lines[].amount"


def test_an_exact_object_has_every_field_right_and_none_besides():
    exact = fields.exact_object(0.0)
    assert exact.score(TARGET, dict(TARGET)) == 1
    assert exact.score(TARGET, TARGET | {"more": 1}) == 0
    assert exact.score({"a": 1}, {}) == 0
    assert exact.score({"a": 1}, {"a": 1.0}) == 1
    assert exact.score({"a": 1}, {"a": True}) == 0
    assert exact.score({"a": None}, {"a": False}) == 0


def test_a_key_that_looks_like_a_path_is_no_path():
    exact = fields.exact_object(0.0)
    for target, answer in (
        ({"a": {"b": 1}}, {"a.b": 1}),
        ({"a": [1]}, {"a[0]": 1}),
        ({"a": [1]}, {"a": {"[0]": 1}}),
        ({"a": {"": 1}}, {"a.": 1}),
        ({'a["b"]': 1}, {"a": {"b": 1}}),
    ):
        assert fields.fields(target).keys().isdisjoint(fields.fields(answer))
        assert exact.score(target, answer) == exact.score(answer, target) == 0
        assert exact.score(answer, answer) == 1
    assert fields.fields({"a.b": {"c": [1]}}) == {'["a.b"].c[0]': 1}
    assert fields.general('["x[0]"].c[0]') == '["x[0]"].c[]'


def test_numbers_of_any_size_are_compared():
    huge = 10**400
    assert not fields.same(3.5, huge, 0.5)
    assert not fields.same(huge, 3.5, 0.5)
    assert fields.same(huge, huge + 1, 1)


def test_numbers_agree_within_the_tolerance_and_no_further():
    assert fields.same(0.2, 0.3, 0.1)
    assert not fields.same(0.2, 0.31, 0.1)
    assert not fields.same(1, True, 5)
    assert not fields.same("1", 1, 5)


def test_field_accuracy_is_the_share_of_right_fields_among_those_of_target_and_answer():
    answer = {"payer": {"name": "Ada"}, "lines": [{"amount": 10.0}], "urgent": False, "more": 1}
    assert fields.field_accuracy(0.0).score(TARGET, answer) == pytest.approx(2 / 5)
    assert figure(fields.field_accuracy(0.0), [TARGET, TARGET], [TARGET, None]) == 0.5


def test_field_f1_is_the_micro_f1_of_scikit_learn_over_field_and_value_pairs():
    rng = np.random.default_rng(0)
    for _ in range(20):
        draw = lambda: {k: int(rng.integers(2)) for k in "abcde" if rng.random() < 0.7}  # noqa: E731
        targets, answers = [draw() or {"a": 0} for _ in range(8)], [draw() or {"b": 0} for _ in range(8)]
        pairs = [(k, v) for k in "abcde" for v in (0, 1)]
        rows = [[[d.get(k) == v for k, v in pairs] for d in side] for side in (targets, answers)]
        expected = f1_score(np.array(rows[0]), np.array(rows[1]), average="micro", zero_division=0)
        assert figure(fields.field_f1(0.0), targets, answers) == pytest.approx(expected, abs=1e-9)


def test_f1_of_one_field_looks_at_that_field_in_every_position():
    metric = fields.field_f1(0.0, "f1[lines[].amount]", "lines[].amount")
    assert figure(metric, [TARGET], [{"lines": [{"amount": 10.0}, {"amount": 9.0}, {"amount": 2.5}]}]) == pytest.approx(
        2 * 1 / (3 + 2)
    )
    assert np.isnan(figure(metric, [{"urgent": True}], [{"urgent": True}]))


def test_an_item_that_failed_is_neither_valid_nor_right():
    assert figure(fields.valid(lambda _: True), [TARGET, TARGET], [TARGET, None]) == 0.5
    assert figure(fields.field_f1(0.0), [TARGET, TARGET], [TARGET, None]) == pytest.approx(2 * 4 / (4 + 8))
