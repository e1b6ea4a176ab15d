"""What majority answers where there is no label to count."""

import asyncio

import pytest

from harness.adapter import TaskView
from harness.kinds.binary import Binary
from harness.kinds.number import Number
from harness.kinds.spans import Spans
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


def test_it_needs_training_items_and_a_kind_with_a_most_frequent_answer():
    adapter = load_adapter_class(bundled() / "adapters" / "majority.py")()
    assert "training items" in adapter.unfit(TaskView("t", Number(), "?", []))
    assert "spans" in adapter.unfit(TaskView("t", Spans(("part",)), "?", [Item("1", "x", [])]))
