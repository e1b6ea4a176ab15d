import json
from pathlib import Path

import pytest

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.registry import make_kind
from harness.kinds.schema import unheeded

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


def test_a_dynamic_reference_to_an_address_is_refused_too():
    with pytest.raises(ConfigError, match=r"\$dynamicRef 'http://127.0.0.1:9/x' does not stand in the schema"):
        _made({"properties": {"a": {"$dynamicRef": "http://127.0.0.1:9/x"}}})


def test_a_reference_is_followed_to_a_part_that_is_under_no_keyword():
    schema = {"properties": {"a": {"$ref": "#/parts/b"}}, "parts": {"b": {"properties": {"c": {"$ref": "#/none"}}}}}
    with pytest.raises(ConfigError, match=r"\$ref '#/none' does not stand"):
        _made(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$dynamicRef": "#me", "$dynamicAnchor": "me"},
        {"allOf": [{"$ref": "#"}]},
        {
            "properties": {"a": {"$ref": "#/$defs/b"}},
            "$defs": {"b": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/b"}]}},
        },
        {"$ref": "#/$defs/b", "$defs": {"b": {"not": {"$ref": "#/$defs/c"}}, "c": {"$ref": "#/$defs/b"}}},
    ],
)
def test_a_schema_that_leads_back_to_itself_with_the_same_value_is_refused(schema):
    with pytest.raises(ConfigError, match="leads back to itself"):
        _made(schema)


TREE = {"type": "object", "properties": {"left": {"$ref": "#"}, "n": {"type": "integer"}}}


def test_a_schema_may_refer_to_itself_for_a_part():
    kind = _made(TREE)
    assert kind.validator.is_valid({"left": {"left": {"n": 1}}})
    assert not kind.validator.is_valid({"left": {"left": {"n": "1"}}})


def test_an_answer_that_is_nested_beyond_reach_is_none():
    kind, deep = _made(TREE), {"n": 1}
    for _ in range(400):
        deep = {"left": deep}
    assert kind.parse(json.dumps(deep)) is None
    with pytest.raises(ValueError, match="nested more than 50 levels"):
        kind.accept(deep)


def test_a_field_behind_an_anchor_has_a_metric():
    party = {"$anchor": "p", "type": "object", "properties": {"name": {"type": "string"}}}
    kind = _made({"type": "object", "properties": {"a": {"$ref": "#p"}}, "$defs": {"p": party}})
    assert kind.metric("f1[a.name]").name == "f1[a.name]"
    with pytest.raises(UnknownNameError, match=r"did you mean 'f1\[a.name\]'"):
        kind.metric("f1[a.nam]")


def test_a_field_whose_key_could_be_taken_for_a_path_has_a_metric():
    kind = _made({"properties": {"a.b": {"properties": {"c": {"type": "number"}}}}})
    assert kind.metric('f1[["a.b"].c]').score({"a.b": {"c": 1}}, {"a.b": {"c": 1}}) == (1, 1, 1)
    with pytest.raises(UnknownNameError):
        kind.metric("f1[a.b.c]")


def test_a_schema_is_of_the_draft_that_it_names():
    above = {"properties": {"n": {"minimum": 0, "exclusiveMinimum": True}}}
    old = _made({"$schema": "http://json-schema.org/draft-04/schema#", **above})
    assert [old.validator.is_valid({"n": n}) for n in (0, 1)] == [False, True]
    pair = {"properties": {"l": {"type": "array", "items": [{"type": "integer"}], "additionalItems": False}}}
    seven = _made({"$schema": "http://json-schema.org/draft-07/schema#", **pair})
    assert [seven.validator.is_valid({"l": found}) for found in ([1], [1, 2], ["1"])] == [True, False, False]
    assert seven.metric("f1[l[]]").name == "f1[l[]]"
    with pytest.raises(ConfigError, match="no JSON schema"):
        _made(above)
    with pytest.raises(ConfigError, match="is no draft that is known"):
        _made({"$schema": "https://example.com/mine"})


def test_what_a_schema_says_without_effect_is_told():
    said = {
        "propertis": {},
        "x-note": 1,
        "properties": {
            "at": {"type": "string", "format": "date-time", "example": "now"},
            "on": {"type": "string", "format": "date", "minlength": 3},
            "by": {"format": "emial"},
        },
    }
    unchecked = {line.split("'")[1] for line in unheeded(said)} - {"date-time"}  # there with some packages
    assert unchecked == {"propertis", "minlength", "emial"}
    assert "did you mean 'properties'" in " ".join(unheeded(said))
    assert unheeded(SCHEMA) == []


@pytest.mark.parametrize("target", ['{"amount": NaN}', {"amount": float("inf")}, '{"amount": 1e999}'])
def test_a_target_with_a_number_that_is_not_finite_is_refused(target):
    with pytest.raises(ValueError, match="at amount, expected a finite number"):
        KIND.check(target)


@pytest.mark.parametrize("answer", [{"amount": "1"}, {}, '{"amount": "1"}'])
def test_an_answer_that_came_as_such_may_break_the_schema(answer):
    assert KIND.accept(answer) == (json.loads(answer) if isinstance(answer, str) else answer)


@pytest.mark.parametrize("answer", [7, "much", {"amount": float("nan")}, [{"amount": 1}]])
def test_what_is_no_json_of_the_schemas_type_is_no_answer(answer):
    with pytest.raises(ValueError, match=r"found|not JSON|breaks"):
        KIND.accept(answer)


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


def test_a_field_whose_key_looks_like_a_path_is_named_in_quotes():
    inner = {"type": "object", "properties": {"c": {"type": "array", "items": {"type": "integer"}}}}
    kind = make_kind("json", {"json_schema": {"type": "object", "properties": {"a.b": inner}}}, [], "task.toml")
    metric = kind.metric('f1[["a.b"].c[]]')
    assert metric.score({"a.b": {"c": [1, 2]}}, {"a.b": {"c": [1, 3]}}) == (1, 2, 2)
    assert metric.score({"a.b": {"c": [1]}}, {"a": {"b": {"c": [1]}}}) == (0, 0, 1)
    with pytest.raises(UnknownNameError):
        kind.metric("f1[a.b.c[]]")
