"""What an endpoint that counts calls over a second gets, and a budget that several runs share."""

import asyncio

from harness.models.api import Message, Request
from harness.models.budget import Budget
from harness.models.limiter import Limiter


def grown(seconds: float, answers: int) -> float:
    limiter = Limiter(64)
    limiter.release(seconds=None, refused=True)
    before = limiter.limit
    for _ in range(answers):
        limiter.in_flight += 1
        limiter.release(seconds=seconds)
    return limiter.limit - before


def test_after_a_refusal_quick_answers_count_less_for_growth_than_slow_ones() -> None:
    # With 10 ms an answer a hundred of them come in a second: they must not add what a hundred slow ones do.
    assert grown(0.01, 8) < 0.2
    assert grown(0.2, 8) > 1.0


def test_a_budget_can_be_waited_for_in_one_run_after_another() -> None:
    budget = Budget(1.0, lambda model, *tokens: 0.6)
    request = Request((Message("user", "x"),))

    async def run() -> None:
        async def one() -> None:
            reserved = await budget.reserve("m", request)
            await asyncio.sleep(0.01)
            budget.settle("m", reserved, None)

        await asyncio.gather(one(), one(), one())

    asyncio.run(run())
    asyncio.run(run())
    assert budget.spent_usd == 0.0
