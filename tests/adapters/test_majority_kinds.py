"""What majority answers where there is no label to count."""

import asyncio

import pytest

from harness.adapter import TaskView
from harness.kinds.binary import Binary
from harness.kinds.declared import Declared
from harness.kinds.json_kind import make_json
from harness.kinds.number import Number
from harness.kinds.spans import Spans
from harness.kinds.text import Text
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item, Query


def reply(kind, targets, folder):
    adapter = load_adapter_class(bundled() / "adapters" / "majority.py")()
    view = TaskView("t", kind, "?", [Item(str(i), "x", target) for i, target in enumerate(targets)])
    assert adapter.unfit(view) is None

    async def go():
        await adapter.build(view, folder, 0, None)
        return await (await adapter.load(view, folder, None)).predict([Query("q", "x")])

    return asyncio.run(go())[0]


def test_a_number_is_the_mean(tmp_path):
    assert reply(Number(), [1.0, 2.0, 6.0], tmp_path).answer == pytest.approx(3.0)


def test_a_binary_answer_is_as_sure_as_the_label_is_frequent(tmp_path):
    said = reply(Binary("yes", "no"), ["no", "no", "yes", "no"], tmp_path)
    assert (said.answer, said.scores) == ("no", {"no": 0.75, "yes": 0.25})


def test_of_texts_objects_and_lists_the_most_frequent_is_said(tmp_path_factory):
    folder = tmp_path_factory.mktemp
    assert reply(Text(), ["a", ["b", "B"], "b"], folder("text")).answer == "b"
    assert reply(Spans(("part",)), [[], [[0, 1, "part"]], []], folder("spans")).answer == []
    declared = Declared({"json_schema": {"type": "object"}}, iter(()), "task.toml", folder("json"))
    answers = [{"n": 1, "m": 2}, {"n": 2, "m": 2}, {"m": 2, "n": 1}]
    assert reply(make_json(declared), answers, folder("built")).answer == {"n": 1, "m": 2}


def test_it_needs_training_items():
    adapter = load_adapter_class(bundled() / "adapters" / "majority.py")()
    assert "training items" in adapter.unfit(TaskView("t", Number(), "?", []))
