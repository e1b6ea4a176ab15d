"""Recordings of answers that are no labels."""

import asyncio
import json
from types import SimpleNamespace

from harness.adapter import TaskView
from harness.kinds.registry import make_kind
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.run.runner import as_record
from harness.types import Query

SCHEMA = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}


def said(kind, answers, root):
    lines = [json.dumps({"id": str(i), "answer": answer}) for i, answer in enumerate(answers)]
    (root / "said.jsonl").write_text("\n".join(lines))
    adapter = load_adapter_class(bundled() / "adapters" / "recorded.py")(file="said.jsonl")
    view = TaskView("t", kind, "?", [])
    services = SimpleNamespace(root=root)
    queries = [Query(str(i), "The pump leaks") for i in range(len(answers))]

    async def go():
        await adapter.build(view, root, 0, services)
        return await (await adapter.load(view, root, services)).predict(queries)

    replies = asyncio.run(go())
    return [as_record(query, reply, kind, None).answer for query, reply in zip(queries, replies, strict=True)]


def test_json_that_breaks_the_schema_is_an_answer_and_counts_as_not_valid(tmp_path):
    kind = make_kind("json", {"json_schema": SCHEMA}, [], "task.toml", tmp_path)
    answers = [{"amount": 1.5}, {"amount": "much"}, '{"amount": 2}', "nothing"]
    found = said(kind, answers, tmp_path)
    assert found == [{"amount": 1.5}, {"amount": "much"}, {"amount": 2}, None]
    assert [kind.metric("valid").score({}, answer) for answer in found[:3]] == [1, 0, 1]


def test_spans_may_be_recorded_by_place_or_by_quote(tmp_path):
    kind = make_kind("spans", {"types": ("part",)}, [], "task.toml", tmp_path)
    answers = [[[4, 8, "part"]], [{"text": "pump", "type": "part"}], []]
    assert said(kind, answers, tmp_path) == [[[4, 8, "part"]], [[4, 8, "part"]], []]


def test_a_recorded_span_that_cannot_be_costs_the_item_none_that_are_right(tmp_path):
    kind = make_kind("spans", {"types": ("part",)}, [], "task.toml", tmp_path)
    answers = [[[4, 8, "part"], wrong] for wrong in ([4, 14, "part"], [9, 99, "part"], [9, 14, "fault"])]
    found = said(kind, answers, tmp_path)
    assert [kind.metric("f1").score([[4, 8, "part"]], answer) for answer in found] == [(1, 2, 1)] * 3


def test_numbers_may_be_recorded_as_numbers_or_texts(tmp_path):
    kind = make_kind("number", {}, [], "task.toml", tmp_path)
    assert said(kind, [1.5, "2.5", "about 3", "much"], tmp_path) == [1.5, 2.5, 3.0, None]
