"""Spans as tags of tokens, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.learning.bio import Tags

TAGS = Tags(("fault", "part"))
TEXT = "the main pump leaks"
PLACES = [(0, 3), (4, 8), (9, 13), (14, 19)]
SPANS = [[4, 13, "part"], [14, 19, "fault"]]


def named(tags):
    return [TAGS.names[tag] for tag in tags]


def sure(*names):
    odds = np.zeros((len(names), len(TAGS.names)))
    for row, name in zip(odds, names, strict=True):
        row[TAGS.names.index(name)] = 3.0
    return odds


def test_a_span_begins_with_b_and_goes_on_with_i():
    assert named(TAGS.of(PLACES, SPANS)) == ["O", "B-part", "I-part", "B-fault"]


def test_two_spans_of_one_type_side_by_side_stay_two():
    spans = [[4, 8, "part"], [9, 13, "part"]]
    assert TAGS.spans(PLACES, TAGS.of(PLACES, spans), TEXT) == spans


def test_a_token_that_two_spans_share_belongs_to_the_first_and_the_other_still_begins():
    assert named(TAGS.of([(0, 6), (6, 9)], [[0, 4, "part"], [4, 9, "fault"]])) == ["B-part", "B-fault"]


def test_what_lies_on_token_bounds_comes_back_as_it_was():
    assert TAGS.spans(PLACES, TAGS.of(PLACES, SPANS), TEXT) == SPANS


def test_white_space_that_a_token_brings_along_is_no_part_of_a_span():
    assert TAGS.spans([(0, 3), (3, 8)], [0, TAGS.names.index("B-part")], TEXT) == [[4, 8, "part"]]
    assert TAGS.spans([(3, 4)], [TAGS.names.index("B-part")], TEXT) == []


def test_no_span_goes_on_that_did_not_begin_even_where_each_token_alone_would_say_so():
    odds = sure("O", "I-part", "O")
    odds[0, 0], odds[1, TAGS.names.index("B-part")] = 9.0, 1.0
    assert named(TAGS.likeliest(odds)) == ["O", "B-part", "O"]
    assert named(TAGS.likeliest(sure("B-part", "I-part", "I-part"))) == ["B-part", "I-part", "I-part"]


def test_the_whole_sequence_is_weighed_not_token_by_token():
    """B-fault I-part would be best alone; B-part I-part is the likeliest that is allowed."""
    odds = sure("B-fault", "I-part")
    odds[0, TAGS.names.index("B-part")] = 2.9
    odds[1, TAGS.names.index("I-part")] = 9.0
    assert named(TAGS.likeliest(odds)) == ["B-part", "I-part"]


def test_a_text_without_tokens_has_no_spans():
    assert TAGS.likeliest(np.zeros((0, 5))) == []
    assert TAGS.spans([], [], "") == []


@given(st.lists(st.lists(st.floats(-5, 5), min_size=5, max_size=5), min_size=1, max_size=8))
def test_any_outputs_give_spans_that_fit_and_do_not_overlap(odds):
    places = [(3 * i, 3 * i + 2) for i in range(len(odds))]
    spans = TAGS.spans(places, TAGS.likeliest(np.asarray(odds)), "ab " * len(odds))
    ends = [0]
    for start, end, kind in spans:
        assert ends[-1] <= start < end <= 3 * len(odds)
        assert kind in TAGS.types
        ends.append(end)


@pytest.mark.parametrize("seed", range(3))
def test_the_likeliest_sequence_is_that_of_trying_all(seed):
    from itertools import product

    from scipy.special import log_softmax

    odds = np.random.default_rng(seed).normal(size=(4, 5))
    logs = log_softmax(odds, axis=1)

    def allowed(path):
        before = ["O", *named(path[:-1])]
        return all(not b.startswith("I-") or a[2:] == b[2:] for a, b in zip(before, named(path), strict=True))

    best = max(filter(allowed, product(range(5), repeat=4)), key=lambda p: sum(logs[i, t] for i, t in enumerate(p)))
    assert TAGS.likeliest(odds) == list(best)
