"""What holds of every kind: its name, its metrics, reading what it writes, and what is wrong with the form."""

import re
from pathlib import Path

import pytest

from harness.errors import UnknownNameError
from harness.kinds.fault import Fault
from harness.kinds.registry import make_kind


def _made(name, **settings):
    return make_kind(name, settings, [], "task.toml", Path())


KINDS = {
    "label": _made("label", labels=("invoice", "credit note", "purchase order")),
    "binary": _made("binary", labels=("yes", "no")),
    "number": _made("number"),
    "spans": _made("spans", types=("part", "fault")),
    "json": _made(
        "json",
        json_schema={
            "type": "object",
            "properties": {"amount": {"type": "number"}, "due": {"type": "string", "format": "date"}},
            "required": ["amount"],
        },
    ),
    "text": _made("text"),
    "image-label": _made("image-label", labels=("seven", "two")),
}
NESTED = _made(
    "json",
    json_schema={
        "type": "object",
        "properties": {
            "payer": {"$ref": "#/$defs/party"},
            "lines": {"type": "array", "items": {"properties": {"amount": {"type": "number"}}}},
            "tags": {"type": "array", "items": {"type": "string"}},
            "more": {"type": "object"},
            "how": {"anyOf": [{"type": "null"}, {"properties": {"fast": {"type": "boolean"}}}]},
        },
        "$defs": {"party": {"properties": {"name": {"type": "string"}, "parent": {"$ref": "#/$defs/party"}}}},
    },
)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_says_its_name_and_has_its_default_metrics(name):
    kind = KINDS[name]
    assert kind.name == kind.key()[0] == name
    defaults = kind.default_metrics()
    assert [kind.metric(metric).name for metric in defaults] == list(defaults)
    assert len(set(defaults)) == len(defaults)
    assert kind.parse("") is None
    assert kind.ask()
    assert all(label in kind.ask() for label in kind.choices or ())


@pytest.mark.parametrize(
    ("kind", "metric"),
    [
        ("label", "recall[credit note]"),
        ("number", "residual_quantile[0.9]"),
        ("spans", "recall[part]"),
        ("spans", "partial_recall[fault]"),
        ("spans", "weighted_f1"),
        ("spans", "exact_match"),
        ("json", "f1[amount]"),
        ("text", "bleu"),
        ("text", "chrf"),
        ("image-label", "top_2"),
        ("image-label", "f1[two]"),
    ],
)
def test_a_kind_has_more_metrics_by_name(kind, metric):
    assert KINDS[kind].metric(metric).name == metric


@pytest.mark.parametrize("field", ["payer.name", "lines[].amount", "tags[]", "lines", "more.anything", "how.fast"])
def test_a_field_that_the_schema_declares_has_a_metric(field):
    assert NESTED.metric(f"f1[{field}]").name == f"f1[{field}]"


def test_a_schema_that_names_no_fields_may_have_any():
    assert _made("json", json_schema={"type": "object"}).metric("f1[amount]").name == "f1[amount]"


@pytest.mark.parametrize(
    ("kind", "metric", "message"),
    [
        (KINDS["label"], "acuracy", "did you mean 'accuracy'"),
        (KINDS["label"], "recall[nothing]", "recall[nothing]"),
        (KINDS["label"], "recall[invoise]", "did you mean 'recall[invoice]'"),
        (KINDS["binary"], "roc-auc", "did you mean 'roc_auc'"),
        (KINDS["number"], "rmse2", "did you mean 'rmse'"),
        (KINDS["spans"], "f1[motor]", "f1[motor]"),
        (KINDS["json"], "f1[]", "f1[]"),
        (NESTED, "f1[lines[].amout]", "did you mean 'f1[lines[].amount]'"),
        (NESTED, "f1[payer.nam]", "did you mean 'f1[payer.name]'"),
        (NESTED, "f1[tag[]]", "did you mean 'f1[tags[]]'"),
        (KINDS["text"], "rouge-l", "rouge_l"),
        (KINDS["image-label"], "top5", "top_5"),
    ],
)
def test_a_metric_that_a_kind_does_not_have_is_refused_with_the_near_miss(kind, metric, message):
    with pytest.raises(UnknownNameError, match=re.escape(message)) as raised:
        kind.metric(metric)
    assert f"metric of kind {kind.name}" in str(raised.value)


PUMP = "The pump leaks, so the pump was replaced."


@pytest.mark.parametrize(
    ("kind", "target", "asked"),
    [
        ("label", "credit note", None),
        ("binary", "yes", None),
        ("binary", "no", None),
        ("number", -1234.5, None),
        # Also where a quote stands twice.
        ("spans", [[4, 8, "part"], [9, 14, "fault"], [23, 27, "part"]], PUMP),
        ("spans", [], PUMP),
        ("json", {"amount": 1.5, "due": "2025-06-01"}, None),
        ("text", "3 bar", None),
        ("image-label", "seven", None),
    ],
)
def test_the_answer_it_writes_is_the_answer_it_reads(kind, target, asked):
    made = KINDS[kind]
    assert made.parse(made.write(target, asked), asked) == made.check(target, asked) == target


BOLT = "the bolt is loose"
CURRENCY = {"type": "object", "properties": {"currency": {"enum": ["EUR", "USD"]}}, "required": ["currency"]}
FORMS = {
    "label": _made("label", labels=("invoice", "purchase order")),
    "binary": KINDS["binary"],
    "number": KINDS["number"],
    "spans": _made("spans", types=("part",)),
    "json": _made("json", json_schema=CURRENCY),
    "text": _made("text", no_answer="unknown"),
}


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("label", "invoice", None),
        ("label", "the clerk", Fault.LABELS),
        ("label", "Answer: receipt", Fault.LABELS),
        ("label", "invoice or purchase order", Fault.FORMAT),
        ("label", "That depends on what was agreed with the customer", Fault.UNPARSEABLE),
        ("label", "I'm sorry, I cannot tell.", Fault.REFUSED),
        ("label", " ", Fault.EMPTY),
        ("binary", "Yes.", None),
        ("binary", "yes and no", Fault.FORMAT),
        ("number", "7", None),
        ("number", "between 3 and 5", Fault.FORMAT),
        ("number", "many", Fault.UNPARSEABLE),
        ("number", "As an AI I do not count", Fault.REFUSED),
        ("number", "", Fault.EMPTY),
        ("spans", '[{"text": "bolt", "type": "part"}]', None),
        ("spans", '[{"text": "bolt", "type": "tool"}]', Fault.LABELS),
        ("spans", '[{"text": "screw", "type": "part"}]', Fault.FORMAT),
        ("spans", '{"text": "bolt"}', Fault.FORMAT),
        ("spans", "the bolt", Fault.UNPARSEABLE),
        ("spans", "", Fault.EMPTY),
        ("json", '{"currency": "EUR"}', None),
        ("json", '{"currency": "CHF"}', Fault.LABELS),
        ("json", "{}", Fault.FORMAT),
        ("json", '["EUR"]', Fault.FORMAT),
        ("json", "in euros", Fault.UNPARSEABLE),
        ("json", '{"currency": "EU', Fault.UNPARSEABLE),
        ("json", "I'm unable to read it", Fault.REFUSED),
        ("json", "", Fault.EMPTY),
        ("text", "Paris", None),
        ("text", "unknown", None),
        ("text", "I cannot answer that.", Fault.REFUSED),
        ("text", "", Fault.EMPTY),
    ],
)
def test_what_is_wrong_with_the_form_is_told(kind, text, fault):
    made = FORMS[kind]
    assert made.fault(text, made.parse(text, BOLT), BOLT) is fault
