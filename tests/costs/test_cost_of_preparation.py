"""What the model calls of a preparation cost is part of what a candidate costs."""

import pytest

from harness import open_project
from harness.costs.of_runs import costs_of
from harness.costs.stated import economy_of

ADAPTER = '''\
"""Has an API embed its passages."""

from harness.adapter import Adapter, Batched
from harness.types import Call, Preparation, Reply, Rung


class Bought(Adapter):
    rung = Rung.RAG

    async def build(self, task, folder, seed, services):
        return Preparation(calls=tuple(Call("acme/embed", input_tokens=500_000) for _ in range(4)))

    async def load(self, task, folder, services):
        return Predict()


class Predict(Batched):
    def answers(self, queries):
        return [Reply(answer="cat") for _ in queries]
'''


def parts(lab, prices: str):
    lab.write("adapters/bought.py", ADAPTER)
    lab.write("tasks/pets/task.toml", lab.task + "[use]\ncalls_per_month = 1000\nknowledge_changes_per_year = 2\n")
    lab.write("harness.toml", f'[candidates.bought]\nadapter = "bought"\n{prices}')
    project = open_project(lab.root)
    project.run("pets", ["bought"])
    decided = project.decided("pets")
    economy = economy_of({}, {}, {}, "harness.toml", {})
    rows = {row.name: row for row in decided.board.rows}
    costs = costs_of(project.project.task("pets"), decided.entries, rows, {}, economy)["bought"]
    return {(part.name, part.per): part for part in costs.parts}


def test_two_million_tokens_at_2_cents_a_million_cost_4_cents_once_and_again_with_each_change(lab) -> None:
    found = parts(lab, '[prices."acme/embed"]\ninput = 0.02\noutput = 0.0\n')
    assert found["model calls", "once"].factors[0].value == pytest.approx(0.04)
    assert found["update: model calls", "change"].factors[0].value == pytest.approx(0.04)


def test_a_model_that_its_provider_fine_tuned_has_its_own_effort_labels_and_price_of_training(lab) -> None:
    lab.write("adapters/prompting.py", ADAPTER.replace("Rung.RAG", "Rung.PROMPTING").replace("range(4)", "range(0)"))
    lab.write("tasks/pets/task.toml", lab.task + "[use]\ncalls_per_month = 1000\n")
    tuned = '[candidates.tuned]\nadapter = "prompting"\nrung = "trained"\n'
    lab.write("harness.toml", tuned)
    project = open_project(lab.root)
    project.run("pets", ["tuned"])
    (found,) = project.decide("pets").costs
    assert found.parts["engineering"] == 12 * 600
    assert (found.parts["labels"], found.parts["preparation"]) == (1000 * 0.2, 200)
    lab.write("harness.toml", f"{tuned}[economics.candidates.tuned]\ntraining_usd = 75\nlabels = 400\n")
    (stated,) = open_project(lab.root).decide("pets").costs
    assert (stated.parts["labels"], stated.parts["training"]) == (400 * 0.2, 75)
    assert "preparation" not in stated.parts


def test_an_unknown_price_of_preparation_is_unknown_and_not_nothing(lab) -> None:
    assert parts(lab, "")["model calls", "once"].factors[0].value is None
