"""A budget is never passed, and is used up as far as can be."""

import asyncio
import random

import pytest

from harness.models.api import Completion, Message, ModelError, Request
from harness.models.budget import Budget

ASKED = Request((Message("user", "x" * 300),), max_tokens=100)


def _price(model: str, sent: int, cached: int, generated: int) -> float | None:
    return None if model == "openai/unpriced" else 1e-6 * sent - 5e-7 * cached + 4e-6 * generated


def test_fifty_calls_in_flight_never_pass_the_limit_and_most_of_it_is_used():
    rng = random.Random(3)
    budget = Budget(0.02, _price)
    most = 0.0

    async def caller() -> None:
        nonlocal most
        while True:
            reserved = await budget.reserve("openai/m", ASKED)
            most = max(most, budget.spent_usd + budget.reserved_usd)
            await asyncio.sleep(rng.random() / 1000)
            completion = Completion("x", 100, 0, rng.randint(1, 100)) if rng.random() < 0.9 else None
            budget.settle("openai/m", reserved, completion, billed=rng.random() < 0.5)

    async def main() -> list[BaseException]:
        return await asyncio.gather(*(caller() for _ in range(50)), return_exceptions=True)

    ends = asyncio.run(asyncio.wait_for(main(), 30))
    assert {end.kind for end in ends if isinstance(end, ModelError)} == {"BudgetSpent"}
    assert len(ends) == 50
    dearest = _price("openai/m", ASKED.most_input_tokens, 0, 100) or 0.0
    assert most <= 0.02
    assert 0.02 - dearest <= budget.spent_usd <= 0.02
    assert budget.reserved_usd == 0.0


def test_a_call_that_could_pass_the_limit_is_refused_for_good_with_what_is_spent_and_what_it_could_cost():
    async def main() -> None:
        budget = Budget(0.0006, _price)
        first = await budget.reserve("openai/m", ASKED)
        budget.settle("openai/m", first, Completion("x", 100, 40, 50))
        assert budget.spent_usd == pytest.approx(100e-6 - 20e-6 + 200e-6)
        with pytest.raises(ModelError, match=r"\$0\.00028 of \$0\.00060 is spent") as caught:
            await budget.reserve("openai/m", ASKED)
        assert caught.value.final
        assert caught.value.kind == "BudgetSpent"

    asyncio.run(main())


def test_a_model_without_a_price_is_refused_by_name():
    with pytest.raises(ModelError, match=r'\[prices\."openai/unpriced"\]') as caught:
        asyncio.run(Budget(1.0, _price).reserve("openai/unpriced", ASKED))
    assert caught.value.final


def test_a_call_without_an_answer_counts_in_full_where_it_may_have_been_charged():
    async def main() -> None:
        budget = Budget(1.0, _price)
        budget.settle("openai/m", await budget.reserve("openai/m", ASKED), None)
        assert budget.spent_usd == 0.0
        reserved = await budget.reserve("openai/m", ASKED)
        budget.settle("openai/m", reserved, None, billed=True)
        assert budget.spent_usd == reserved

    asyncio.run(main())


def test_a_first_call_that_is_too_dear_says_so_in_figures_that_show():
    with pytest.raises(ModelError, match=r"the budget is \$0\.000010 and the next call could cost \$0\.000\d+"):
        asyncio.run(Budget(0.00001, _price).reserve("openai/m", ASKED))


def test_an_answer_without_its_usage_counts_as_much_as_was_set_aside_for_it():
    async def main() -> None:
        budget = Budget(1.0, _price)
        reserved = await budget.reserve("openai/m", ASKED)
        budget.settle("openai/m", reserved, Completion("x", metered=False))
        assert budget.spent_usd == reserved > 0.0

    asyncio.run(main())


def test_a_lost_attempt_counts_like_the_one_that_is_answered_in_the_end():
    async def main() -> None:
        budget, said = Budget(1.0, _price), Completion("x", 100, 40, 50)
        for _ in range(2):
            budget.settle("openai/m", await budget.reserve("openai/m", ASKED), None, billed=True)
        budget.settle("openai/m", await budget.reserve("openai/m", ASKED), said, lost=2)
        assert budget.spent_usd == pytest.approx(3 * (100e-6 - 20e-6 + 200e-6))

    asyncio.run(main())


def test_what_is_set_aside_covers_schema_choices_and_scripts_of_three_bytes_a_letter():
    assert ASKED.most_input_tokens > 100
    assert Request((Message("user", "発注書" * 100),)).most_input_tokens >= 300
    assert Request((), choices=tuple(f"label {i}" for i in range(100))).most_input_tokens > 300
