"""No row of the table of assumptions is there for nothing."""

import numpy as np
import pytest

from harness.costs.of_runs import approach_of_entry
from harness.costs.stated import Economy
from harness.decide.paid import weeks_of
from harness.economics.candidate import CostInputs, cost_of_candidate
from harness.economics.defaults import TABLE, assumptions
from harness.economics.figures import Figure
from harness.economics.montecarlo import Misestimation, simulate
from harness.economics.use import use_of
from harness.leaderboard.rows import Entry, SeedRun
from harness.money import Spending
from harness.run.manifest import Manifest
from harness.scores import Scores
from harness.types import Rung

ADAPTERS = {
    "rule": ("rules", Rung.BASELINE),
    "classical": ("tfidf", Rung.TRAINED),
    "prompting": ("prompting", Rung.PROMPTING),
    "rag": ("rag", Rung.RAG),
    "hosted": ("prompting", Rung.TRAINED),
    "lora": ("finetuned", Rung.TRAINED),
    "full": ("finetuned", Rung.TRAINED),
    "scratch": ("scratch", Rung.TRAINED),
    "existing": ("recorded", Rung.PROMPTING),
}
USE = use_of(1_000_000, 12, knowledge_changes_per_year=4)
SECONDS = Figure("x: machine time per call", 1.0, "measured", "seconds")


def everything(table):
    """What every approach costs in each way of serving, when it has a first result, and how sure that is."""
    found = []
    for approach, entry in ENTRIES.items():
        for device in ("cpu", "gpu"):
            for serving in ("kept on", "by the second"):
                inputs = CostInputs(
                    "x",
                    approach,
                    serving=serving,
                    measured_on=device,
                    seconds_per_call=SECONDS,
                    indexed=approach == "rag",
                    labels=table["labels_needed"],
                )
                cost = cost_of_candidate(inputs, USE, table)
                found.append(cost.over_horizon().usd)
        found.append(weeks_of(entry, Economy(table, {}, {})).value)
    drawn = simulate([cost], 50, np.random.default_rng(0), Misestimation.of(table)).horizon["x"]
    return [*found, *drawn.tolist()]


def run_of(approach):
    """A run whose manifest names the way of training."""
    settings = {"method": approach} if approach in ("lora", "full") else {}
    manifest = Manifest("work", "1", "", "", "x", "", "", settings, "", 0, "", leaves_machine=False, items=0)
    return SeedRun(manifest, Scores([], [], [], {}, np.zeros(0, bool), np.zeros(0, bool)), (), Spending())


ENTRIES = {
    approach: Entry("x", adapter, rung, approach == "existing", [run_of(approach)])
    for approach, (adapter, rung) in ADAPTERS.items()
}


def test_the_entries_stand_for_every_approach():
    assert {approach: approach_of_entry(entry) for approach, entry in ENTRIES.items()} == {a: a for a in ADAPTERS}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_another_value_changes_a_cost_a_time_or_how_sure_they_are(row):
    other = 0.5 * row.likely if row.likely else 1.0
    assert everything(assumptions({row.name: other})) != everything(assumptions())
