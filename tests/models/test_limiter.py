"""How many calls are made at once, and how fast they start. Time is a number that the tests move."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from harness.models.limiter import Limiter


class Clock:
    """Stands still but for what is slept."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def _limiter(clock: Clock, ceiling: int = 64, **rates: float) -> Limiter:
    return Limiter(ceiling, clock=clock, sleep=clock.sleep, **rates)


def _running(test: Callable[[Limiter, Clock], Awaitable[None]], ceiling: int = 64, **rates: float) -> None:
    async def main() -> None:
        clock = Clock()
        await test(_limiter(clock, ceiling, **rates), clock)

    asyncio.run(main())


async def _round(limiter: Limiter, clock: Clock, seconds: float = 1.0, *, refused: int = 0) -> int:
    """As many calls as the limit allows, all answered `seconds` later."""
    calls = int(limiter.limit)
    for _ in range(calls):
        await limiter.acquire()
    clock.now += seconds
    for i in range(calls):
        limiter.release(seconds=None if i < refused else seconds, refused=i < refused)
    return calls


def test_calls_at_once_double_each_round_trip_up_to_the_ceiling():
    async def test(limiter: Limiter, clock: Clock) -> None:
        assert [await _round(limiter, clock) for _ in range(6)] == [8, 16, 32, 64, 100, 100]

    _running(test, ceiling=100)


def test_a_ceiling_under_the_start_is_kept():
    async def test(limiter: Limiter, clock: Clock) -> None:
        assert [await _round(limiter, clock) for _ in range(3)] == [3, 3, 3]

    _running(test, ceiling=3)


def test_never_more_calls_at_once_than_the_limit():
    async def test(limiter: Limiter, clock: Clock) -> None:
        most = 0

        async def call() -> None:
            nonlocal most
            await limiter.acquire()
            most = max(most, limiter.in_flight)
            assert limiter.in_flight <= limiter.limit
            await asyncio.sleep(0)
            limiter.release(seconds=0.1)

        await asyncio.gather(*(call() for _ in range(500)))
        assert most == 20
        assert limiter.in_flight == 0

    _running(test, ceiling=20)


def test_a_round_of_refusals_halves_the_limit_once_and_growth_is_slow_after():
    async def test(limiter: Limiter, clock: Clock) -> None:
        for _ in range(4):
            await _round(limiter, clock)
        await _round(limiter, clock, refused=32)
        halved = limiter.limit
        assert 32 <= halved <= 34
        await _round(limiter, clock)
        assert halved + 0.9 < limiter.limit < halved + 1.1

    _running(test)


def test_refusals_without_end_leave_one_call_at_a_time():
    async def test(limiter: Limiter, clock: Clock) -> None:
        for _ in range(20):
            await _round(limiter, clock, refused=100)
        assert limiter.limit == 1.0

    _running(test)


def test_answers_that_take_twice_as_long_as_usual_mean_fewer_calls_but_not_under_the_start():
    async def test(limiter: Limiter, clock: Clock) -> None:
        for _ in range(6):
            await _round(limiter, clock, 0.2)
        assert limiter.limit == 64
        await _round(limiter, clock, 0.6)
        await _round(limiter, clock, 0.6)
        assert limiter.limit < 60
        for i in range(60):
            await _round(limiter, clock, 0.6 * 1.3**i)
        assert 8 <= limiter.limit < 16

    _running(test)


def test_a_few_long_answers_are_no_sign_of_trouble():
    async def test(limiter: Limiter, clock: Clock) -> None:
        for i in range(200):
            await limiter.acquire()
            limiter.release(seconds=20.0 if i % 3 == 0 else 0.2)
        assert limiter.limit == 64

    _running(test)


def test_who_asks_first_is_served_first():
    async def test(limiter: Limiter, clock: Clock) -> None:
        served = []

        async def call(i: int) -> None:
            await limiter.acquire()
            served.append(i)
            await asyncio.sleep(0)
            limiter.release(seconds=None)

        await asyncio.gather(*(call(i) for i in range(50)))
        assert served == list(range(50))

    for rates in ({}, {"requests_per_minute": 60.0}):
        _running(test, ceiling=2, **rates)


@pytest.mark.parametrize("rates", [{}, {"requests_per_minute": 1.0}])
def test_cancelling_whoever_waits_leaks_no_slot(rates):
    async def main() -> None:
        limiter = Limiter(2, **rates)
        await limiter.acquire()
        tasks = [asyncio.create_task(limiter.acquire()) for _ in range(10)]
        await asyncio.sleep(0)
        limiter.release(seconds=None)  # grants a slot to one that is cancelled before it can take it
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        took = sum(not task.cancelled() for task in tasks)
        assert limiter.in_flight == took
        for _ in range(took):
            limiter.release(seconds=None)
        assert limiter.in_flight == 0

    asyncio.run(main())


def _most_in_a_minute(starts: list[float]) -> int:
    return max(sum(start <= other < start + 60.0 - 1e-6 for other in starts) for start in starts)


def test_requests_per_minute_hold_over_any_minute_also_after_idling_and_pausing():
    async def test(limiter: Limiter, clock: Clock) -> None:
        starts = []
        for i in range(100):
            await limiter.acquire()
            starts.append(clock.now)
            limiter.release(seconds=0.1)
            clock.now += 100.0 if i == 50 else 0.0
            if i == 70:
                limiter.pause(30.0)
        assert _most_in_a_minute(starts) == 30
        assert starts[50] - starts[0] == pytest.approx(50 * 2.0)
        assert starts[71] - starts[70] >= 30.0

    _running(test, requests_per_minute=30.0)


def test_tokens_per_minute_hold_before_any_were_counted_and_what_was_not_used_is_given_back():
    async def test(limiter: Limiter, clock: Clock) -> None:
        assert limiter.counts_tokens
        begun, starts = clock.now, []
        for _ in range(5):
            await limiter.acquire(500)  # unanswered: each may use 500 of 1,000 a minute
            starts.append(clock.now - begun)
        assert starts == pytest.approx([0.0, 30.0, 60.0, 90.0, 120.0])
        for _ in range(5):
            limiter.release(seconds=1.0, unused_tokens=500)
        await limiter.acquire(500)
        assert clock.now - begun == pytest.approx(120.0)

    _running(test, tokens_per_minute=1000.0)


def test_the_lowest_of_several_rates_holds():
    async def test(limiter: Limiter, clock: Clock) -> None:
        limiter.restrict(30.0, None)
        limiter.restrict(600.0, None)
        limiter.restrict(None, None)
        begun = clock.now
        for _ in range(3):
            await limiter.acquire()
        assert clock.now - begun == pytest.approx(4.0)

    _running(test, requests_per_minute=60.0)


def test_a_pause_holds_back_every_call():
    async def test(limiter: Limiter, clock: Clock) -> None:
        limiter.pause(5.0)
        limiter.pause(2.0)
        begun = clock.now
        await asyncio.gather(*(limiter.acquire() for _ in range(5)))
        assert clock.now - begun == pytest.approx(5.0)

    _running(test)
