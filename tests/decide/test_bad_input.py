import pytest

from harness.decide.verdict import Answer
from harness.errors import ConfigError, UnknownNameError

TASK = """
[requirement]
accuracy = {{ at_least = 0.5 }}
[use]
calls_per_month = {volume}
"""
N = 60


def pair(shares, cost=0.01, **more):
    return {
        "rag": ('rung = "rag"', shares(N, 0.9, 1), {"cost_usd": cost}),
        "lora": ('rung = "trained"', shares(N, 0.9, 2), {"cost_usd": cost}),
        **more,
    }


def test_a_volume_of_nothing_is_refused(project, shares):
    opened = project(N, pair(shares), TASK.format(volume=0))
    with pytest.raises(ConfigError, match="calls_per_month"):
        opened.decide("work")


def test_a_leaderboard_stands_although_there_can_be_no_verdict(project, shares, capsys):
    from harness.cli.decide import try_to_decide

    opened = project(N, pair(shares), TASK.format(volume=0))
    board, verdict, _ = try_to_decide(opened, opened.project.task("work"), [])
    assert verdict is None
    assert len(board.rows) == 2
    assert "calls_per_month" in capsys.readouterr().err


def test_without_a_volume_no_saving_is_claimed_and_it_says_what_to_state(project, shares):
    verdict = project(N, pair(shares), "").decide("work")
    assert verdict.answer is Answer.UNDECIDED
    assert any("calls_per_month" in need.what for need in verdict.needs)
    assert verdict.costs == ()


def test_two_candidates_with_the_same_cost_per_call_have_no_break_even_and_it_says_so(project, shares):
    verdict = project(N, pair(shares), TASK.format(volume=1000)).decide("work")
    assert any(words.startswith("No break-even: both cost $0.01 per call") for words in verdict.pairs)


@pytest.mark.parametrize("value", ["-1", "1e12", '"much"'])
def test_a_negative_or_absurd_statement_is_refused_with_its_place(project, shares, value):
    toml = f"[economics.candidates.lora]\nhosting_usd_month = {value}\n"
    opened = project(N, pair(shares), TASK.format(volume=1000), toml)
    with pytest.raises(ConfigError, match=r"economics\.candidates\.lora.*hosting_usd_month"):
        opened.decide("work")


@pytest.mark.parametrize(
    ("toml", "near"),
    [
        ("[economics.candidates.lorra]\nlabels = 3\n", "lora"),
        ("[economics]\nday_rate = 3\n", "day_rate_usd"),
        ("[economics.candidates.lora]\nhosting_usd_mont = 3\n", "hosting_usd_month"),
    ],
)
def test_a_misspelt_statement_is_told_the_nearest_name(project, shares, toml, near):
    with pytest.raises(ConfigError, match=near):
        project(N, pair(shares), TASK.format(volume=1000), toml).decide("work")


def test_an_unknown_machine_is_told_which_there_are(project, shares):
    toml = '[economics.candidates.lora]\nhardware = "a10"\n[hardware.a100]\nusd_per_hour = 2\ncalls_per_second = 9\n'
    with pytest.raises(UnknownNameError, match="a100"):
        project(N, pair(shares), TASK.format(volume=1000), toml).decide("work")


def test_a_negative_price_is_refused(project, shares):
    opened = project(N, pair(shares), TASK.format(volume=1000))
    with pytest.raises(ConfigError, match="at least 0"):
        opened.decided("work", prices={"openai/gpt-5-mini": {"input": -1, "output": 2}})


@pytest.mark.parametrize(
    ("requirement", "said"),
    [("recall_of_everything = { at_least = 0.5 }", "recall_of_everything"), ("margin = 1.5", "whole range")],
)
def test_a_requirement_that_cannot_be_is_refused_before_anything_runs(project, shares, requirement, said):
    with pytest.raises(ConfigError, match=said):
        project(N, pair(shares), f"[requirement]\n{requirement}\n")


def test_a_candidate_with_too_many_failures_gets_no_verdict(project, shares):
    n = 100
    failing = {"cost_usd": 0.01, "error": "refused"}
    opened = project(
        n,
        {
            "rag": ('rung = "rag"', shares(n, 0.3, 1), {"cost_usd": 0.01}),
            "lora": ('rung = "trained"', shares(n, 0.9, 2), failing),
        },
        TASK.format(volume=1000),
    )
    verdict = opened.decide("work")
    assert verdict.answer is Answer.UNDECIDED
    assert "lora gets no verdict" in verdict.excluded[0]
    assert "Mend lora" in verdict.needs[0].what


def test_an_unknown_price_is_unknown_and_never_nothing(project, shares):
    candidates = pair(shares)
    candidates["lora"] = ('rung = "trained"', shares(N, 0.9, 2), {})
    verdict = project(N, candidates, TASK.format(volume=1000)).decide("work")
    lora = next(cost for cost in verdict.costs if cost.candidate == "lora")
    assert (lora.horizon, lora.unknown) == (None, ("tokens",))
    assert verdict.answer is Answer.UNDECIDED
    assert any("it is unknown" in need.what for need in verdict.needs)
