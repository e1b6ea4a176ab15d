from pathlib import Path

import pytest

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.registry import make_kind


def test_an_unknown_kind_is_told_with_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'number'"):
        make_kind("numbers", {}, [], "task.toml", Path())


def test_blanks_around_a_label_are_no_part_of_it():
    made = make_kind("label", {}, ["billing ", "billing", " order", None], "task.toml", Path())
    assert made.choices == ("billing", "order")
    assert made.check("billing ") == "billing"
    assert make_kind("binary", {}, ["yes ", "no", "yes"], "task.toml", Path()).check(" no") == "no"


@pytest.mark.parametrize("empty", ["", "  "])
def test_blanks_alone_are_no_label(empty):
    made = make_kind("label", {}, ["billing", "order", empty], "task.toml", Path())
    with pytest.raises(ValueError, match="is not declared"):
        made.check(empty)


def test_labels_that_differ_by_blanks_around_them_stand_twice():
    with pytest.raises(ConfigError, match="'order' more than once"):
        make_kind("label", {"labels": ("order", "order ", "x")}, [], "task.toml", Path())


def test_a_schema_belongs_to_json_alone():
    with pytest.raises(ConfigError, match="schema belongs to kind json"):
        make_kind("text", {"json_schema": {"type": "object"}}, [], "task.toml", Path())
