"""When the knowledge changes. The fake model answers with the last word that it is shown."""

import json

import pytest
from fakes.server import FakeServer

from harness.api import open_project
from harness.report.stale import findings, stale_markdown
from harness.stale.updating import How

ADAPTERS = {
    "lookup": '''
"""Shows the passage that the question names, as it stood when it was built."""
import json
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Context, Preparation, Rung


class Lookup(Prompted):
    rung = Rung.RAG
    template: str = "{input} {context}"

    async def build(self, task, folder, seed, services):
        (folder / "index.json").write_text(json.dumps({p.id: p.text for p in task.corpus}))
        return Preparation()

    async def load(self, task, folder, services):
        return _Lookup(self, task, self.caller(services), json.loads((folder / "index.json").read_text()))


class _Lookup(PromptedPredictor):
    def __init__(self, settings, task, caller, texts):
        super().__init__(settings, task, caller)
        self.texts = texts

    async def shown(self, queries):
        names = [query.input.split()[0] for query in queries]
        return [([], (Context(name, self.texts[name]),)) for name in names]
''',
    "learner": '''
"""Remembers the answer that it was taught about a thing, and says `red` of the others."""
import json
from harness.adapter import Adapter, Batched
from harness.types import Preparation, Reply, Rung


class Learner(Adapter):
    rung = Rung.TRAINED

    async def build(self, task, folder, seed, services):
        known = {item.input.split()[0]: item.target for item in task.labelled}
        (folder / "known.json").write_text(json.dumps(known))
        return Preparation(labels=len(task.labelled))

    async def load(self, task, folder, services):
        return _Learner(json.loads((folder / "known.json").read_text()))


class _Learner(Batched):
    def __init__(self, known):
        self.known = known

    def answers(self, queries):
        return [Reply(answer=self.known.get(query.input.split()[0], "red")) for query in queries]
''',
}
TASK = """
[task]
kind = "text"
instructions = "Which colour?"
[data]
test = "test.jsonl"
train = "train.jsonl"
corpus = "corpus"
input = "question"
target = "answer"
[update]
corpus = "corpus-2"
target = "answer_2"
[metrics]
primary = "exact_match"
[requirement]
margin = 0.05
[use]
calls_per_month = 1000
knowledge_changes_per_year = 12
label_cost_usd = 3.0
"""
TOML = """
[candidates.lookup]
adapter = "lookup"
model = "openai/fake"
base_url = "{url}"
[candidates.bare]
adapter = "prompting"
model = "openai/fake"
base_url = "{url}"
[candidates.learner]
adapter = "learner"
[candidates.today]
adapter = "recorded"
file = "today.jsonl"
rung = "rag"
[prices]
"openai/fake" = {{ input = 1.0, output = 1.0 }}
[economics.candidates.learner]
upkeep_days_per_change = 2
"""
THINGS, CHANGED, TAUGHT = 24, 12, 3
"""Of the things that change, only so many are taught."""


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows(part, numbers):
    made = []
    for i in numbers:
        row = {"id": f"{part}{i}", "question": f"thing{i}.md {part} colour?", "answer": "red"}
        made.append(row | ({"answer_2": "blue"} if i < CHANGED else {}))
    return made


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    task = tmp_path / "tasks" / "colours"
    for name in (task / "corpus", task / "corpus-2", tmp_path / "adapters"):
        name.mkdir(parents=True)
    for name, source in ADAPTERS.items():
        (tmp_path / "adapters" / f"{name}.py").write_text(source)
    (task / "task.toml").write_text(TASK)
    for i in range(THINGS):
        (task / "corpus" / f"thing{i}.md").write_text("It is red")
    for i in range(CHANGED):
        (task / "corpus-2" / f"thing{i}.md").write_text("It is blue")
    write(task / "test.jsonl", rows("test", range(THINGS)))
    write(task / "train.jsonl", rows("train", [*range(TAUGHT), *range(CHANGED, THINGS)]))
    write(tmp_path / "today.jsonl", [{"id": f"test{i}", "answer": "red"} for i in range(THINGS)])
    return tmp_path


@pytest.fixture
def project(folder):
    with FakeServer() as server:
        (folder / "harness.toml").write_text(TOML.format(url=server.openai))
        yield open_project(folder), server


def test_each_is_scored_before_the_change_after_it_and_after_its_cheapest_update(project):
    opened, _ = project
    found = {one.name: one for one in opened.stale("colours").candidates}
    values = {
        name: [round(e.value, 3) if e else None for e in (one.before, one.without, one.after)]
        for name, one in found.items()
    }
    assert values == {
        "lookup": [1, 0, 1],
        "bare": [0, 0, 0],
        "learner": [1, 0, TAUGHT / CHANGED],
        "today": [1, 0, None],
    }
    assert {name: one.how for name, one in found.items()} == {
        "lookup": How.REINDEX,
        "bare": How.NOTHING,
        "learner": How.RETRAIN,
        "today": How.ELSEWHERE,
    }
    assert found["lookup"].gained.difference == 1
    assert found["lookup"].regained.difference == 0
    assert found["learner"].regained.difference == TAUGHT / CHANGED - 1
    assert found["learner"].regained.high < 0


def test_the_other_questions_are_watched_too(project):
    opened, _ = project
    found = {one.name: one for one in opened.stale("colours").candidates}
    assert found["lookup"].others.difference == 0
    assert found["lookup"].others_worse == "no"


def test_an_update_that_loses_on_the_other_questions_is_told(project, folder):
    """The second edition says nothing of the other things any more."""
    task = folder / "tasks" / "colours"
    for i in range(CHANGED, THINGS):
        (task / "corpus-2" / f"thing{i}.md").write_text("It is gone")
    opened, _ = project
    found = opened.stale("colours", ["lookup"])
    assert found.candidates[0].others.difference == -1
    assert found.candidates[0].others_worse == "yes"
    assert "lookup has lost on the questions whose answer did not change" in findings(found)[0]


def test_an_update_costs_machine_time_new_labels_and_work(project):
    opened, _ = project
    learner = next(one for one in opened.stale("colours").candidates if one.name == "learner")
    labels = next(part for part in learner.counted if "labels" in part.what)
    assert (labels.what, labels.usd, labels.source) == ("3 new labels", 9.0, "given")
    # Two days as stated, at the assumed $600 a day.
    assert [(part.what, part.usd) for part in learner.work] == [("2 working days", 1200.0)]
    assert learner.usd == pytest.approx(1209, abs=0.01)


def test_the_second_time_no_model_is_called(project):
    opened, server = project
    first = opened.stale("colours")
    calls = server.calls
    # Of the 24 questions the retrieved passage of 12 is a new one; prompting is asked once.
    assert calls == 24 + 12 + 24
    assert opened.stale("colours") == first
    assert server.calls == calls


def test_training_alone_that_does_not_learn_the_change_is_told(project):
    opened, _ = project
    said = findings(opened.stale("colours"))
    assert any("learner, trained again, does not know what lookup knows" in line for line in said)
    assert any("2312.05934" in line for line in said)


def test_the_report_names_every_candidate_and_what_its_update_cost(project):
    opened, _ = project
    found = opened.stale("colours")
    folder = opened.save_stale(found)
    assert sorted(path.name for path in folder.glob("stale.*")) == ["stale.json", "stale.md"]
    text = stale_markdown(found)
    assert "12 documents are changed or new; the answers to 12 of 24 test items change" in text
    assert "| lookup | re-index | 1.000" in text
    assert "| today | made elsewhere |" in text


def test_the_verdict_quotes_it_as_long_as_it_holds(project, folder):
    opened, _ = project
    opened.run("colours")
    before = opened.decide("colours")
    assert not any("questions changed" in reason.claim for reason in before.reasons)
    assert any("harness stale colours" in line for line in before.not_measured)
    opened.save_stale(opened.stale("colours"))
    after = opened.decide("colours")
    (reason,) = [reason for reason in after.reasons if "questions changed" in reason.claim]
    assert "learner was trained again" in reason.claim
    assert "learner 1.000, 0.000, 0.250 for $1,209" in reason.figure
    assert not any("harness stale colours" in line for line in after.not_measured)
    (folder / "tasks" / "colours" / "corpus-2" / "thing0.md").write_text("It is green, or is it blue")
    assert not any("questions changed" in r.claim for r in open_project(folder).decide("colours").reasons)


def test_one_candidate_measured_again_leaves_the_findings_on_the_others(project, folder):
    opened, _ = project
    opened.save_stale(opened.stale("colours"))
    whole = (folder / "results" / "colours" / "stale.json").read_bytes()
    again = opened.stale("colours", ["today"])
    assert [one.name for one in again.candidates] == ["today"]
    opened.save_stale(again)
    assert (folder / "results" / "colours" / "stale.json").read_bytes() == whole


def test_what_no_longer_holds_of_another_candidate_is_dropped(project, folder):
    opened, _ = project
    opened.save_stale(opened.stale("colours"))
    path = folder / "adapters" / "learner.py"
    path.write_text(path.read_text().replace('"red"', '"green"'))
    opened = open_project(folder)
    opened.save_stale(opened.stale("colours", ["today"]))
    found = json.loads((folder / "results" / "colours" / "stale.json").read_text())
    assert [one["name"] for one in found["candidates"]] == ["lookup", "bare", "today"]
    assert found["relearnt"] == []


def test_the_verdict_quotes_the_finding_on_a_choice_that_cannot_be_updated_here(project):
    opened, _ = project
    opened.run("colours")
    opened.save_stale(opened.stale("colours", ["today", "learner"]))
    verdict = opened.decide("colours", ["today", "learner"])
    (reason,) = [reason for reason in verdict.reasons if "questions changed" in reason.claim]
    assert "today stayed as it was" in reason.claim
    assert "learner was trained again" in reason.claim
    assert "today 1.000, 0.000, not updated" in reason.figure


def test_a_candidate_without_a_figure_is_named_and_the_others_are_measured(tmp_path):
    """MAE has no worst value: of one that gave no number there is nothing to tell."""
    task = tmp_path / "tasks" / "sizes"
    task.mkdir(parents=True)
    (task / "task.toml").write_text(
        '[task]\nkind = "number"\ninstructions = "How many?"\n[data]\ntest = "test.jsonl"\ncorpus = "a.jsonl"\n'
        '[update]\ncorpus = "b.jsonl"\ntarget = "new"\n'
    )
    write(task / "test.jsonl", [{"id": f"{i}", "text": f"{i}?", "target": i, "new": i + 1} for i in range(8)])
    write(task / "a.jsonl", [{"id": "d", "text": "old"}])
    write(task / "b.jsonl", [{"id": "d", "text": "new"}])
    write(tmp_path / "counts.jsonl", [{"id": f"{i}", "answer": i} for i in range(8)])
    write(tmp_path / "mute.jsonl", [{"id": f"{i}", "answer": "many"} for i in range(8)])
    tables = [f'[candidates.{name}]\nadapter = "recorded"\nfile = "{name}.jsonl"\n' for name in ("counts", "mute")]
    (tmp_path / "harness.toml").write_text("".join(tables))
    counts, mute = open_project(tmp_path).stale("sizes").candidates
    assert (counts.before.value, counts.without.value, counts.missing) == (0, 1, None)
    assert mute.before is None
    assert "no item has a score in mae" in mute.missing
