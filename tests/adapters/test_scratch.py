"""The network that is trained from nothing."""

import asyncio

import pytest
from sklearn.datasets import load_digits

from harness.adapter import TaskView
from harness.kinds.image_label import ImageLabel
from harness.kinds.label import Label
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Failure, Item, Query

KIND = ImageLabel(tuple("0123456789"))


def made(**settings):
    return load_adapter_class(bundled() / "adapters" / "scratch.py")(**settings)


def view(n, labels=KIND):
    data = load_digits()
    items = [Item(str(i), data.images[i].tolist(), str(data.target[i])) for i in range(n)]
    return TaskView("t", labels, "?", items[: n - n // 5], items[n - n // 5 :])


def answered(adapter, task, inputs, folder):
    async def go():
        preparation = await adapter.build(task, folder, 0, None)
        predictor = await adapter.load(task, folder, None)
        return preparation, await predictor.predict([Query(str(i), value) for i, value in enumerate(inputs)])

    return asyncio.run(go())


def test_it_learns_digits_and_fails_an_image_of_another_size_alone(tmp_path):
    images = load_digits().images[600:700].tolist()
    targets = load_digits().target[600:700]
    preparation, replies = answered(made(epochs=6, channels=8), view(500), [[[1.0]], "x", *images], tmp_path)
    assert [isinstance(r, Failure) for r in replies[:3]] == [True, True, False]
    right = sum(r.answer == str(t) for r, t in zip(replies[2:], targets, strict=True))
    assert right >= 75
    assert len(replies[2].scores) == 10
    assert preparation.notes["validation_accuracy"] > 0.7
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}


def test_the_same_seed_gives_the_same_network(tmp_path):
    image = [load_digits().images[7].tolist()]
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found.append(answered(made(epochs=1, channels=4), view(100), image, tmp_path / name)[1][0].scores)
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_it_says_why_it_cannot_do_a_task():
    adapter, task = made(), view(40)
    assert "kind" in adapter.unfit(TaskView("t", Label(("0", "1")), "?", task.train))
    assert "it needs images" in adapter.unfit(TaskView("t", KIND, "?", [Item("1", "x", "0"), Item("2", "y", "1")]))
    assert "2 labels" in adapter.unfit(TaskView("t", KIND, "?", task.train[:1]))
