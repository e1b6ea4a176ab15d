"""Fine-tuning real weights on small tasks whose answers leave no doubt."""

import asyncio

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from harness.adapter import TaskView
from harness.kinds.binary import Binary
from harness.kinds.json_kind import Json
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.kinds.spans import Spans
from harness.models.services import Services
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item

pytestmark = pytest.mark.slow

SIZES = {"tiny": 1, "small": 10, "large": 50, "huge": 90}
TOPICS = {
    "football": ["The striker scored twice", "The goalkeeper saved a penalty", "The referee showed a red card"],
    "weather": ["Heavy rain and wind tomorrow", "It will snow in the mountains", "A sunny and warm afternoon"],
    "cooking": ["Fry the onions in butter", "Bake the bread for an hour", "Simmer the sauce gently"],
}
SCHEMA = {"type": "object"}


def made(name="finetuned", **settings):
    return load_adapter_class(bundled() / "adapters" / f"{name}.py")(**settings)


def trained(adapter, task, test, folder):
    """What building told, and the answers of the model that was loaded twice."""
    assert adapter.unfit(task) is None

    async def go():
        services = Services(folder)
        preparation = await adapter.build(task, folder, 1, services)
        found = []
        for _ in range(2):
            predictor = await adapter.load(task, folder, services)
            found.append(await predictor.predict([item.query for item in test]))
            await predictor.close()
        return preparation, *found

    preparation, replies, again = asyncio.run(go())
    said = [[(r.answer, r.text, r.scores) for r in answers] for answers in (replies, again)]
    assert said[0] == said[1], "what was saved answers as before"
    assert not [path for path in folder.rglob("*") if path.suffix in {".bin", ".pickle", ".pt"}]
    return preparation, replies


def view(kind, items, train, validation):
    return TaskView("t", kind, "?", items[:train], items[train : train + validation]), items[train + validation :]


def test_a_number_that_the_text_says_is_learnt_better_than_the_mean(tmp_path):
    rng = np.random.default_rng(0)
    items = []
    for i in range(84):
        size, thing = rng.choice(list(SIZES)), rng.choice(["box", "crate", "parcel"])
        items.append(Item(str(i), f"A {size} {thing}", 1000.0 + SIZES[size] + float(rng.integers(-1, 2))))
    task, test = view(Number(), items, 48, 12)
    preparation, replies = trained(made(epochs=6, batch_size=8), task, test, tmp_path)
    right = np.asarray([item.target for item in test])
    errors = np.abs(right - [reply.answer for reply in replies])
    assert errors.mean() < np.abs(right - right.mean()).mean() / 2
    assert preparation.notes["best"]["validation_mae"] < 15


def test_spans_are_found_where_they_stand(tmp_path):
    rng = np.random.default_rng(0)
    items = []
    for i in range(84):
        part = rng.choice(["main pump", "valve", "drive belt", "seal"])
        fault = rng.choice(["leaks", "is worn", "squeals"])
        text = f"Checked unit {rng.integers(99)}: the {part} {fault}, replaced."
        starts = [(text.index(piece), piece, kind) for piece, kind in ((part, "part"), (fault, "fault"))]
        spans = [[start, start + len(piece), kind] for start, piece, kind in starts]
        items.append(Item(str(i), text, spans) if i % 9 else Item(str(i), "Nothing was found.", []))
    items.append(Item("empty", "", []))
    task, test = view(Spans(("part", "fault")), items, 48, 12)
    preparation, replies = trained(made(epochs=6, batch_size=8), task, test, tmp_path)
    assert sum(reply.answer == item.target for reply, item in zip(replies, test, strict=True)) >= len(test) - 3
    assert replies[-1].answer == [], "a text of nothing has no spans"
    assert preparation.notes["best"]["validation_f1"] > 0.8


def test_two_labels_come_with_how_sure_it_is_and_a_threshold_of_validation(tmp_path):
    rare = [Item(f"{i}f", f"{TOPICS['football'][i % 3]} {i}", "yes") for i in range(8)]
    usual = [Item(f"{i}w", f"{TOPICS['weather'][i % 3]} {i}", "no") for i in range(24)]
    items = [item for four in zip(rare, usual[:8], usual[8:16], usual[16:], strict=True) for item in four]
    task, test = view(Binary("yes", "no"), items, 16, 8)
    preparation, replies = trained(made(epochs=3, batch_size=4, words=True), task, test, tmp_path)
    assert [reply.answer for reply in replies] == [item.target for item in test]
    threshold = preparation.notes["threshold"]
    for reply in replies:
        assert reply.scores["yes"] + reply.scores["no"] == pytest.approx(1.0)
        assert (reply.answer == "yes") == (reply.scores["yes"] >= threshold)
    assert preparation.notes["best"]["validation_roc_auc"] == 1.0


def test_a_causal_model_learns_to_write_a_small_json(tmp_path):
    rng = np.random.default_rng(0)
    items = []
    for i in range(16):
        amount, currency = int(rng.integers(10, 999)), str(rng.choice(["EUR", "USD", "CHF"]))
        items.append(Item(str(i), f"Pay {amount} {currency} to Meyer.", {"amount": amount, "currency": currency}))
    kind = Json(SCHEMA, Draft202012Validator(SCHEMA))
    task, test = view(kind, items, 10, 2)
    adapter = made(epochs=3, batch_size=2, max_new_tokens=20)
    preparation, replies = trained(adapter, task, test, tmp_path)
    assert sum(kind.parse(reply.text) == item.target for reply, item in zip(replies, test, strict=True)) >= 3
    assert preparation.notes["best"]["validation_loss"] < 0.5
    assert (tmp_path / "trained.safetensors").stat().st_size < 2e7, "the adapter alone is kept"
    assert replies[0].calls[0].model == "local/smollm2-135m-instruct"


def test_neighbours_in_the_encoders_own_space_vote_beside_it_and_are_shown(tmp_path):
    items = [Item(f"{label}{i}", texts[i], label) for i in range(3) for label, texts in TOPICS.items()]
    task = TaskView("t", Label(tuple(TOPICS)), "?", items[:6], items[6:])
    test = [
        Item("t1", "The midfielder was sent off after a foul", "football"),
        Item("t2", "Strong gusts along the coast tonight", "weather"),
        Item("t3", "Knead the dough until it is smooth", "cooking"),
    ]
    preparation, replies = trained(made("hybrid", k=3, epochs=4, batch_size=2), task, test, tmp_path)
    assert [reply.answer for reply in replies] == [item.target for item in test]
    assert preparation.notes["power_of_neighbours"] in (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
    assert [len(reply.contexts) for reply in replies] == [3, 3, 3]
    assert replies[0].contexts[0].id.startswith("football")
    assert preparation.labels == 9, "the validation items vote too"
