"""What training broke. The fake model answers with the last word that it is shown."""

import json

import pytest
from fakes.server import FakeServer

from harness.api import open_project
from harness.compare.loss import Loss
from harness.errors import ConfigError, RunError, UnknownNameError

ADAPTER = '''
"""A model that has learnt to end every question in its own way."""
from harness.finetuning.untrained import Untrained
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Preparation, Rung


class Tuned(Prompted):
    rung = Rung.TRAINED
    learnt: str = "{input}"

    def untrained(self, built_for, other):
        if other.kind.name != "text":
            return None
        return Untrained(model=self.model, base_url=self.base_url)

    async def build(self, task, folder, seed, services):
        (folder / "learnt.txt").write_text(self.learnt)
        return Preparation(labels=len(task.labelled))

    async def load(self, task, folder, services):
        settings = self.model_copy(update={"template": (folder / "learnt.txt").read_text()})
        return PromptedPredictor(settings, task, self.caller(services))
'''
TASK = """
[task]
kind = "{kind}"
instructions = "Say the last word."
[data]
test = "test.jsonl"
train = "test.jsonl"
[metrics]
primary = "exact_match"
[requirement]
margin = 0.05
"""
ITEMS = 40


def write_task(root, name, kind="text", extra=""):
    folder = root / "tasks" / name
    folder.mkdir(parents=True)
    metrics = TASK if kind == "text" else TASK.replace("exact_match", "accuracy")
    (folder / "task.toml").write_text(metrics.format(kind=kind) + extra)
    rows = [{"id": f"{i}", "text": f"{name} {i} says word{i % 4}", "target": f"word{i % 4}"} for i in range(ITEMS)]
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "tuned.py").write_text(ADAPTER)
    write_task(tmp_path, "main", extra='[guard]\ntasks = ["other", "labels"]\n')
    write_task(tmp_path, "other")
    write_task(tmp_path, "labels", "label")
    write_task(tmp_path, "alone")
    with FakeServer() as server:
        address = f'adapter = "tuned"\nmodel = "openai/fake"\nbase_url = "{server.openai}"\n'
        (tmp_path / "harness.toml").write_text(
            f'[candidates.ruined]\n{address}learnt = "{{input}} broken"\n[candidates.kept]\n{address}'
            f'[candidates.base]\nadapter = "prompting"\nmodel = "openai/fake"\nbase_url = "{server.openai}"\n'
        )
        opened = open_project(tmp_path)
        opened.run("main")
        yield opened, server


def test_a_paired_drop_beyond_the_margin_is_told_and_none_is_not(project):
    opened, _ = project
    found = {(one.candidate, one.on): one for one in opened.guard("main").found}
    assert set(found) == {(name, on) for name in ("ruined", "kept") for on in ("other", "labels")}
    ruined, kept = found["ruined", "other"], found["kept", "other"]
    assert (ruined.untrained.value, ruined.trained.value, ruined.difference.difference) == (1, 0, -1)
    assert ruined.worse is Loss.YES
    assert (kept.difference.difference, kept.worse) == (0, Loss.NO)


def test_a_task_whose_answers_the_model_cannot_write_is_named(project):
    opened, _ = project
    missing = {(one.candidate, one.on): one.missing for one in opened.guard("main").found if one.missing}
    assert missing == {(name, "labels"): "it cannot answer label" for name in ("ruined", "kept")}


def test_what_was_answered_is_not_asked_again_and_a_limit_takes_a_part(project):
    opened, server = project
    calls = server.calls
    assert [one.difference.n for one in opened.guard("main", limit=10).found if one.difference] == [10, 10]
    assert server.calls == calls + 10 + 10
    opened.guard("main")
    assert server.calls == calls + 2 * ITEMS
    opened.guard("main")
    assert server.calls == calls + 2 * ITEMS


def test_a_loss_is_a_reason_of_the_verdict_as_long_as_the_run_is_the_same(project, tmp_path):
    opened, _ = project
    assert not any("was not trained for" in reason.claim for reason in opened.decide("main").reasons)
    opened.guard("main")
    reasons = [reason for reason in opened.decide("main").reasons if "was not trained for" in reason.claim]
    assert [reason.claim for reason in reasons] == [
        "ruined was trained, and has lost by it on other, which it was not trained for"
    ]
    assert reasons[0].figure.startswith("-1.000 [")
    toml = tmp_path / "harness.toml"
    toml.write_text(toml.read_text().replace("} broken", "} in pieces"))
    again = open_project(tmp_path)
    again.run("main")
    assert not any("was not trained for" in reason.claim for reason in again.decide("main").reasons)


def test_a_guard_that_cannot_be_is_refused(project, tmp_path):
    opened, _ = project
    with pytest.raises(ConfigError, match=r"alone/task\.toml has no \[guard\]"):
        opened.guard("alone")
    with pytest.raises(RunError, match="no candidate of main that has been run was trained"):
        opened.guard("main", ["base"])
    write_task(tmp_path, "misspelt", extra='[guard]\ntasks = ["othr"]\n')
    write_task(tmp_path, "itself", extra='[guard]\ntasks = ["itself"]\n')
    with pytest.raises(UnknownNameError, match="other"):
        open_project(tmp_path).guard("misspelt")
    with pytest.raises(ConfigError, match="'itself' is the task itself"):
        open_project(tmp_path).guard("itself")
