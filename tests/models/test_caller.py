"""Caller: one call per question, a bounded number of attempts, and a line of the call log that adds up."""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from fakes.server import RESET, TRUNCATED, FakeServer, failing, mixed

from harness.models import stopwatch
from harness.models.api import Completion, Message, ModelError, Request
from harness.models.budget import Budget
from harness.models.cache import ResponseCache
from harness.models.caller import Caller, CallFailedError
from harness.models.http import Endpoint
from harness.models.limiter import Limiter
from harness.models.openai import OpenAIModel
from harness.models.retry import RetryPolicy
from harness.models.services import Services
from harness.types import Call

QUICK = RetryPolicy(base=0.001, longest=0.01, rng=random.Random(1))


def _ask(text: str, **parts: object) -> Request:
    return Request((Message("user", text),), **parts)


class Scripted:
    """A model that raises or answers what it is told, one entry per attempt; then echoes."""

    name = "openai/scripted"
    local = False
    leaves_machine = False

    def __init__(self, *outcomes: Exception, seconds: float = 0.0) -> None:
        self.outcomes, self.seconds, self.asked = list(outcomes), seconds, Counter[str]()
        self.gate: asyncio.Event | None = None

    def key(self) -> str:
        return self.name

    async def complete(self, request: Request) -> Completion:
        text = request.messages[-1].content
        self.asked[text] += 1
        if self.gate:
            await self.gate.wait()
        await asyncio.sleep(self.seconds)
        if self.outcomes:
            raise self.outcomes.pop(0)
        return Completion(text, 10, 4, 2)

    async def close(self) -> None: ...


def _broken(kind: str = "ServerError", **more: object) -> ModelError:
    return ModelError(kind, "no", **{"retry": True, **more})


@pytest.fixture
def cache(tmp_path: Path):
    opened = ResponseCache(tmp_path / "c.sqlite")
    yield opened
    opened.close()


def test_the_call_log_tells_tokens_attempts_and_what_was_lost():
    async def main() -> None:
        model = Scripted(_broken(), _broken(), seconds=0.02)
        watch = stopwatch.start()
        completion, call = await Caller(model, retry=QUICK).complete(_ask("a"))
        assert completion.text == "a"
        assert (call.model, call.input_tokens, call.cached_tokens, call.output_tokens) == ("openai/scripted", 10, 4, 2)
        assert call.attempts == 3
        assert 0.02 <= call.seconds < 0.04 + call.waited
        assert call.waited >= 0.04, "two attempts that failed took 0.02 s each"
        assert watch.waited == pytest.approx(call.waited, abs=0.01)
        assert not call.from_cache
        assert not watch.cached

    asyncio.run(main())


def test_giving_up_says_what_was_tried():
    async def main() -> None:
        model = Scripted(*[_broken()] * 99)
        with pytest.raises(CallFailedError) as caught:
            await Caller(model, retry=QUICK).complete(_ask("a"))
        assert caught.value.call.attempts == QUICK.attempts == model.asked["a"]
        failure = caught.value.as_failure()
        assert (failure.error, failure.message, failure.final) == ("ServerError", "no", False)

    asyncio.run(main())


def test_what_no_attempt_can_mend_is_not_tried_again():
    async def main() -> None:
        model = Scripted(_broken("BadRequest", retry=False))
        caller = Caller(model, retry=QUICK)
        with pytest.raises(CallFailedError):
            await caller.complete(_ask("a"))
        assert model.asked["a"] == 1
        assert (await caller.complete(_ask("b")))[0].text == "b", "the next item may fare better"

    asyncio.run(main())


def test_a_wrong_key_costs_the_calls_in_flight_and_no_other(server: FakeServer):
    server.draw = lambda: failing(401)
    server.delay = 0.02

    async def main() -> list[BaseException | tuple[object, object]]:
        services = Services(Path(), retry=QUICK, max_concurrency=50)
        caller = services.model("openai/fake", Endpoint(server.openai))
        said = await asyncio.gather(*(caller.complete(_ask(f"{i}")) for i in range(200)), return_exceptions=True)
        await services.close()
        return said

    said = asyncio.run(main())
    failures = [s.as_failure() for s in said if isinstance(s, CallFailedError)]
    assert len(failures) == 200
    assert all(f.final and f.error == "Unauthorised" for f in failures)
    assert server.calls == 8, "what the limiter starts with"
    assert sum(call.attempts for f in failures for call in f.calls) == 8
    assert sum(f.asked for f in failures) == 8, "the others are still to do"


def test_an_answer_from_the_cache_is_marked_and_keeps_what_it_cost(cache):
    async def main() -> None:
        model = Scripted(seconds=0.02)
        first = await Caller(model, cache=cache).complete(_ask("a"))
        watch = stopwatch.start()
        completion, call = await Caller(model, cache=cache).complete(_ask("a"))
        assert model.asked["a"] == 1
        assert completion == first[0]
        assert call.from_cache
        assert watch.cached
        assert (call.input_tokens, call.seconds, call.attempts) == (10, first[1].seconds, 1)
        assert call.request == first[1].request
        assert cache.request(call.request) == _ask("a")
        await Caller(model, cache=cache).complete(_ask("a", repeat=1))
        assert model.asked["a"] == 2, "another repetition is another call"

    asyncio.run(main())


def test_a_failure_is_not_kept(cache):
    async def main() -> None:
        model = Scripted(_broken(retry=False))
        caller = Caller(model, cache=cache)
        with pytest.raises(CallFailedError):
            await caller.complete(_ask("a"))
        assert (await caller.complete(_ask("a")))[0].text == "a"

    asyncio.run(main())


def test_equal_requests_at_once_are_one_call(cache):
    async def main() -> None:
        model = Scripted(seconds=0.01)
        caller = Caller(model, cache=cache)
        said = await asyncio.gather(*(caller.complete(_ask(f"{i % 3}")) for i in range(60)))
        assert [completion.text for completion, _ in said] == [f"{i % 3}" for i in range(60)]
        assert model.asked == {"0": 1, "1": 1, "2": 1}
        assert sum(call.from_cache for _, call in said) == 57
        assert len({call.seconds for _, call in said}) <= 3, "each tells what its one call took"

    asyncio.run(main())


def test_equal_requests_at_once_fail_together(cache):
    async def main() -> None:
        model = Scripted(*[_broken(retry=False)] * 20, seconds=0.01)
        caller = Caller(model, cache=cache)
        said = await asyncio.gather(*(caller.complete(_ask("a")) for _ in range(20)), return_exceptions=True)
        assert all(isinstance(s, CallFailedError) for s in said)
        assert model.asked["a"] == 1
        assert sum(s.call.attempts for s in said if isinstance(s, CallFailedError)) == 1

    asyncio.run(main())


def test_when_the_one_who_asks_is_cancelled_exactly_one_of_the_others_asks(cache):
    async def main() -> None:
        model = Scripted()
        model.gate = asyncio.Event()
        caller = Caller(model, cache=cache)
        tasks = [asyncio.create_task(caller.complete(_ask("a"))) for _ in range(10)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[5].cancel()
        await asyncio.sleep(0.01)
        model.gate.set()
        said = await asyncio.gather(*tasks, return_exceptions=True)
        assert [i for i, s in enumerate(said) if isinstance(s, asyncio.CancelledError)] == [0, 5]
        assert model.asked["a"] == 2
        assert sum(isinstance(s, tuple) and s[0].text == "a" for s in said) == 8

    asyncio.run(main())


def test_cancelled_calls_give_back_their_slots_and_their_money():
    async def main() -> None:
        model, limiter = Scripted(), Limiter(4, tokens_per_minute=1e9)
        model.gate = asyncio.Event()
        budget = Budget(1.0, lambda *_: 0.01)
        caller = Caller(model, limiter=limiter, budget=budget)
        tasks = [asyncio.create_task(caller.complete(_ask(f"{i}"))) for i in range(10)]
        await asyncio.sleep(0.01)
        assert limiter.in_flight == 4
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert limiter.in_flight == 0
        assert budget.reserved_usd == 0.0
        assert budget.spent_usd == pytest.approx(0.04), "the four that were sent may be charged"

    asyncio.run(main())


def test_a_wait_that_the_server_names_holds_for_the_other_calls_too():
    async def main() -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.sleep(seconds)

        limiter = Limiter(1, sleep=sleep)
        caller = Caller(Scripted(_broken("RateLimited", after=0.05)), limiter=limiter, retry=QUICK)
        await asyncio.gather(caller.complete(_ask("a")), caller.complete(_ask("b")))
        assert slept
        assert max(slept) > 0.04
        assert limiter.limit == 1.0

    asyncio.run(main())


def test_a_wait_that_is_too_long_to_be_kept_ends_all_asking_at_once():
    async def main() -> None:
        model = Scripted(*[_broken("RateLimited", after=300.0)] * 2, seconds=0.01)
        caller = Caller(model, limiter=Limiter(2), retry=QUICK)
        asking = asyncio.gather(*(caller.complete(_ask(f"{i}")) for i in range(20)), return_exceptions=True)
        failures = [said.as_failure() for said in await asyncio.wait_for(asking, 5)]
        assert all(f.final and "asks for 300 s of quiet; run again later" in f.message for f in failures)
        assert sum(model.asked.values()) == sum(f.asked for f in failures) == 2

    asyncio.run(main())


def test_a_pause_that_is_asked_for_is_kept_by_others_where_the_item_itself_gives_up():
    async def main() -> None:
        limiter = Limiter(1)
        policy = RetryPolicy(attempts=1)
        caller = Caller(Scripted(_broken("RateLimited", after=0.05)), limiter=limiter, retry=policy)
        begun = time.monotonic()
        first, second = await asyncio.gather(
            caller.complete(_ask("a")), caller.complete(_ask("b")), return_exceptions=True
        )
        assert isinstance(first, CallFailedError)
        assert not first.error.final
        assert isinstance(second, tuple)
        assert time.monotonic() - begun >= 0.05

    asyncio.run(main())


def test_attempts_whose_answer_was_lost_stand_in_the_log_as_charged():
    async def main() -> None:
        lost = _broken("ConnectionLost", billed=True)
        said, call = await Caller(Scripted(lost, _broken(), lost), retry=QUICK).complete(_ask("a"))
        assert (call.attempts, call.billed, call.usage, call.input_tokens) == (4, 3, "told", said.input_tokens)
        asked = _ask("b", max_tokens=7)
        with pytest.raises(CallFailedError) as caught:
            await Caller(Scripted(*[lost] * 9), retry=RetryPolicy(attempts=2, base=0.001)).complete(asked)
        call = caught.value.call
        assert (call.billed, call.usage) == (2, "estimated")
        assert (call.input_tokens, call.output_tokens) == (asked.most_input_tokens, 7)
        with pytest.raises(CallFailedError) as caught:
            await Caller(Scripted(_broken(retry=False)), retry=QUICK).complete(asked)
        assert (caught.value.call.billed, caught.value.call.input_tokens) == (0, 0)

    asyncio.run(main())


def test_the_budget_has_spent_what_the_log_says_was_charged():
    with FakeServer(draw=mixed(7, 0.4, TRUNCATED)) as server:

        async def main() -> tuple[Budget, list[tuple[Completion, Call]]]:
            budget = Budget(10.0, lambda model, sent, cached, generated: 1e-5 * sent + 1e-5 * generated)
            services = Services(Path(), budget=budget, retry=RetryPolicy(attempts=50, base=0.001))
            caller = services.model("openai/fake", Endpoint(server.openai))
            said = await asyncio.gather(*(caller.complete(_ask("word " * 9 + f"w{i}")) for i in range(100)))
            await services.close()
            return budget, said

        budget, said = asyncio.run(main())
    assert sum(call.billed for _, call in said) == server.calls > 110
    assert budget.spent_usd == pytest.approx(server.calls * 11e-5)


def test_waiting_for_ones_turn_does_not_use_up_the_time_for_trying_again():
    async def main() -> None:
        model = Scripted(_broken(), _broken(), seconds=0.01)
        policy = RetryPolicy(seconds=0.2, base=0.001, rng=random.Random(1))
        caller = Caller(model, limiter=Limiter(1), retry=policy)
        said = await asyncio.gather(*(caller.complete(_ask(f"{i}")) for i in range(40)))
        assert len(said) == 40

    asyncio.run(main())


def test_a_budget_ends_a_run_of_calls_without_passing_it(server: FakeServer):
    async def main() -> tuple[Budget, list[object]]:
        budget = Budget(0.1, lambda model, sent, cached, generated: 1e-5 * sent + 1e-5 * generated)
        services = Services(Path(), budget=budget, retry=QUICK)
        caller = services.model("openai/fake", Endpoint(server.openai))
        said = await asyncio.gather(
            *(caller.complete(_ask("word " * 199 + f"w{i}", max_tokens=8)) for i in range(100)), return_exceptions=True
        )
        await services.close()
        return budget, said

    budget, said = asyncio.run(main())
    answered = [s for s in said if isinstance(s, tuple)]
    assert budget.spent_usd == pytest.approx(len(answered) * 201e-5)
    assert budget.spent_usd <= 0.1
    assert len(answered) >= 45, "calls in flight are waited for, not taken for spent"
    assert {s.error.kind for s in said if isinstance(s, CallFailedError)} == {"BudgetSpent"}


def test_mixed_faults_lose_nothing_and_every_answer_is_to_its_own_question():
    with FakeServer(draw=mixed(5, 0.15)) as server:

        async def main() -> list[tuple[Completion, object]]:
            services = Services(Path(), retry=QUICK)
            caller = services.model("openai/fake", Endpoint(server.openai))
            said = await asyncio.gather(*(caller.complete(_ask(f"say w{i}")) for i in range(400)))
            await services.close()
            return said

        said = asyncio.run(main())
        assert [completion.text for completion, _ in said] == [f"w{i}" for i in range(400)]
        assert server.calls == sum(call.attempts for _, call in said)
        assert server.calls <= 1.3 * 400


@pytest.mark.parametrize("fault", [TRUNCATED, RESET, failing(429, retry_after="0"), failing(500), failing(529)])
def test_each_fault_that_passes_is_outlived(server: FakeServer, fault):
    server.script(fault, fault)

    async def main() -> None:
        model = OpenAIModel("fake", Endpoint(server.openai))
        completion, call = await Caller(model, retry=QUICK, limiter=Limiter()).complete(_ask("hello there"))
        await model.close()
        assert (completion.text, call.attempts) == ("there", 3)

    asyncio.run(main())


def test_a_server_that_is_started_again_is_found_again(server: FakeServer):
    async def main() -> None:
        model = OpenAIModel("fake", Endpoint(server.openai))
        caller = Caller(model, retry=RetryPolicy(attempts=50, base=0.02, longest=0.05), limiter=Limiter())
        await caller.complete(_ask("before"))
        await asyncio.to_thread(server.down)
        asking = [asyncio.create_task(caller.complete(_ask(f"w{i}"))) for i in range(20)]
        await asyncio.sleep(0.05)
        await asyncio.to_thread(server.up)
        assert [c.text for c, _ in await asyncio.gather(*asking)] == [f"w{i}" for i in range(20)]
        await model.close()

    asyncio.run(main())


def test_a_rate_limit_in_requests_per_second_is_lived_with():
    with FakeServer(per_second=100) as server:

        async def main() -> list[tuple[Completion, object]]:
            services = Services(Path(), retry=RetryPolicy(base=0.2, attempts=20, rng=random.Random(2)))
            caller = services.model("openai/fake", Endpoint(server.openai))
            said = await asyncio.gather(*(caller.complete(_ask(f"w{i}")) for i in range(150)))
            await services.close()
            return said

        assert [completion.text for completion, _ in asyncio.run(main())] == [f"w{i}" for i in range(150)]


def test_a_wall_clock_that_jumps_breaks_nothing(server: FakeServer, cache, monkeypatch):
    jumps = random.Random(4)
    monkeypatch.setattr(time, "time", lambda: jumps.uniform(0.0, 4e9))
    now = "Sat, 21 Nov 2026 10:00:00 GMT"
    server.draw = mixed(6, 0.2, failing(429, retry_after=now, date=now), RESET)

    async def main() -> list[tuple[Completion, Call]]:
        services = Services(Path(), cache=cache, retry=QUICK)
        caller = services.model("openai/fake", Endpoint(server.openai), requests_per_minute=1e6)
        said = await asyncio.gather(*(caller.complete(_ask(f"w{i}")) for i in range(100)))
        await services.close()
        return said

    said = asyncio.run(asyncio.wait_for(main(), 60))
    assert [completion.text for completion, _ in said] == [f"w{i}" for i in range(100)]
    assert all(0.0 <= call.seconds < 60.0 and 0.0 <= call.waited < 60.0 for _, call in said)


def test_candidates_that_name_the_same_model_share_it_and_its_limits(tmp_path):
    services = Services(tmp_path)
    here = Endpoint("http://127.0.0.1:1/v1")
    one = services.model("openai/a", here, requests_per_minute=600)
    assert services.model("openai/a", here, requests_per_minute=60) is one
    other = services.model("openai/b", here)
    assert other is not one
    assert other._limiter is one._limiter
    assert one._limiter._gap == 1.0
    assert services.model("openai/a", Endpoint("http://127.0.0.1:2/v1"))._limiter is not one._limiter


@pytest.mark.parametrize(("temperature", "calls"), [(1.0, 3), (None, 3), (0.0, 1)])
def test_what_is_sampled_is_sampled_anew_for_each_seed_and_what_is_not_is_asked_once(
    tmp_path, cache, server: FakeServer, temperature, calls
):
    async def run() -> None:
        services = Services(tmp_path, cache=cache)
        here = Endpoint(server.openai)
        try:
            for seed in (0, 1, 2, 1):
                model = services.under(seed).model("openai/fake", here)
                await model.complete(_ask("a question", temperature=temperature))
        finally:
            await services.close()

    asyncio.run(run())
    assert server.calls == calls


def test_runs_under_two_seeds_that_ask_the_same_at_once_make_one_call(tmp_path, cache, server: FakeServer):
    async def run() -> None:
        services = Services(tmp_path, cache=cache)
        models = [services.under(seed).model("openai/fake", Endpoint(server.openai)) for seed in (0, 1)]
        try:
            await asyncio.gather(*(model.complete(_ask("a question")) for model in models))
        finally:
            await services.close()

    asyncio.run(run())
    assert server.calls == 1
