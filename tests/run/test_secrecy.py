"""A test target never reaches an adapter."""

import dataclasses
import gc
import types
from typing import Any

import msgspec

from harness.types import Item, Query

TASK = """\
[task]
kind = "number"
instructions = "How old is it?"

[data]
train = "train.jsonl"
test = "test.jsonl"
target = "age"
group = "owner"
"""

SPY = '''\
"""Writes down all that it is shown."""

import pickle
from pathlib import Path

import msgspec

from harness.adapter import Adapter, Batched
from harness.types import Preparation, Reply, Rung

SHOWN = []


class Spy(Adapter):
    rung = Rung.TRAINED

    def unfit(self, task):
        SHOWN.append(task)
        return super().unfit(task)

    async def build(self, task, folder, seed, services):
        SHOWN.extend([task, folder, seed, services])
        return Preparation()

    async def load(self, task, folder, services):
        SHOWN.extend([task, folder, services])
        return _Spy()


class _Spy(Batched):
    batch_size = 4

    def answers(self, queries):
        SHOWN.extend(queries)
        return [Reply(answer=1.0) for _ in queries]
'''
SECRET = 987654.25


def reachable(start: Any) -> list[Any]:
    """Every object that can be got at from `start`, but for code: modules, classes and what functions see globally."""
    seen: dict[int, Any] = {}
    todo = [start]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, (types.ModuleType, type, types.CodeType, types.FrameType)):
            continue
        seen[id(one)] = one
        if isinstance(one, types.FunctionType):
            todo += [one.__closure__, one.__defaults__]
        else:
            todo += gc.get_referents(one)
    return list(seen.values())


def test_nothing_that_an_adapter_is_shown_leads_to_a_target_or_group_of_the_test_items(lab) -> None:
    lab.write("tasks/pets/task.toml", TASK)
    lab.train({"text": f"pet {i}", "age": i, "owner": f"o{i}"} for i in range(20))
    lab.test({"id": f"t{i}", "text": f"beast {i}", "age": SECRET + i, "owner": f"secret owner {i}"} for i in range(9))
    lab.write("adapters/spy.py", SPY)
    lab.write("harness.toml", '[candidates.spy]\nadapter = "spy"\n')
    project = lab.open()
    assert [o.failed for o in project.run("pets")] == [0]
    shown = __import__("sys").modules[type(project.project.candidate("spy").adapter).__module__].SHOWN
    assert sum(isinstance(one, Query) for one in shown) >= 9

    found = reachable([one for one in shown if not isinstance(one, Query)])
    assert any(isinstance(one, Item) for one in found), "the training items are there to be learnt from"
    for one in found:
        assert not (isinstance(one, Item) and one.id.startswith("t") and "beast" in str(one.input)), one
        assert not (isinstance(one, float) and one >= SECRET), one
        assert not (isinstance(one, str) and "secret owner" in one), one


def test_a_query_is_an_id_and_an_input() -> None:
    assert [field.name for field in msgspec.structs.fields(Query)] == ["id", "input"]
    assert "987" not in repr(Item("a", "text", 987, "g").query)


def test_a_view_holds_nothing_of_the_test_items() -> None:
    from harness.adapter import TaskView

    assert {field.name for field in dataclasses.fields(TaskView)} == {
        "name", "kind", "instructions", "train", "validation", "corpus", "keywords",
    }  # fmt: skip


def test_an_input_that_holds_the_target_is_refused(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace("target =", 'input = ["text", "label"]\ntarget ='))
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "input has the target's column 'label'" in ended.err
