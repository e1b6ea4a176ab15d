import pytest

from harness.decide.verdict import Costs
from harness.decide.weights import weighted
from harness.leaderboard.rows import Row
from harness.types import Rung


def cost(name, horizon, month, weeks):
    return Costs(name, 0.0, month, None, horizon, None, None, None, {}, (), weeks)


ROWS = {
    "api": Row("api", "prompting", Rung.PROMPTING, False, leaves_machine=True),
    "own": Row("own", "finetuned", Rung.TRAINED, False),
}


def test_each_criterion_is_scored_by_the_least_over_the_own():
    """api: .5 x 500/1000 + .5 x 1/1 = .75; own: .5 x 1 + .5 x 1/5 = .6."""
    costs = [cost("api", 1000, 80, 1), cost("own", 500, 40, 5)]
    found = weighted({"cost": 0.5, "time_to_deploy": 0.5}, costs, ROWS, {})
    assert [(one.candidate, one.way, round(one.score, 4)) for one in found] == [
        ("api", "rent", 0.75),
        ("own", "build", 0.6),
    ]


def test_what_is_in_use_already_leaves_the_others_apart():
    """0, .6 and 5 weeks, with .6 added to each: .6/.6, .6/1.2 and .6/5.6."""
    costs = [cost("today", 1000, 80, 0), cost("api", 1000, 80, 0.6), cost("own", 500, 40, 5)]
    rows = {**ROWS, "today": Row("today", "recorded", Rung.BASELINE, True)}
    found = weighted({"time_to_deploy": 1.0}, costs, rows, {})
    assert [one.candidate for one in found] == ["today", "api", "own"]
    assert [one.parts["time_to_deploy"] for one in found] == pytest.approx([1.0, 0.5, 0.6 / 5.6])


def test_a_stated_strategic_value_counts_as_it_is():
    costs = [cost("api", 1000, 80, 1), cost("own", 500, 40, 5)]
    found = weighted({"strategic_value": 1.0}, costs, ROWS, {"own": 0.8})
    assert {one.candidate: one.score for one in found} == {"own": 0.8, "api": 0.0}


def test_a_candidate_with_an_unknown_cost_has_no_score():
    assert not weighted({"cost": 1.0}, [cost("api", None, 80, 1)], ROWS, {})
