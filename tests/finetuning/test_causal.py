"""Fine-tuning a causal model, on one of a few thousand weights that starts from nothing."""

import asyncio
import json
from itertools import product

import pytest
import torch
from jsonschema import Draft202012Validator

from harness.adapter import TaskView
from harness.errors import RunError
from harness.finetuning.examples import NO_TARGET, Example, example, padded
from harness.finetuning.language import LanguageTrainee
from harness.kinds.json_kind import Json
from harness.models.api import Message
from harness.models.local import load_causal
from harness.models.services import Services
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item, Query

SCHEMA = {"type": "object"}
KIND = Json(SCHEMA, Draft202012Validator(SCHEMA))
NUMBERS = {"two": 2, "three": 3}
ITEMS = [
    Item(f"{number} {color} {fruit}", f"{number} {color} {fruit}", {"count": NUMBERS[number]})
    for number, color, fruit in product(NUMBERS, ("red", "blue", "green"), ("apples", "pears"))
]


def made(folder, **settings):
    quick = {"base": f"local/{folder}", "learning_rate": 0.02, "batch_size": 4, "max_new_tokens": 16}
    return load_adapter_class(bundled() / "adapters" / "finetuned.py")(**{**quick, **settings})


def built(adapter, folder, root, task):
    folder.mkdir(exist_ok=True)
    return asyncio.run(adapter.build(task, folder, 0, Services(root)))


def asked(adapter, folder, root, task, items=ITEMS):
    async def go():
        predictor = await adapter.load(task, folder, Services(root))
        replies = await predictor.predict([Query(item.id, item.input) for item in items])
        await predictor.close()
        return replies

    return asyncio.run(go())


@pytest.mark.parametrize(("method", "epochs"), [("full", 30), ("lora", 3)])
def test_it_writes_what_it_was_trained_on_and_the_same_after_it_was_loaded_again(method, epochs, tiny_causal, tmp_path):
    task = TaskView("t", KIND, "color count", ITEMS, ITEMS[::5])
    adapter = made(tiny_causal, method=method, epochs=epochs, patience=epochs)
    preparation = built(adapter, tmp_path / "built", tmp_path, task)
    replies = asked(adapter, tmp_path / "built", tmp_path, task)
    if method == "full":
        right = [KIND.parse(r.text) == item.target for r, item in zip(replies, ITEMS, strict=True)]
        assert all(right)
        assert preparation.notes["best"]["validation_loss"] < 0.2
    assert {path.name for path in (tmp_path / "built").iterdir()} == {"trained.safetensors"}
    again = asked(adapter, tmp_path / "built", tmp_path, task)
    assert [r.text for r in again] == [r.text for r in replies]
    (call,) = replies[0].calls
    assert call.output_tokens > 0


def test_lora_leaves_the_base_alone_and_keeps_less_than_all_weights(tiny_causal, tmp_path):
    task = TaskView("t", KIND, "color count", ITEMS)
    built(made(tiny_causal, epochs=1, rank=1), tmp_path / "lora", tmp_path, task)
    built(made(tiny_causal, epochs=1, method="full"), tmp_path / "full", tmp_path, task)
    sizes = [(tmp_path / name / "trained.safetensors").stat().st_size for name in ("lora", "full")]
    assert sizes[0] < sizes[1] / 2


def test_two_trainings_answer_from_caches_of_their_own(tiny_causal, tmp_path):
    keys = []
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        adapter, task = made(tiny_causal, epochs=1), TaskView("t", KIND, "?", ITEMS[:4])

        async def go(adapter=adapter, folder=folder, task=task, seed=seed):
            await adapter.build(task, folder, seed, Services(tmp_path))
            return (await adapter.load(task, folder, Services(tmp_path))).caller.model.key()

        keys.append(asyncio.run(go()))
    assert keys[0] != keys[1]


def test_items_that_are_too_long_are_left_out_and_counted_and_none_at_all_is_an_error(tiny_causal, tmp_path):
    long = Item("long", "red " * 200, {"count": 2})
    adapter = made(tiny_causal, epochs=1, max_length=120)
    preparation = built(adapter, tmp_path / "built", tmp_path, TaskView("t", KIND, "?", [*ITEMS, long]))
    assert preparation.notes["left_out_for_length"] == 1
    with pytest.raises(RunError, match="raise max_length"):
        built(adapter, tmp_path / "none", tmp_path, TaskView("t", KIND, "?", [long]))


def test_it_learns_from_the_very_messages_that_prompting_sends(tiny_causal, tmp_path):
    from harness.finetuning.asking import Asked
    from harness.models.caller import Caller
    from harness.models.local import LocalModel
    from harness.prompting import Prompted, PromptedPredictor

    task, sent = TaskView("t", KIND, "Which color?", ITEMS), []
    adapter = made(tiny_causal)
    caller = Caller(LocalModel(str(tiny_causal), tmp_path))
    prompted = PromptedPredictor(Prompted(model=adapter.base), task, caller)

    async def caught(request):
        sent.append(list(request.messages))
        raise asyncio.CancelledError

    async def go():
        trained_on = await Asked(adapter, task, caller).messages(ITEMS[:1])
        caller.complete = caught
        with pytest.raises(asyncio.CancelledError):
            await prompted.predict([ITEMS[0].query])
        return trained_on

    assert asyncio.run(go()) == sent


def test_the_loss_counts_the_answers_tokens_alone_whatever_the_padding(tiny_causal):
    """Against the model asked row by row without padding."""
    tokenizer, model = load_causal(tiny_causal)
    model = model.float()
    system = Message("system", "count")
    examples = [
        example(tokenizer, [system, Message("user", text)], answer)
        for text, answer in (("two", '{"count": 2}'), ("three red blue apples", "{}"))
    ]
    by_hand = 0.0
    with torch.no_grad():
        for one in examples:
            odds = model(torch.tensor([one.row])).logits[0].log_softmax(dim=1)
            places = range(len(one.prompt) - 1, len(one.row) - 1)
            by_hand -= sum(float(odds[i, token]) for i, token in zip(places, one.answer, strict=True))
    trainee = LanguageTrainee(model, examples, examples)
    tokens = sum(len(one.answer) for one in examples)
    assert float(trainee.loss([0, 1]).detach()) == pytest.approx(by_hand / tokens, rel=1e-4)
    assert -trainee.judge().score == pytest.approx(by_hand / tokens, rel=1e-4)


def test_an_example_ends_with_the_token_that_ends_an_answer_and_prompts_are_padded_on_the_left(tiny_causal):
    tokenizer, _ = load_causal(tiny_causal)
    one = example(tokenizer, [Message("user", "red")], json.dumps({"count": 2}))
    assert tokenizer.decode(one.prompt) == "<user>red<says>"
    assert one.answer[-1] == tokenizer.eos_token_id
    batch = padded([Example((5, 6, 7), (8, 4)), Example((5,), (4,))], "cpu")
    assert batch.ids.tolist() == [[5, 6, 7, 8, 4], [0, 0, 0, 5, 4]]
    assert batch.mask.tolist() == [[1, 1, 1, 1, 1], [0, 0, 0, 1, 1]]
    assert batch.positions.tolist() == [[0, 1, 2, 3, 4], [0, 0, 0, 0, 1]]
    assert batch.targets.tolist() == [[8, 4], [NO_TARGET, 4]]
