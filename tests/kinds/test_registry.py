from pathlib import Path

import pytest

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.registry import make_kind


def test_an_unknown_kind_is_told_with_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'number'"):
        make_kind("numbers", {}, [], "task.toml", Path())


def test_a_schema_belongs_to_json_alone():
    with pytest.raises(ConfigError, match="schema belongs to kind json"):
        make_kind("text", {"json_schema": {"type": "object"}}, [], "task.toml", Path())
