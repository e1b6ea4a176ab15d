"""What moves an answer, and what is shown of money."""

import pytest

from harness.decide.verdict import Answer
from harness.report.decision import decision_markdown
from harness.report.verdict import short

N = 1000
USE = """
[requirement]
margin = 0.01
[use]
calls_per_month = 100_000
horizon_months = 12
error_cost_usd = {error}
knowledge_changes_per_year = {changes}
worth_usd_per_month = {worth}
"""


@pytest.fixture(scope="module")
def world(project, shares):
    def make(error=0.5, worth=0, changes=4, toml="[economics.candidates.own]\nhosting_usd_month = 300\nlabels = 1\n"):
        api = ('rung = "prompting"\nleaves_machine = true', shares(N, 0.9, 1), {"cost_usd": 0.002})
        own = ('rung = "trained"', shares(N, 0.95, 2), {})
        task = USE.format(error=error, worth=worth, changes=changes)
        return project(N, {"api": api, "own": own}, task, toml).decide("work")

    return make


@pytest.fixture(scope="module")
def asked(world):
    return world(worth=100)


def test_headline_reason_and_table_of_costs_say_the_same_difference(asked):
    costs = {cost.candidate: cost for cost in asked.costs}
    more = (costs["api"].horizon - costs["own"].horizon) / 12
    said = f"${abs(more):,.0f}" if abs(more) >= 100 else f"${abs(more):,.2f}"
    assert said in asked.headline
    assert any(said in reason.figure for reason in asked.reasons)


def test_the_volume_of_the_asked_amount_is_told_apart_from_the_break_even(asked):
    """`own` avoids .05 x $.50 an item and spares $.002: $.027 a call, so $100 more a month takes 3,703.7 calls."""
    even, wanted = (
        int(next(t for t in asked.pairs if text in t).split(" calls a month")[0].split()[-1].replace(",", ""))
        for text in ("costs no more than", "is worth the asked $100 a month more")
    )
    assert wanted - even == pytest.approx(100 / 0.027, abs=1)
    threshold = next(text for text in asked.look_again if text.startswith("calls_per_month"))
    assert int(threshold.split(" is ")[1].split()[1].replace(",", "")) == pytest.approx(wanted, abs=1)


def test_thresholds_are_also_shares_of_what_is_now(asked):
    threshold = next(text for text in asked.look_again if text.startswith("calls_per_month"))
    then = int(threshold.split("is ")[1].split()[1].replace(",", ""))
    assert f"{then / 1000 - 100:+.1f} %" in threshold or f"{then / 1000 - 100:+.0f} %" in threshold


def test_what_moves_it_is_ranked_with_its_quantiles_and_where_it_turns(asked):
    assert 1 <= len(asked.tornado) <= 8
    assert [one.swing for one in asked.tornado] == sorted((one.swing for one in asked.tornado), reverse=True)
    days = next(one for one in asked.tornado if one.name == "engineering_days_lora")
    assert (days.low, days.high) == pytest.approx((25 / 1.7801, 25 * 1.7801), rel=1e-3)
    assert days.swing == pytest.approx((days.high - days.low) * 600 / 12, rel=1e-3)
    assert days.at_low > days.at_high


def test_what_moves_it_stands_on_paper_and_its_widest_in_the_terminal(asked):
    paper = decision_markdown(asked)
    assert "## What moves it most: own against api" in paper
    assert any(line.startswith(f"Moves it most: {asked.tornado[0].name}") for line in short(asked))


@pytest.mark.parametrize("error", [0.42, 0.5, 0.6, 0.65, 0.7, 0.75])
def test_an_undecided_answer_always_names_what_would_help(world, error):
    verdict = world(error=error)
    assert bool(verdict.needs) is (verdict.answer is Answer.UNDECIDED)


def test_where_no_number_turns_it_alone_those_that_move_it_most_are_named(world):
    """Days, training and hosting are stated: what is left moves it, and none of it far enough."""
    stated = (
        "[economics]\nday_rate_usd = 600\nmonitoring_days_month = 0\n"
        "[economics.candidates.own]\nhosting_usd_month = 300\nlabels = 1\nengineering_days = 20\ntraining_usd = 3000\n"
        "upkeep_days_per_change = 2\n[economics.candidates.api]\nupkeep_days_per_change = 0\n"
    )
    found = [world(error=error, toml=stated) for error in (0.7, 0.8, 0.9)]
    undecided = [verdict for verdict in found if verdict.answer is Answer.UNDECIDED]
    assert undecided
    for verdict in undecided:
        assert verdict.needs[0].items > 0
        assert verdict.needs[0].what.startswith("Measure on more test items how often own and api are wrong")
        assert any(n.what.startswith("Pin down: engineering_days_prompting") for n in verdict.needs)


def test_without_a_price_for_errors_the_reason_is_that_and_not_doubt(project, shares):
    """It costs more for certain and may be better: nobody says what better is worth."""
    api = ('rung = "prompting"\nleaves_machine = true', shares(N, 0.9, 1), {"cost_usd": 0.002})
    own = ('rung = "trained"', shares(N, 0.93, 2), {"cost_usd": 0.002})
    verdict = project(N, {"api": api, "own": own}, "[requirement]\nmargin = 0.01\n[use]\ncalls_per_month = 20_000\n")
    verdict = verdict.decide("work")
    claims = [reason.claim for reason in verdict.reasons]
    assert verdict.answer is Answer.UNDECIDED
    assert "own does not cost less than api (wrong answers have no price)" in claims
    assert any(claim.startswith("What own is worth over api is open") for claim in claims)
    assert not any("not sure" in claim for claim in claims)
    assert "wrong answers have no price" in verdict.headline
