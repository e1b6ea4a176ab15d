from typer.testing import CliRunner

from harness.api import open_project
from harness.cli.main import app
from harness.types import Answered, Failed
from harness.wrong import slowest_items, wrong_items

pytest_plugins = ["pytester"]


def test_items_without_an_answer_come_first_and_right_ones_not_at_all(project):
    task = open_project(project.path).project.task("colours")
    red, blue, other, old = task.test[0], task.test[1], task.test[2], task.test[3]
    records = {
        red.id: Answered(red.id, red.query.hash, answer="red", seconds=0.3),
        blue.id: Answered(blue.id, blue.query.hash, answer="red", seconds=0.1),
        other.id: Failed(other.id, other.query.hash, "RateLimited", "slow down"),
        old.id: Answered(old.id, "of another input", answer="red"),
    }
    found = wrong_items(task, records)
    assert [(w.item.id, w.got) for w in found] == [
        (other.id, "failed: RateLimited: slow down"),
        (blue.id, "red"),
    ]
    assert [w.item.id for w in slowest_items(task, records)] == [red.id, blue.id]


def test_the_command_that_a_failure_names_lists_the_rest(project, monkeypatch):
    monkeypatch.chdir(project.path)
    open_project(project.path).run("colours", ["bad"])
    result = CliRunner().invoke(app, ["wrong", "colours", "bad", "--limit", "2"])
    assert "80 of 200 items wrong, 2 of them shown" in " ".join(result.output.split())
