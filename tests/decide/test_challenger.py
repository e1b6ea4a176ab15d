"""Of several trained candidates headline, reasons, needs and costs speak of the same one."""

from harness.decide.verdict import Answer

TASK = """
[requirement]
accuracy = { at_least = 0.80 }
margin = 0.01
[use]
calls_per_month = 20_000
horizon_months = 12
error_cost_usd = 0.5
"""
MONEY = """
[economics.candidates.rag]
engineering_days = 0
hosting_usd_month = 100
[economics.candidates.tiny]
engineering_days = 0
hosting_usd_month = 110
[economics.candidates.lora]
engineering_days = 0
hosting_usd_month = 520
"""


def test_the_one_that_may_be_worth_it_is_spoken_of_and_not_a_cheaper_one_that_is_not(project, shares):
    rag = shares(300, 0.90, 1)
    tiny = rag.copy()
    tiny[rag.nonzero()[0][0]] = False
    verdict = project(
        300,
        {
            "rag": ('rung = "rag"', rag, {"seconds": 0.1}),
            "tiny": ('rung = "trained"', tiny, {"seconds": 0.1}),
            "lora": ('rung = "trained"', shares(300, 0.935, 2), {"seconds": 0.1}),
        },
        TASK,
        MONEY,
    ).decide("work")
    assert verdict.answer is Answer.UNDECIDED
    assert verdict.costs is not None
    assert verdict.between == ("lora", "rag")
    assert "lora" in verdict.headline
    assert "tiny" not in verdict.headline
    compared = [reason.claim for reason in verdict.reasons if " than rag" in reason.claim]
    assert compared
    assert all("lora" in text for text in compared), compared
