"""Where wrong answers live. The fake model answers with the last word that it is shown."""

import json

import pytest
from fakes.server import OK, FakeServer, Fault, openai_answer

from harness.api import open_project
from harness.decide.triage import Level, varies
from harness.types import Answered, Call

ADAPTER = '''
"""Retrieves what it is told to."""
import msgspec
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Context, Preparation, Rung


class Scripted(Prompted):
    rung = Rung.RAG
    template: str = "{input} {context}"
    finds: dict[str, str] = {}

    async def load(self, task, folder, services):
        return _Scripted(self, task, self.caller(services))


class _Scripted(PromptedPredictor):
    async def shown(self, queries):
        texts = {p.id: p.text for p in self.task.corpus}
        names = [self.settings.finds[query.input] for query in queries]
        return [([], (Context(name, texts[name]),)) for name in names]
'''
TASK = """
[task]
kind = "text"
instructions = "Answer."
[data]
test = "test.jsonl"
corpus = "corpus.jsonl"
gold = "gold"
[metrics]
primary = "exact_match"
[requirement]
exact_match = { at_least = 0.9 }
"""
CORPUS = {"france": "The capital is Paris", "italy": "The capital is Rome", "spain": "Its capital of old was Toledo"}
ITEMS = [
    ("right", "france", "Paris", "france", "france?"),
    ("not found", "italy", "Rome", "france", "italy?"),
    ("misled", "spain", "spain!", "france", "is it spain!"),
    ("hopeless", "spain", "Madrid", "spain", "spain?"),
]
"""Id, gold passage, target, what is retrieved, input."""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    folder = tmp_path / "tasks" / "capitals"
    folder.mkdir(parents=True)
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "scripted.py").write_text(ADAPTER)
    (folder / "task.toml").write_text(TASK)
    items = [{"id": i, "text": asked, "target": target, "gold": [gold]} for i, gold, target, _, asked in ITEMS]
    (folder / "test.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    passages = [{"id": name, "text": text} for name, text in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(p) + "\n" for p in passages))
    finds = ", ".join(f'"{asked}" = "{found}"' for *_, found, asked in ITEMS)
    with FakeServer() as server:
        (tmp_path / "harness.toml").write_text(
            f'[candidates.rag]\nadapter = "scripted"\nmodel = "openai/fake"\nbase_url = "{server.openai}"\n'
            f"finds = {{ {finds} }}\n"
        )
        opened = open_project(tmp_path)
        opened.run("capitals")
        yield opened, server


def test_three_arms_tell_what_retrieval_is_to_blame_for(project):
    opened, _ = project
    found = opened.triage("capitals", "rag")
    assert (found.items, found.wrong, found.arms) == (4, 3, True)
    why = {one.examples[0]: (one.level, one.why) for one in found.classes}
    assert why == {
        "not found": (Level.SYSTEM, "the needed passage was not found"),
        "misled": (Level.SYSTEM, "right without what was retrieved"),
        "hopeless": (Level.MODEL, "wrong with the right passage alone"),
    }
    assert found.advice() == (
        "67 % of the wrong answers of rag are at the system level: mend retrieval and workflow before you train"
    )


def test_what_was_answered_again_is_not_asked_twice(project):
    opened, server = project
    opened.triage("capitals", "rag")
    calls = server.calls
    opened.triage("capitals", "rag")
    assert server.calls == calls


def test_what_is_right_when_asked_again_is_unstable_and_not_the_models(project):
    opened, server = project
    madrid = openai_answer({"model": "fake", "messages": [{"content": "Madrid"}]})
    asked = server.calls
    opened.triage("capitals", "rag", repeats=0)
    server.script(OK, Fault(body=madrid))
    found = opened.triage("capitals", "rag")
    assert server.calls == asked + 5 + 2
    why = {one.examples[0]: (one.level, one.why) for one in found.classes}
    assert why["hopeless"] == (Level.UNSTABLE, "right when it was asked again")
    assert why["not found"][0] is Level.SYSTEM
    opened.triage("capitals", "rag")
    assert server.calls == asked + 5 + 2


def test_what_is_wrong_each_time_stays_the_models(project):
    opened, _ = project
    found = opened.triage("capitals", "rag")
    assert found.repeats == 2
    assert any(one.examples == ("hopeless",) and one.level is Level.MODEL for one in found.classes)
    assert found.reason().test.endswith("those at the model level asked 2 times more")


def test_only_what_may_answer_otherwise_is_asked_again():
    def answered(model):
        return {"a": Answered("a", "h", calls=(Call(model),))}

    assert varies({"temperature": 0.0}, answered("openai/gpt"))
    assert not varies({"temperature": 0.0}, answered("local/smollm2"))
    assert varies({"dear": {"temperature": 0.7}}, answered("local/smollm2"))
    assert not varies({"k": 5}, {})


def test_the_verdict_quotes_it(project):
    opened, _ = project
    assert not any("system level" in reason.claim for reason in opened.decide("capitals").reasons)
    opened.triage("capitals", "rag")
    reason = next(reason for reason in opened.decide("capitals").reasons if "system level" in reason.claim)
    assert reason.figure.startswith("0.667 [")
    assert reason.source == "measured"
