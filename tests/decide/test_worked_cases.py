"""Three cases with set outcomes, from recordings of 10,000 items; the same with 500 items is undecided."""

import pytest

from harness.decide.verdict import Answer

SECONDS = {"seconds": 0.12}
TWELVE = tuple(f"team {i}" for i in range(12))

ROUTER = """
[requirement]
accuracy = { at_least = 0.99 }
margin = 0.01
[use]
calls_per_month = 100_000
horizon_months = 24
error_cost_usd = 0.5
"""
CHATBOT = """
[requirement]
accuracy = { at_least = 0.90 }
margin = 0.03
[use]
calls_per_month = 20_000
horizon_months = 12
knowledge_changes_per_year = 12
error_cost_usd = 0.5
"""
STRICT = """
[requirement]
accuracy = { at_least = 0.999 }
[use]
calls_per_month = 500_000
horizon_months = 12
error_cost_usd = 1.0
label_cost_usd = 0.2
"""


def router(project, shares, n):
    """Prompting 94 %, RAG 96 %, LoRA 99.2 % against 99 %; API $800 a month against $400 for hosting."""
    api = {**SECONDS, "cost_usd": 800 / 100_000}
    return project(
        n,
        {
            "prompting": ('rung = "prompting"\nleaves_machine = true', shares(n, 0.94, 1), api),
            "rag": ('rung = "rag"\nleaves_machine = true', shares(n, 0.96, 2), api),
            "lora": ('rung = "trained"', shares(n, 0.992, 3), SECONDS),
        },
        ROUTER,
        "[economics.candidates.lora]\nhosting_usd_month = 400\n",
        TWELVE,
    )


def chatbot(project, shares, n):
    """RAG meets the bar in two weeks; training takes two to three months, and knowledge changes monthly."""
    api = {**SECONDS, "cost_usd": 0.01}
    return project(
        n,
        {
            "rag": ('rung = "rag"\nleaves_machine = true', shares(n, 0.915, 1), api),
            "lora": ('rung = "trained"', shares(n, 0.925, 2), SECONDS),
        },
        CHATBOT,
        "[economics.candidates.rag]\nengineering_days = 10\n"
        "[economics.candidates.lora]\nengineering_days = 50\nhosting_usd_month = 600\n",
    )


def strict(project, shares, n):
    """Valid JSON at 99.9 %: prompting gets 97 %, a LoRA model 99.96 %."""
    return project(
        n,
        {
            "prompting": ('rung = "prompting"\nleaves_machine = true', shares(n, 0.97, 1), {"cost_usd": 0.002}),
            "lora": ('rung = "trained"', shares(n, 0.9996, 2), {}),
        },
        STRICT,
        "[economics.candidates.lora]\nhosting_usd_month = 600\n",
    )


CASES = {
    "router": (router, Answer.WORTH_IT, "lora"),
    "chatbot": (chatbot, Answer.NOT_WORTH_IT, "rag"),
    "strict": (strict, Answer.WORTH_IT, "lora"),
}


@pytest.fixture(scope="module")
def verdicts(project, shares):
    """`verdicts(name, n)`: the verdict on a case with n items, made once."""
    made = {}

    def verdict(name, n):
        if (name, n) not in made:
            made[name, n] = CASES[name][0](project, shares, n).decide("work")
        return made[name, n]

    return verdict


@pytest.mark.parametrize("name", CASES)
def test_ten_thousand_items_decide_it(verdicts, name):
    _, said, choice = CASES[name]
    verdict = verdicts(name, 10_000)
    assert (verdict.answer, verdict.choice) == (said, choice)
    assert verdict.headline.startswith(f"Use {choice}")
    assert not verdict.needs


@pytest.mark.parametrize("name", CASES)
def test_five_hundred_items_do_not(verdicts, name):
    verdict = verdicts(name, 500)
    assert verdict.answer is Answer.UNDECIDED
    assert any(need.items for need in verdict.needs)


def test_the_router_is_decided_by_the_bar_and_says_by_how_much_the_others_miss_it(verdicts):
    verdict = verdicts("router", 10_000)
    claims = [reason.claim for reason in verdict.reasons]
    assert claims[0] == "lora meets accuracy >= 0.99"
    assert "rag misses accuracy >= 0.99" in claims
    assert "prompting misses accuracy >= 0.99" in claims
    costs = {cost.candidate: cost for cost in verdict.costs}
    assert costs["rag"].parts["tokens"] == pytest.approx(800 * 24)
    assert costs["lora"].parts["hosting"] == pytest.approx(400 * 24)


def test_the_chatbot_pays_for_training_again_with_every_change(verdicts):
    verdict = verdicts("chatbot", 10_000)
    lora = next(cost for cost in verdict.costs if cost.candidate == "lora")
    rag = next(cost for cost in verdict.costs if cost.candidate == "rag")
    assert lora.parts["update work"] == pytest.approx(12 * 4 * 600)
    assert rag.parts["engineering"] == pytest.approx(10 * 600)
    assert "worth" in verdict.headline
    assert "less a month" in verdict.headline


def test_strict_json_on_500_items_names_what_it_takes(verdicts):
    verdict = verdicts("strict", 500)
    need = next(need for need in verdict.needs if "lora" in need.what)
    assert "2,995 items if none fails" in need.what
    assert "about 15,000 items for an 80 % chance at a true 99.96 %" in need.what
    assert need.items == pytest.approx(14_500, rel=0.05)
    assert need.price_usd == pytest.approx(need.items * (0.2 + 0.002))
