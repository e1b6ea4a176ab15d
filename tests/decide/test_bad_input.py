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


def test_a_volume_of_nothing_is_refused_before_anything_runs(project, shares):
    with pytest.raises(ConfigError, match="calls_per_month"):
        project(N, pair(shares), TASK.format(volume=0))


def test_a_leaderboard_stands_although_there_can_be_no_verdict(project, shares, capsys):
    from harness.cli.decide import try_to_decide

    opened = project(N, pair(shares), TASK.format(volume=1000))
    path = opened.root / "tasks" / "work" / "task.toml"
    path.write_text(path.read_text().replace("calls_per_month = 1000", "calls_per_month = 0"))
    board, verdict, _ = try_to_decide(opened, opened.project.task("work"), [])
    assert verdict is None
    assert len(board.rows) == 2
    assert "calls_per_month" in capsys.readouterr().err


ABSURD = ["horizon_months = 5000", "horizon_months = 0.5", "knowledge_changes_per_year = 1e9", "error_cost_usd = 1e12"]


@pytest.mark.parametrize("use", ABSURD)
def test_a_use_that_cannot_be_is_refused_before_anything_runs(project, shares, use):
    with pytest.raises(ConfigError, match=use.split()[0]):
        project(N, pair(shares), TASK.format(volume=1000) + use + "\n")


def test_a_ceiling_on_the_month_without_a_volume_is_refused_before_anything_runs(project, shares):
    with pytest.raises(ConfigError, match="usd_per_month needs a volume"):
        project(N, pair(shares), "[requirement]\nusd_per_month = { at_most = 5 }\n")


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
    with pytest.raises(ConfigError, match=r"economics\.candidates\.lora.*hosting_usd_month"):
        project(N, pair(shares), TASK.format(volume=1000), toml)


@pytest.mark.parametrize(
    ("toml", "near"),
    [
        ("[economics.candidates.lorra]\nlabels = 3\n", "lora"),
        ("[economics]\nday_rate = 3\n", "day_rate_usd"),
        ("[economics.candidates.lora]\nhosting_usd_mont = 3\n", "hosting_usd_month"),
        ("[weights]\ncosts = 1\n", "cost"),
        ("[hardware.a10]\nusd_per_hor = 1\n", "usd_per_hour"),
    ],
)
def test_a_misspelt_statement_is_told_the_nearest_name_before_anything_runs(project, shares, toml, near):
    with pytest.raises(ConfigError, match=f"did you mean '{near}'"):
        project(N, pair(shares), TASK.format(volume=1000), toml)


def test_an_unknown_machine_is_told_which_there_are(project, shares):
    toml = '[economics.candidates.lora]\nhardware = "a10"\n[hardware.a100]\nusd_per_hour = 2\ncalls_per_second = 9\n'
    with pytest.raises(UnknownNameError, match="a100"):
        project(N, pair(shares), TASK.format(volume=1000), toml)


@pytest.mark.parametrize(
    ("stated", "machine", "said"),
    [
        ('hardware = "a10"\nhosting_usd_month = 400', "calls_per_second = 2", "take one out"),
        ('serving = "by the second"\nhosting_usd_month = 400', "calls_per_second = 2", "take one out"),
        ('hardware = "a10"', "relative_speed = 2", "give calls_per_second"),
        ('hardware = "a10"', "calls_per_second = { rag = 2 }", r"give calls_per_second\.lora"),
    ],
)
def test_a_machine_that_would_not_count_is_refused_and_it_says_what_to_give(project, shares, stated, machine, said):
    toml = f"[economics.candidates.lora]\n{stated}\n[hardware.a10]\nusd_per_hour = 2\n{machine}\n"
    with pytest.raises(ConfigError, match=said):
        project(N, pair(shares), TASK.format(volume=1000), toml)


def test_a_price_of_a_model_that_no_run_called_is_refused_and_names_those_that_were(project, shares):
    usage = {"usage": {"model": "openai/gpt-4o", "input_tokens": 1000, "output_tokens": 100}}
    candidates = {"rag": ('rung = "rag"', shares(N, 0.9, 1), usage)}
    opened = project(N, candidates, TASK.format(volume=1000))
    with pytest.raises(UnknownNameError, match="did you mean 'openai/gpt-4o'"):
        opened.decided("work", prices={"openai/gpt-4o-mini": {"input": 1, "output": 2}})
    dearer = opened.decided("work", prices={"openai/gpt-4o": {"input": 100, "output": 0}}).verdict.costs[0]
    assert dearer.parts["tokens"] == pytest.approx(0.1 * 1000 * 24)
    assert dearer.about["tokens"].source == "given"


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
