import numpy as np
import pytest

from harness.decide.items import for_bound, for_margin
from harness.decide.pareto import _beaten
from harness.decide.rungs import parameters
from harness.estimate import Estimate
from harness.report.decision import decision_markdown
from harness.words import about, listed, more_or_less, plain, share, usd


def estimate(value, n, half=0.0):
    return Estimate(value, value - half, value + half, value - half, value + half, 0.95, n, 0, "Wilson, exact bounds")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("local/smollm2-135m-instruct", 135e6),
        ("openai/Qwen2.5-7B-Instruct", 7e9),
        ("vllm/llama-3.2-1b", 1e9),
        ("openai/gpt-5-mini", None),
        ("minilm", None),
        ("qwen2.5-0.5b", 0.5e9),
    ],
)
def test_the_size_of_a_model_is_read_from_its_name(name, size):
    assert parameters(name) == size


def test_a_reliability_claim_is_planned_as_the_reference_says():
    plan = for_bound(estimate(1.0, 500), 0.999, counted=True)
    assert "2,995 items if none fails" in plan.words
    assert "about 15,000 items for an 80 % chance at a true 99.96 %" in plan.words


def test_four_times_the_items_halve_the_bounds():
    """A one-sided bound .02 away needs (1.645 + .842)^2 / 1.645^2 times the items to clear a bar .02 away."""
    plan = for_bound(estimate(0.92, 1000, 0.02), 0.90, counted=False)
    assert plan.items == pytest.approx(1000 * (2.4865 / 1.6449) ** 2, rel=0.01)


def test_no_number_of_items_settles_a_figure_on_the_bound():
    assert for_margin(0.03, 0.01, 0.05, 0.03, 500).items is None


def test_who_is_beaten_by_nobody():
    """a is best in cost, b in quality, c is worse than b in both, d equals a."""
    cost = np.array([[1.0, 2.0, 3.0, 1.0]])
    badness = np.array([[0.2, 0.1, 0.15, 0.2]])
    assert _beaten(np.stack([cost, badness])).tolist() == [[False, False, True, False]]


def test_numbers_read_as_people_write_them():
    assert [usd(x) for x in (0, 0.00325, 0.47, 12.5, 1234.4, -20.0)] == [
        "$0", "$0.0032", "$0.47", "$12.50", "$1,234", "-$20.00",
    ]  # fmt: skip
    assert [about(x) for x in (59, 2995, 14_814)] == ["59", "3,000", "15,000"]
    assert share(0.9996, 0.9991, 1) == "0.99960 [0.99910, 1.00000]"
    assert share(0.031, 0.004, 0.058, signed=True) == "+0.031 [+0.004, +0.058]"
    assert more_or_less(-80.0) == "$80.00 less"
    assert plain(99.96) == "99.96"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_the_paper_holds_what_a_person_signs(project, shares):
    opened = project(
        100,
        {
            "rag": ('rung = "rag"', shares(100, 0.9, 1), {"cost_usd": 0.01}),
            "lora": ('rung = "trained"', shares(100, 0.9, 2), {"cost_usd": 0.01}),
        },
        "[use]\ncalls_per_month = 1000\n",
    )
    verdict = opened.decide("work")
    text = decision_markdown(verdict)
    for part in ("**Question:**", "**Answer: ", verdict.date, verdict.test_hash, "## Reasons", "## What each costs"):
        assert part in text
    for part in ("assumed", "## What was not measured", "## When to look again", "## Signed"):
        assert part in text
    assert opened.save_decision(verdict).name == "decision.md"


def test_what_is_left_to_label_adds_up_to_the_items_in_all():
    plan = for_bound(estimate(0.92, 421, 0.03), 0.90, counted=False)
    assert f"about {plan.items:,} items in all" in plan.words
    assert plan.items == int(about(plan.items).replace(",", "")) > 421
