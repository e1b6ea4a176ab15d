import json
from pathlib import Path

import pytest

from harness.errors import ConfigError
from harness.kinds.registry import make_kind

SCHEMA = {
    "type": "object",
    "properties": {"amount": {"type": "number"}, "due": {"type": "string", "format": "date"}},
    "required": ["amount"],
    "additionalProperties": False,
}


def _made(schema=SCHEMA, folder=Path(), **settings):
    return make_kind("json", {"json_schema": schema, **settings}, [], "task.toml", folder)


KIND = _made()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"amount": 1}', {"amount": 1}),
        ('Here:\n```json\n{"amount": 1.5}\n```\nDone.', {"amount": 1.5}),
        ('[1, 2] {"amount": 1}', {"amount": 1}),
        ('{"amount": "no number"}', {"amount": "no number"}),
        ('{broken} {"amount": 2}', {"amount": 2}),
        ('{"amount": NaN}', None),
        ('{"amount": 1e999}', None),
        ('{"amount": 1', None),
        ("12", None),
        ("", None),
        ('{"a": "\\ud800"}', None),
    ],
)
def test_the_first_object_of_a_text_is_the_answer_valid_or_not(text, answer):
    assert KIND.parse(text) == answer


def test_text_that_is_nested_without_end_is_no_answer():
    assert KIND.parse("[" * 100_000) is None
    assert KIND.parse('{"a":' * 3_000) is None


def test_a_list_is_an_answer_where_the_schema_says_so():
    listed = _made({"type": "array", "items": {"type": "integer"}})
    assert listed.parse('{"a": [1]} then [1, 2]') == [1, 2]
    assert listed.check([1, 2]) == [1, 2]


def test_the_schema_is_asked_for():
    assert json.dumps(SCHEMA["required"]) in KIND.ask()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"amount": "1"}, "breaks its schema at amount"),
        ({}, "'amount' is a required property"),
        ({"amount": 1, "due": "tomorrow"}, "at due"),
        ({"amount": 1, "more": 2}, "more"),
        ("{", "not JSON"),
        (7, "breaks its schema"),
    ],
)
def test_a_target_that_breaks_its_own_schema_is_refused(target, message):
    with pytest.raises(ValueError, match=message):
        KIND.check(target)


@pytest.mark.parametrize("schema", [{"type": "objekt"}, {"properties": 3}, {"required": "amount"}])
def test_a_schema_that_is_none_is_refused(schema):
    with pytest.raises(ConfigError, match="is no JSON schema"):
        _made(schema)


@pytest.mark.parametrize("reference", ["#/$defs/none", "http://127.0.0.1:9/x.json", "other.json#/a"])
def test_a_reference_that_does_not_stand_in_the_schema_is_refused_and_nothing_is_fetched(reference):
    with pytest.raises(ConfigError, match=r"\$ref .* does not stand in the schema"):
        _made({"type": "object", "properties": {"a": {"items": {"$ref": reference}}}})


def test_a_reference_within_the_schema_holds():
    kind = _made({"$defs": {"sum": {"type": "number"}}, "properties": {"a": {"$ref": "#/$defs/sum"}}})
    assert kind.validator.is_valid({"a": 1})
    assert not kind.validator.is_valid({"a": "1"})


def test_a_pattern_that_is_no_pattern_is_refused():
    with pytest.raises(ConfigError, match=r"at properties\.a\.pattern"):
        _made({"properties": {"a": {"pattern": "("}}})


@pytest.mark.parametrize("content", ["true", "[]", '"object"'])
def test_a_schema_file_that_holds_no_object_is_refused(content, tmp_path):
    (tmp_path / "schema.json").write_text(content)
    with pytest.raises(ConfigError, match="expected a schema, which is an object"):
        _made("schema.json", tmp_path)


def test_a_schema_may_stand_in_a_file_beside_the_task(tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    assert _made("schema.json", tmp_path).schema == SCHEMA
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ConfigError, match="is not JSON"):
        _made("broken.json", tmp_path)
    with pytest.raises(ConfigError, match="cannot read"):
        _made("absent.json", tmp_path)
    with pytest.raises(ConfigError, match=r'schema = "schema.json"'):
        _made(None)


def test_a_number_may_be_off_by_the_tolerance_of_the_task():
    loose = _made(tolerance=0.01)
    assert loose.metric("exact_object").score({"amount": 1.0}, {"amount": 1.01}) == 1
    assert KIND.metric("exact_object").score({"amount": 1.0}, {"amount": 1.01}) == 0


def test_an_answer_that_breaks_the_schema_is_not_valid():
    assert KIND.metric("valid").score({}, {"amount": "1"}) == 0
