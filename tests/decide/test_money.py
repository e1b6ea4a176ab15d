import pytest

from harness.api import open_project
from harness.decide.verdict import Answer

FREE = """[economics]
day_rate_usd = 0
monitoring_days_month = 0
hosting_usd_month_index = 0
"""
NO_BAR = """
[use]
calls_per_month = {volume}
horizon_months = 12
worth_usd_per_month = {worth}
error_cost_usd = 1
"""
N = 200
CALL = (1500 - 1200) * 2.5e-6 + 1200 * 1.25e-6 + 100 * 10e-6
FIXED = 1.5 * 730 + 0.2 * 12_000 + 11_000 / 12


def candidates(shares, light=0.9, trained=0.9, cost=CALL):
    """Both right and wrong on the same items where their shares are the same."""
    return {
        "api": ('rung = "prompting"\nleaves_machine = true', shares(N, light, 1), {"cost_usd": cost}),
        "own": ('rung = "trained"', shares(N, trained, 1), {}),
    }


def own(hosting):
    return f"{FREE}[economics.candidates.own]\nhosting_usd_month = {hosting}\ntraining_usd = 0\nlabels = 0\n"


def test_a_call_costs_what_the_reference_says(project, shares):
    verdict = project(N, candidates(shares), NO_BAR.format(volume=1e6, worth=0), own(FIXED)).decide("work")
    api = next(cost for cost in verdict.costs if cost.candidate == "api")
    assert round(api.parts["tokens"] / 12e6, 5) == 0.00325


def test_the_break_even_volume_is_that_of_the_reference(project, shares):
    verdict = project(N, candidates(shares), NO_BAR.format(volume=2e6, worth=0), own(FIXED)).decide("work")
    assert verdict.pairs[0].startswith("own costs no more than api from 1,357,436 calls a month on")
    assert any("calls_per_month is under 1,357,436" in text for text in verdict.look_again)


@pytest.mark.parametrize(
    ("volume", "worth", "said"),
    [
        (2e6, 0, Answer.WORTH_IT),
        (1.3e6, 0, Answer.NOT_WORTH_IT),
        (2e6, 2000, Answer.WORTH_IT),
        (2e6, 2500, Answer.NOT_WORTH_IT),
    ],
)
def test_a_saving_is_worth_it_from_the_asked_amount_on(project, shares, volume, worth, said):
    """2,000,000 calls at $.00325 are $6,500 a month; the own machine costs $4,411.67: $2,088.33 less."""
    opened = project(N, candidates(shares), NO_BAR.format(volume=volume, worth=worth), own(FIXED))
    assert opened.decide("work").answer is said


def test_old_runs_can_be_priced_anew_without_calling_anything(project, shares):
    opened = project(N, candidates(shares), NO_BAR.format(volume=1e6, worth=0), own(FIXED))
    assert opened.decide("work").answer is Answer.NOT_WORTH_IT
    assert opened.decided("work", volume=2e6).verdict.answer is Answer.WORTH_IT


def test_what_errors_cost_can_be_worth_more_than_what_is_spent(project, shares):
    """10 points of 1,000,000 calls at $1 are $100,000 a month."""
    opened = project(N, candidates(shares, 0.8, 0.9), NO_BAR.format(volume=1e6, worth=0), own(50_000))
    verdict = opened.decide("work")
    assert (verdict.answer, verdict.choice) == (Answer.WORTH_IT, "own")
    assert verdict.reasons[0].claim == "own is worth more than api (wrong answers counted)"


def test_without_a_price_for_errors_a_dear_gain_is_undecided_and_the_price_that_decides_is_named(project, shares):
    """own costs $50,000 - $3,250 a month more and avoids 100,000 errors: 47 cents an error."""
    use = "[use]\ncalls_per_month = 1_000_000\nhorizon_months = 12\n"
    verdict = project(N, candidates(shares, 0.8, 0.9), use, own(50_000)).decide("work")
    assert verdict.answer is Answer.UNDECIDED
    assert any("from about $0.47 on" in need.what for need in verdict.needs)


def test_a_gain_under_the_margin_is_not_worth_having_whatever_an_error_costs(project, shares):
    use = "[requirement]\nmargin = 0.2\n" + NO_BAR.format(volume=1e6, worth=0)
    verdict = project(N, candidates(shares, 0.8, 0.9), use, own(50_000)).decide("work")
    assert verdict.answer is Answer.NOT_WORTH_IT


@pytest.mark.parametrize(("limit", "state"), [(5000, "met"), (3000, "missed")])
def test_a_cost_ceiling_is_held_against_the_monthly_cost_on_leaderboard_and_verdict(project, shares, limit, state):
    task = f"[requirement]\nusd_per_month = {{ at_most = {limit} }}\n" + NO_BAR.format(volume=1e6, worth=0)
    opened = project(N, candidates(shares), task, own(FIXED))
    row = opened.leaderboard("work")["own"]
    assert row.requirements == {"usd_per_month": state}
    assert row.usd_per_month.value == pytest.approx(FIXED)


def test_on_premise_is_missed_by_what_sends_data_away(project, shares):
    task = "[requirement]\non_premise = true\n" + NO_BAR.format(volume=1e6, worth=0)
    verdict = project(N, candidates(shares), task, own(50_000)).decide("work")
    assert (verdict.answer, verdict.choice) == (Answer.WORTH_IT, "own")
    assert any(reason.figure == "inputs go to a third party" for reason in verdict.reasons)


def test_what_is_in_use_is_compared_with_the_choice(project, shares):
    now = ('rung = "baseline"\nincumbent = true', shares(N, 0.5, 9), {"cost_usd": 0.001})
    opened = project(N, {**candidates(shares), "today": now}, NO_BAR.format(volume=2e6, worth=0), own(FIXED))
    verdict = opened.decide("work")
    assert verdict.choice == "own"
    assert verdict.incumbent.startswith("Against today, which is in use, own has +0.400")
    today = next(cost for cost in verdict.costs if cost.candidate == "today")
    assert today.once == 0


def test_a_default_is_assumed_and_not_in_doubt_and_what_is_stated_is_given(project, shares):
    use = "[use]\ncalls_per_month = 1000\nhorizon_months = 24\nerror_cost_usd = 1\n"
    opened = project(N, candidates(shares), use, own(FIXED))
    found = {one.name: one for one in opened.decide("work").assumptions}
    assert (found["calls_per_month"].source, found["horizon_months"].source) == ("given", "given")
    changes = found["knowledge_changes_per_year"]
    assert (changes.source, changes.range, changes.origin.partition(":")[0]) == ("assumed", "", "default")
    task = opened.root / "tasks" / "work" / "task.toml"
    task.write_text(task.read_text().replace("horizon_months = 24\n", ""))
    again = type(opened).decide(open_project(opened.root), "work")
    (months,) = [one for one in again.assumptions if one.name == "horizon_months"]
    assert (months.value, months.source, months.range) == ("24 months", "assumed", "")
    assert [cost.low for cost in again.costs] == [cost.low for cost in opened.decide("work").costs]
