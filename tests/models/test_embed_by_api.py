"""Embeddings over the wire: rows in order, calls logged, cache and limits as for every model."""

import asyncio
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.server import FakeServer, Fault, embedding, failing

from harness.errors import RunError, UnavailableError
from harness.models.budget import Budget
from harness.models.cache import ResponseCache
from harness.models.caller import CallFailedError
from harness.models.embedder import Embedded, embed_all, embed_each
from harness.models.http import Endpoint
from harness.models.retry import RetryPolicy
from harness.models.services import Services, check_embedder, is_hosted
from harness.money import pricer, today
from harness.types import Call, Failure

QUICK = RetryPolicy(attempts=3, base=0.001, longest=0.01, rng=random.Random(1))
NAME = "openai/text-embedding-3-small"
TEXTS = [f"text {n} of {n % 7} cats" for n in range(70)]


def embedded(server: FakeServer, texts: list[str], **parts: Any) -> tuple[np.ndarray, list[Call]]:
    async def main() -> tuple[np.ndarray, list[Call]]:
        services, calls = Services(Path(), retry=QUICK, **parts), []
        try:
            return await services.embedder(NAME, Endpoint(server.openai)).embed(texts, calls), calls
        finally:
            await services.close()

    return asyncio.run(main())


def test_rows_have_length_one_and_the_order_asked_whatever_order_they_come_in(server: FakeServer):
    rows, calls = embedded(server, [*TEXTS, TEXTS[3]])
    expected = np.array([embedding(text) for text in [*TEXTS, TEXTS[3]]])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    assert rows.dtype == np.float32
    assert [len(seen.body["input"]) for seen in server.seen] == [32, 32, 6], "no text is sent twice"
    assert {seen.path for seen in server.seen} == {"/v1/embeddings"}
    assert sum(call.input_tokens for call in calls) == sum(len(text.split()) for text in TEXTS)
    assert {(call.model, call.output_tokens, call.from_cache) for call in calls} == {(NAME, 0, False)}


def test_what_was_embedded_comes_from_the_cache_bit_by_bit(server: FakeServer, tmp_path: Path):
    cache = ResponseCache(tmp_path / "c.sqlite")
    first, _ = embedded(server, TEXTS, cache=cache)
    again, calls = embedded(server, TEXTS, cache=cache)
    cache.close()
    np.testing.assert_array_equal(first, again)
    assert server.calls == 3
    assert all(call.from_cache and call.input_tokens for call in calls)


def test_a_call_that_fails_is_tried_again_and_the_log_says_so(server: FakeServer):
    server.script(failing(503), failing(429, retry_after="0"))
    _, (call,) = embedded(server, TEXTS[:2])
    assert call.attempts == 3
    assert server.calls == 3


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"index": 0, "embedding": [1.0]}],
        [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}],
        [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}],
        [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}],
        [{"index": 0, "embedding": ["x"]}, {"index": 1, "embedding": ["y"]}],
    ],
    ids=["none", "too few", "one twice", "ragged", "empty", "no numbers"],
)
def test_what_is_no_vector_for_each_text_is_a_bad_response(server: FakeServer, data: Any):
    server.draw = lambda: Fault(body={"object": "list", "model": "m", "data": data})
    with pytest.raises(CallFailedError, match="BadResponse"):
        embedded(server, ["a", "b"])


def test_indexing_that_fails_says_what_to_do_and_leaves_what_was_paid_in_the_cache(server: FakeServer, tmp_path: Path):
    server.script(Fault(), failing(400))
    cache = ResponseCache(tmp_path / "c.sqlite")

    async def main() -> None:
        services = Services(Path(), retry=QUICK, cache=cache)
        try:
            await embed_all(services.embedder(NAME, Endpoint(server.openai)), TEXTS)
        finally:
            await services.close()

    with pytest.raises(RunError, match=r"text-embedding-3-small failed while indexing.*run again to continue"):
        asyncio.run(main())
    server.seen.clear()
    _, calls = embedded(server, TEXTS, cache=cache)
    cache.close()
    assert len(server.seen) == 1
    assert sorted(call.from_cache for call in calls) == [False, True, True]


def test_a_query_is_a_call_of_its_own_and_fails_alone(server: FakeServer):
    async def main() -> list[Embedded | Failure]:
        services = Services(Path(), retry=QUICK, max_concurrency=1)
        server.script(Fault(), failing(400))
        try:
            return await embed_each(services.embedder(NAME, Endpoint(server.openai)), ["one cat", "two", "three"])
        finally:
            await services.close()

    first, second, third = asyncio.run(main())
    assert isinstance(second, Failure)
    assert isinstance(first, Embedded)
    assert isinstance(third, Embedded)
    assert [call.input_tokens for call in first.calls] == [2]
    assert (second.error, second.final, len(second.calls)) == ("BadRequest", False, 1)


def test_a_budget_holds_for_embeddings_at_the_list_price(server: FakeServer):
    price = pricer(today())
    assert price(NAME, 1_000_000, 0, 0) == pytest.approx(0.02)
    enough, short = Budget(1.0, price), Budget(1e-9, price)
    _, calls = embedded(server, TEXTS, budget=enough)
    assert enough.spent_usd == pytest.approx(sum(call.input_tokens for call in calls) * 0.02e-6)
    with pytest.raises(CallFailedError, match="BudgetSpent"):
        embedded(server, TEXTS, budget=short)


def test_an_embedder_by_api_needs_its_key_and_one_on_a_server_only_what_is_named(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UnavailableError, match="OPENAI_API_KEY is not set"):
        check_embedder(NAME, Path())
    check_embedder("openai/bge-m3", Path(), Endpoint("http://localhost:1/v1"))
    with pytest.raises(UnavailableError, match="OTHER is not set"):
        check_embedder("openai/bge-m3", Path(), Endpoint("http://localhost:1/v1", "OTHER"))
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    check_embedder(NAME, Path())


def test_data_leave_the_machine_unless_the_server_is_on_it():
    services = Services(Path())
    assert services.embedder(NAME).leaves_machine
    assert services.embedder(NAME, Endpoint("http://example.com/v1")).leaves_machine
    assert not services.embedder(NAME, Endpoint("http://localhost:8000/v1")).leaves_machine


def test_an_embedder_and_a_chat_model_of_one_name_have_answers_of_their_own():
    services = Services(Path())
    assert services.embedder("openai/m").key() != services.model("openai/m").model.key()
    assert services.embedder("openai/m").key() != services.embedder("openai/m", Endpoint("http://h/v1")).key()


def test_only_a_provider_of_embeddings_before_the_slash_is_one():
    assert is_hosted("openai/bge-m3")
    assert not any(map(is_hosted, ("minilm", "BAAI/bge-m3", "openai", "openai/", "./openai/x")))
