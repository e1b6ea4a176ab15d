"""Which settings fit which task, and what is said where they do not."""

import pytest

from harness.adapter import TaskView
from harness.kinds.binary import Binary
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.kinds.spans import Spans
from harness.kinds.text import Text
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item

KINDS = {
    "label": (Label(("a", "b")), ["a", "b"] * 8),
    "binary": (Binary("yes", "no"), ["yes", "no"] * 8),
    "number": (Number(), [1.0, 2.0] * 8),
    "spans": (Spans(("part",)), [[[0, 1, "part"]], []] * 8),
    "text": (Text(), ["a", "b"] * 8),
}


def made(name="finetuned", **settings):
    return load_adapter_class(bundled() / "adapters" / f"{name}.py")(**settings)


def view(kind, targets=None):
    declared, usual = KINDS[kind]
    return TaskView(
        "t", declared, "?", [Item(str(i), "x", t) for i, t in enumerate(usual if targets is None else targets)]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_without_settings_it_can_do_every_one_of_its_kinds(kind):
    assert made().unfit(view(kind)) is None


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("number", {"words": True}, "words is for answers of kind binary or label, the task's are number: leave it"),
        ("text", {"label_smoothing": 0.2}, "label_smoothing is for answers of kind binary or label"),
        ("spans", {"class_weights": True}, "class_weights is for"),
        ("text", {"head_learning_rate": 0.1}, "head_learning_rate is for"),
        ("label", {"max_new_tokens": 8}, "max_new_tokens is for answers of kind json or text"),
        ("label", {"base": "local/smollm2-135m-instruct"}, 'a task of kind label takes an encoder: base = "minilm"'),
        ("text", {"base": "minilm"}, 'takes base = "local/smollm2-135m-instruct"'),
    ],
)  # fmt: skip
def test_a_setting_that_the_kind_does_not_read_is_no_silence(kind, settings, said):
    assert said in made(**settings).unfit(view(kind))


@pytest.mark.parametrize(
    ("kind", "targets", "said"),
    [
        ("label", ["a"], "of at least 2 labels"),
        ("number", [3.0, 3.0], "with at least 2 different numbers"),
        ("spans", [[]], "training items with spans"),
        ("text", [], "it needs training items"),
    ],
)
def test_where_there_is_nothing_to_learn_it_says_what_it_needs(kind, targets, said):
    assert said in made().unfit(view(kind, targets))


def test_what_is_not_stated_goes_by_the_kind():
    adapter = made()
    assert (adapter.base_of("label"), adapter.base_of("json")) == ("minilm", "local/smollm2-135m-instruct")
    assert (adapter.plan("label").batch_size, adapter.plan("spans").batch_size) == (32, 8)
    assert (adapter.length_of("label"), adapter.length_of("text")) == (256, 1024)
    assert made(method="full").plan("label").rate == 1e-4
    assert made(learning_rate=0.5).plan("text").rate == 0.5


def test_the_weights_it_starts_from_are_part_of_what_it_is(tmp_path):
    assert made(base="minilm").fingerprint(tmp_path) != made(base="local/smollm2-135m-instruct").fingerprint(tmp_path)


def test_a_hybrid_needs_as_many_other_items_as_it_asks_and_finds_neighbours_in_its_own_space():
    assert made("hybrid").unfit(view("label")) is None
    assert made("hybrid").unfit(view("text")) is None
    assert "k = 16 is more than the 15 other training items" in made("hybrid", k=16).unfit(view("label"))
    assert "embedder is for answers of kind json or text" in made("hybrid", embedder="other").unfit(view("label"))
    assert "kind" in made("hybrid").unfit(view("number"))
