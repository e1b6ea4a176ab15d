"""The tagger: spans by a linear model of each word."""

import asyncio

import numpy as np
import pytest

from harness.adapter import TaskView
from harness.kinds.spans import Spans
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item, Query

KIND = Spans(("part", "fault"))


def made(**settings):
    return load_adapter_class(bundled() / "adapters" / "tagger.py")(**settings)


def notes(n, seed=0):
    rng = np.random.default_rng(seed)
    items = []
    for i in range(n):
        part = rng.choice(["main pump", "valve", "drive belt", "seal"])
        fault = rng.choice(["leaks", "is worn", "squeals"])
        text, spans = f"Checked unit {rng.integers(99)}: the {part} {fault}, replaced.", []
        for piece, kind in ((part, "part"), (fault, "fault")):
            start = text.index(piece)
            spans.append([start, start + len(piece), kind])
        items.append(Item(str(i), text, spans) if i % 9 else Item(str(i), "Nothing was found.", []))
    return items


def answered(adapter, train, texts, folder):
    view = TaskView("t", KIND, "?", train)

    async def go():
        await adapter.build(view, folder, 0, None)
        predictor = await adapter.load(view, folder, None)
        return [r.answer for r in await predictor.predict([Query(str(i), text) for i, text in enumerate(texts)])]

    return asyncio.run(go())


def test_it_finds_spans_of_several_words_where_they_stand(tmp_path):
    test = notes(40, seed=1)
    found = answered(made(), notes(120), [item.input for item in test], tmp_path)
    assert found == [item.target for item in test]
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz"}


@pytest.mark.parametrize("text", ["", "   ", "?!", "größer ist besser", "pump"])
def test_any_text_gets_an_answer_that_fits_it(text, tmp_path):
    (found,) = answered(made(window=1), notes(60), [text], tmp_path)
    assert KIND.check(found, text) == found


def test_without_a_span_there_is_nothing_to_learn():
    view = TaskView("t", KIND, "?", [Item("1", "x", [])])
    assert "training items with spans" in made().unfit(view)
