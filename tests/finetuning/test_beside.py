"""A causal model that is trained and asked with what is nearest in its prompt."""

import asyncio

import msgspec
import pytest

from harness.adapter import TaskView
from harness.errors import RunError
from harness.finetuning.asking import Asked
from harness.finetuning.beside import Beside, Entry, entries_of
from harness.kinds.text import Text
from harness.models.caller import Caller
from harness.models.local import LocalModel
from harness.models.services import Services
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.retrieval.search import Found
from harness.retrieval.settings import Retrieval
from harness.types import Failure, Item, Passage, Query

ITEMS = [
    Item("1", "count red apples", "two"),
    Item("2", "count blue pears", "three"),
    Item("3", "count green apples", "two"),
]
CORPUS = [Passage("manual", "red apples come in two"), Passage("other", "blue pears come in three")]


class Always:
    """Finds the rows in the order that they are in."""

    def __init__(self, found=None):
        self.found = found

    async def search(self, texts, k):
        return [self.found or Found((0, 1, 2)[:k], (0.9, 0.8, 0.7)[:k]) for _ in texts]


def made(**settings):
    return load_adapter_class(bundled() / "adapters" / "hybrid.py")(**settings)


def beside(k, found=None):
    entries = [Entry(item.id, item.input, item.target) for item in ITEMS]
    return Beside(entries, Always(found), k)


def shown(k, query):
    return asyncio.run(beside(k).shown([query]))[0]


def test_the_nearest_example_comes_last_and_a_training_item_is_not_shown_its_own_answer():
    to_a_stranger = shown(2, Query("new", "?"))
    assert [(m.role, m.content) for m in to_a_stranger.turns] == [
        ("user", "count blue pears"),
        ("assistant", "three"),
        ("user", "count red apples"),
        ("assistant", "two"),
    ]
    assert [context.id for context in to_a_stranger.contexts] == ["1", "2"]
    assert [context.id for context in shown(2, ITEMS[0].query).contexts] == ["2", "3"]


def test_a_task_with_a_corpus_is_shown_passages_and_without_one_labelled_items(tmp_path):
    task = TaskView("t", Text(), "?", ITEMS[:2], ITEMS[2:])
    assert entries_of(task, Retrieval(), tmp_path)[2] == Entry("3", "count green apples", "two")
    with_corpus = TaskView("t", Text(), "?", ITEMS, corpus=CORPUS)
    assert entries_of(with_corpus, Retrieval(), tmp_path)[0] == Entry("manual#0", "red apples come in two")


def test_what_could_not_be_searched_fails_alone_when_asked_and_ends_the_training(tiny_causal, tmp_path):
    adapter, task = made(base=f"local/{tiny_causal}"), TaskView("t", Text(), "?", ITEMS)
    caller = Caller(LocalModel(str(tiny_causal), tmp_path))
    asked = Asked(adapter, task, caller, beside(1, Failure("RateLimited", "later")))
    assert asyncio.run(asked.predict([Query("new", "?")])) == [Failure("RateLimited", "later")]
    with pytest.raises(RunError, match=r"item 1: nothing could be retrieved to train with: later"):
        asyncio.run(asked.messages(ITEMS))


@pytest.mark.parametrize("corpus", [(), CORPUS])
def test_it_is_trained_and_asked_with_what_is_nearest_and_keeps_that_in_the_record(corpus, tiny_causal, tmp_path):
    adapter = made(base=f"local/{tiny_causal}", search="bm25", k=1, epochs=1, max_new_tokens=4)
    task = TaskView("t", Text(), "count", ITEMS, corpus=corpus)
    assert adapter.unfit(task) is None

    async def go():
        services = Services(tmp_path)
        await adapter.build(task, tmp_path, 0, services)
        predictor = await adapter.load(task, tmp_path, services)
        replies = await predictor.predict([Query("new", "red apples"), ITEMS[0].query])
        sent = await predictor.messages(ITEMS[:1])
        await predictor.close()
        return replies, sent[0]

    (reply, own), sent = asyncio.run(go())
    assert [context.id for context in reply.contexts] == ["manual#0" if corpus else "1"]
    assert [context.id for context in own.contexts] == ["manual#0" if corpus else "3"]
    assert [m.role for m in sent] == ["system", *([] if corpus else ["user", "assistant"]), "user"]
    assert not corpus or "red apples come in two" in sent[-1].content
    assert msgspec.json.encode(reply.calls)
    (foreseen,) = adapter.foreseen(task, Query("new", "red apples"))
    (plain,) = load_adapter_class(bundled() / "adapters" / "finetuned.py")(base=adapter.base).foreseen(
        task, Query("new", "red apples")
    )
    assert foreseen.input_tokens > plain.input_tokens
