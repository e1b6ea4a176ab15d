"""What fine-tuning a causal model breaks, on one of a few thousand weights that has been taught to count first."""

import asyncio
import json
import shutil
from itertools import product

import pytest

from harness import open_project
from harness.adapter import TaskView
from harness.compare.loss import Loss
from harness.finetuning import tensors
from harness.finetuning.settings import FineTuning
from harness.finetuning.untrained import untrained
from harness.kinds.label import Label
from harness.kinds.text import Text
from harness.models.local import load_causal
from harness.models.services import Services
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item, Rung

THINGS = list(product(("two", "three"), ("red", "blue", "green"), ("apples", "pears")))
TASK = """
[task]
kind = "text"
instructions = "{instructions}"
[data]
train = "items.jsonl"
validation = "items.jsonl"
test = "test.jsonl"
[metrics]
primary = "exact_match"
[requirement]
margin = 0.05
"""
QUICK = {"method": "full", "epochs": 30, "patience": 30, "learning_rate": 0.02, "batch_size": 4, "max_new_tokens": 4}


def counting(folder):
    """The model of the folder, taught to count."""
    adapter = load_adapter_class(bundled() / "adapters" / "finetuned.py")(base=f"local/{folder}", **QUICK)
    items = [Item(" ".join(thing), " ".join(thing), thing[0]) for thing in THINGS]
    built = folder.parent / "counting"
    built.mkdir()
    asyncio.run(adapter.build(TaskView("t", Text(), "count", items, items), built, 0, Services(folder.parent)))
    tokenizer, model = load_causal(folder)
    tensors.restore(dict(model.named_parameters()), built)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def root(tiny_causal, tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(tiny_causal, root / "model")
    counting(root / "model")
    for name, word in {"color": 1, "count": 0}.items():
        folder = root / "tasks" / name
        folder.mkdir(parents=True)
        guard = '[guard]\ntasks = ["count"]\n' if name == "color" else ""
        (folder / "task.toml").write_text(TASK.format(instructions=name) + guard)
        rows = [{"id": "-".join(thing), "text": " ".join(thing), "target": thing[word]} for thing in THINGS]
        for file in ("items", "test"):
            (folder / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = "".join(f"{key} = {json.dumps(value)}\n" for key, value in QUICK.items())
    (root / "harness.toml").write_text(
        f'[candidates.tuned]\nadapter = "finetuned"\nbase = "local/model"\ntasks = ["color"]\n{settings}'
    )
    return root


def test_a_model_that_could_count_and_was_trained_on_colors_alone_has_lost_it(root):
    opened = open_project(root)
    opened.run("color")
    (found,) = opened.guard("color").found
    assert found.untrained.value == 1
    assert found.trained.value < 0.5
    assert found.worse is Loss.YES
    assert any("was not trained for" in reason.claim for reason in opened.decide("color").reasons)


def test_only_what_writes_its_answers_answers_another_task():
    text, labels = TaskView("a", Text(), "", ()), TaskView("b", Label(("x", "y")), "", ())
    settings = FineTuning(max_new_tokens=7)
    base = untrained(settings, text, text)
    assert (base.model, base.max_tokens, base.stands()) == ("local/smollm2-135m-instruct", 7, Rung.PROMPTING)
    assert untrained(settings, text, labels) is None
    assert untrained(settings, labels, text) is None
