"""Where wrong answers live. The fake model answers with the last word that it is shown."""

import json

import msgspec
import pytest
from fakes.server import OK, FakeServer, Fault, openai_answer

from harness.api import open_project
from harness.decide.looked import of_triage
from harness.errors import RunError
from harness.run.options import Options
from harness.triage import Level, triage, varies
from harness.types import Answered, Call, Context, Failed
from tests.projects import recorded_project, write_lines

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
    assert of_triage(found).test.endswith("those at the model level asked 2 times more")


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


def sorted_into(task, *said):
    """The class of each reply to the test items, one after the other."""
    records = {}
    for item, one in zip(task.test, said, strict=False):
        kind = Failed if "error" in one else Answered
        records[item.id] = kind(item.id, item.query.hash, **one)
    found = triage(task, "c", "key", records)
    where = {name: (one.level, one.why) for one in found.classes for name in one.examples}
    return [where.get(item.id) for item in task.test[: len(said)]]


def text_of(kind, text, stop="stop"):
    return {"text": text, "answer": kind.parse(text, ""), "calls": (Call("openai/fake", stop=stop),)}


def test_what_is_wrong_with_the_form_is_told_apart_at_the_prompt_level(tmp_path):
    task = recorded_project(tmp_path, {"base": [True] * 8}).project.task("t")
    texts = ["neither of them as far as one could see", "I'm sorry, I can't", "x or y", "z", "", "cut"]
    stops = ["stop"] * 5 + ["refusal"]
    said = [text_of(task.kind, text, stop) for text, stop in zip(texts, stops, strict=True)]
    found = sorted_into(task, *said)
    assert [level for level, _ in found] == [Level.PROMPT] * 6
    assert [why for _, why in found] == [
        "unparseable", "refused", "wrong format", "wrong label set", "empty", "refused",
    ]  # fmt: skip


def test_what_was_cut_off_late_or_too_much_is_told_apart_at_the_system_level(tmp_path):
    task = recorded_project(tmp_path, {"base": [True] * 8}).project.task("t")
    failures = [
        ("TimedOut", ""), ("RateLimited", ""), ("Recorded", "the request timed out"), ("Recorded", "HTTP 429"),
        ("PromptTooLong", ""), ("ServerError", ""),
    ]  # fmt: skip
    said = [{"error": error, "message": message} for error, message in failures]
    found = sorted_into(task, text_of(task.kind, "that would be", "length"), *said)
    assert {level for level, _ in found} == {Level.SYSTEM}
    assert [why for _, why in found] == [
        "the answer was cut off at its limit of tokens", "time-out", "rate limit", "time-out", "rate limit",
        "the prompt is longer than the model takes", "failed: ServerError",
    ]  # fmt: skip


def test_an_answer_that_the_model_ended_itself_is_not_cut_off(tmp_path):
    task = recorded_project(tmp_path, {"base": [True] * 8}).project.task("t")
    first = text_of(task.kind, "x", "length")
    thought = Call("openai/fake", stop="length")
    wrong = {**text_of(task.kind, "y"), "calls": (thought, Call("openai/fake"))}
    assert sorted_into(task, first, {}, wrong)[::2] == [None, (Level.MODEL, "right form, wrong answer")]


def test_a_needed_passage_of_which_chunks_are_missing_was_cut_off(project):
    opened, _ = project
    task = opened.project.task("capitals")
    item = next(item for item in task.test if item.id == "not found")

    def found(*texts):
        contexts = tuple(Context(f"italy#{i}", text) for i, text in enumerate(texts))
        record = Answered(item.id, item.query.hash, answer="capital", text="capital", contexts=contexts)
        right = Answered(item.id, item.query.hash, answer="Rome", text="Rome")
        (one,) = triage(task, "c", "key", {item.id: record}, {}, {item.id: right}).classes
        return one.why

    assert found("The capital is") == "the needed passage was cut off"
    assert found("The capital is", "is Rome") == "the needed passage was found and not used"


def test_how_the_model_ended_is_in_the_record(project):
    opened, server = project
    cut = openai_answer({"model": "fake", "messages": [{"content": "Par"}]})
    cut["choices"][0]["finish_reason"] = "length"
    server.script(Fault(body=cut))
    opened.run("capitals", options=Options(fresh=True))
    found = opened.triage("capitals", "rag", repeats=0)
    assert any("cut off" in one.why and one.level is Level.SYSTEM for one in found.classes)


def test_a_journal_of_before_says_that_the_model_ended_itself():
    line = (
        b'{"r": "answered", "item_id": "a", "item_hash": "h", "calls": [{"model": "openai/gpt", "output_tokens": 3}]}'
    )
    assert msgspec.json.decode(line, type=Answered).calls[0].stop == "stop"


def test_of_recorded_scores_nothing_can_be_told(tmp_path):
    opened = recorded_project(tmp_path, {"base": [True] * 4})
    write_lines(tmp_path / "base.jsonl", [{"id": f"i{i:04}", "score": i % 2} for i in range(4)])
    opened.run("t")
    with pytest.raises(RunError, match="base has recorded scores in place of answers"):
        opened.triage("t", "base")
