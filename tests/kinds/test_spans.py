import json
from pathlib import Path

import pytest

from harness.errors import ConfigError
from harness.kinds.registry import make_kind
from harness.kinds.spans import Spans

KIND = Spans(("part", "fault"))
TEXT = "The pump leaks, so the pump was replaced."
TARGET = [[4, 8, "part"], [9, 14, "fault"], [23, 27, "part"]]


@pytest.mark.parametrize("text", ["", "none", "{}", '{"text": "pump"}', "[1, 2]", '["pump"]', '[{"text": "pump"'])
def test_a_text_without_a_list_of_spans_is_no_answer(text):
    assert KIND.parse(text, TEXT) is None


def test_words_and_fences_around_the_list_do_not_matter():
    said = 'Here they are:\n```json\n[{"text": "leaks", "type": "Fault"}]\n```'
    assert KIND.parse(said, TEXT) == [[9, 14, "fault"]]


def test_a_quote_that_is_not_in_the_input_is_answered_and_never_right():
    said = '[{"text": "motor", "type": "part"}, {"text": "gear", "type": "part"}, {"text": "leaks", "type": "x"}]'
    answer = KIND.parse(said, TEXT)
    metric = KIND.metric("f1")
    assert metric.score(TARGET, answer) == (0, 3, 3)


ANSWERS = [
    ([[4, 8, "part"], [4, 11, "part"]], (1, 2, 3)),  # overlapping
    ([[4, 8, "part"], [23, 99, "part"]], (1, 2, 3)),  # beyond the text
    ([[4, 8, "part"], [9.5, 14, "fault"], [14, 9, "fault"], [-3, 2, "part"]], (1, 4, 3)),
    ([[4, 8, "Part"], [9, 14, "tool"]], (1, 2, 3)),  # a type that is none
    ([{"start": 4, "end": 8, "type": "part"}, {"start": 9, "end": 14, "type": "fault", "text": "seal"}], (1, 2, 3)),
    ([{"text": "pump", "type": "part"}, [4, 9, "part"]], (1, 2, 3)),
]
"""Answers and by hand how many of their spans are found, answered, actual."""


@pytest.mark.parametrize(("answer", "counts"), ANSWERS)
def test_what_is_wrong_in_an_answer_is_a_wrong_span_beside_the_right_ones(answer, counts):
    metric = KIND.metric("f1")
    assert metric.score(TARGET, KIND.accept(answer, TEXT)) == counts
    assert metric.score(TARGET, KIND.accept(json.dumps(answer), TEXT)) == counts
    assert metric.score(TARGET, KIND.parse(json.dumps(answer), TEXT)) == counts


def test_a_place_outside_the_text_is_nowhere_and_found_in_part_by_nothing():
    assert KIND.metric("partial_recall").score(TARGET, KIND.accept([[0, 10_000, "part"]], TEXT)) == (0, 3)


def test_a_quote_counts_where_the_place_beside_it_holds_something_else():
    said = [{"text": "pump", "start": start, "end": start + 4, "type": "part"} for start in (0, 23)]
    assert KIND.parse(json.dumps(said), TEXT) == [[4, 8, "part"], [23, 27, "part"]]


@pytest.mark.parametrize("answer", ["pump", [1, 2], 7, {"start": 4}])
def test_what_is_no_list_of_spans_is_no_answer(answer):
    with pytest.raises(ValueError, match="span"):
        KIND.accept(answer, TEXT)


def test_targets_are_put_in_order_and_may_be_objects_or_json():
    assert KIND.check([TARGET[2], TARGET[0]], TEXT) == [TARGET[0], TARGET[2]]
    assert KIND.check([{"start": 4, "end": 8, "type": "part", "text": "pump"}], TEXT) == [TARGET[0]]
    assert KIND.check(json.dumps(TARGET), TEXT) == TARGET
    assert KIND.check([], TEXT) == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ([[4, 80, "part"]], "ends after the text, which has 41 characters"),
        ([[4, 10, "part"], [9, 14, "fault"]], "overlap"),
        ([[-1, 4, "part"]], "0 <= start < end"),
        ([[4, 4, "part"]], "0 <= start < end"),
        ([[4.0, 8, "part"]], "whole numbers"),
        ([[4, 8, "fautl"]], "did you mean 'fault'"),
        ([{"start": 4, "end": 8, "type": "part", "text": "pomp"}], "'pump' stands there"),
        ([[4, 8]], "expected \\[start, end, type\\]"),
        ("pump", "not JSON"),
        (7, "expected a list of spans"),
    ],
)
def test_a_target_that_does_not_fit_its_text_is_refused(target, message):
    with pytest.raises(ValueError, match=message):
        KIND.check(target, TEXT)


def test_several_columns_are_no_text_to_point_into():
    with pytest.raises(ValueError, match="one text as the input"):
        KIND.check([[0, 1, "part"]], {"a": "x"})


def test_types_are_those_of_the_targets_where_the_task_names_none():
    made = make_kind("spans", {}, [TARGET, json.dumps([[0, 1, "action"]]), "broken", None], "task.toml", Path())
    assert made.types == ("action", "fault", "part")
    with pytest.raises(ConfigError, match="needs \\[task\\] types"):
        make_kind("spans", {}, [[]], "task.toml", Path())
