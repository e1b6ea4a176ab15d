from pathlib import Path

import pytest

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.registry import make_kind

SETTINGS = {
    "label": {"labels": ("a", "b")},
    "binary": {"labels": ("yes", "no")},
    "number": {},
    "spans": {"types": ("part",)},
    "json": {"json_schema": {"type": "object"}},
    "text": {},
    "image-label": {"labels": ("a", "b")},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_kind_says_its_name_and_has_its_default_metrics(name):
    kind = make_kind(name, SETTINGS[name], [], "task.toml", Path())
    assert kind.name == kind.key()[0] == name
    assert len({kind.metric(metric).name for metric in kind.default_metrics()}) == len(kind.default_metrics())
    assert kind.parse("") is None
    assert kind.ask()


def test_an_unknown_kind_is_told_with_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'number'"):
        make_kind("numbers", {}, [], "task.toml", Path())


def test_a_schema_belongs_to_json_alone():
    with pytest.raises(ConfigError, match="schema belongs to kind json"):
        make_kind("text", {"json_schema": {"type": "object"}}, [], "task.toml", Path())
