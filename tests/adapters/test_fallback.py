"""A second model that answers where the first is unavailable; the record says which did."""

from collections import Counter

import pytest
from fakes.server import HANGING, OK, RESET, FakeServer, Fault, failing

from harness.models.retry import RetryPolicy
from harness.run.journal import latest
from harness.types import Answered

TOML = """
[candidates.asking]
adapter = "prompting"
model = "openai/first"
base_url = "{url}"
timeout_s = 0.6
fallback = "openai/second"
"""


@pytest.fixture
def pair(lab, monkeypatch: pytest.MonkeyPatch):
    """The lab with two servers: the first is the candidate's, the second the provider's own."""
    monkeypatch.setattr("harness.models.caller.RetryPolicy", lambda: RetryPolicy(attempts=2, base=0.01))
    monkeypatch.setenv("OPENAI_API_KEY", "planted-for-the-second")
    with FakeServer() as first, FakeServer() as second:
        monkeypatch.setenv("OPENAI_BASE_URL", second.openai)
        lab.write("harness.toml", TOML.format(url=first.openai))
        lab.test({"id": f"i{n}", "text": f"beast {n} says dog", "label": "dog"} for n in range(10))
        lab.first, lab.second = first, second
        yield lab


def records(lab) -> list[Answered]:
    (journal,) = lab.root.glob("results/pets/records/*/records.jsonl")
    return [record for record in latest(journal).values() if isinstance(record, Answered)]


@pytest.mark.parametrize("fault", [failing(503), failing(429), failing(500), RESET, HANGING], ids=str)
def test_where_the_first_is_unavailable_the_second_answers_and_the_record_says_so(pair, fault: Fault) -> None:
    pair.first.draw = lambda: fault
    (outcome,) = pair.run(max_concurrency=1)
    assert (outcome.failed, len(records(pair))) == (0, 10)
    by = Counter(tuple((call.model, call.seconds > 0) for call in record.calls) for record in records(pair))
    # Once it was away it is not asked for a while.
    assert by == {(("openai/first", False), ("openai/second", True)): 1, (("openai/second", True),): 9}
    assert (pair.first.calls, pair.second.calls) == (2, 10)


def test_where_the_first_answers_the_second_is_not_asked(pair) -> None:
    pair.run()
    assert pair.second.calls == 0
    assert {call.model for record in records(pair) for call in record.calls} == {"openai/first"}


@pytest.mark.parametrize("status", [401, 404, 400])
def test_what_a_user_must_mend_is_no_case_for_the_second(pair, status: int) -> None:
    pair.first.draw = lambda: failing(status)
    (outcome,) = pair.run(max_concurrency=1)
    assert outcome.failed
    assert pair.second.calls == 0


def test_a_fallback_may_have_an_address_and_a_key_of_its_own(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.first.draw = lambda: failing(503)
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.setenv("SECOND_KEY", "planted-for-that-server")
    toml = (pair.root / "harness.toml").read_text()
    table = f'{{ model = "openai/second", base_url = "{pair.second.openai}", api_key_env = "SECOND_KEY" }}'
    pair.write("harness.toml", toml.replace('"openai/second"', table))
    (outcome,) = pair.run(max_concurrency=1)
    assert outcome.failed == 0
    assert {seen.headers["authorization"] for seen in pair.second.seen} == {"Bearer planted-for-that-server"}
    monkeypatch.delenv("SECOND_KEY")
    assert "SECOND_KEY is not set" in pair.run()[0].skipped


def test_a_key_that_a_fallback_has_not_is_named_with_its_place(pair) -> None:
    toml = (pair.root / "harness.toml").read_text()
    pair.write("harness.toml", toml.replace('"openai/second"', '{ model = "openai/second", url = "x" }'))
    ended = pair.cli("run", "pets")
    assert ended.code == 2
    assert "fallback" in ended.err
    assert "url" in ended.err
    assert "Traceback" not in ended.err


def test_a_server_that_asks_for_long_quiet_is_unavailable(pair) -> None:
    pair.first.draw = lambda: failing(429, retry_after="300")
    (outcome,) = pair.run(max_concurrency=1)
    assert (outcome.failed, outcome.stopped) == (0, None)
    assert (pair.first.calls, pair.second.calls) == (1, 10)


def test_an_item_fails_where_both_are_unavailable(pair) -> None:
    pair.first.draw = pair.second.draw = lambda: failing(503)
    (outcome,) = pair.run(max_concurrency=1)
    assert outcome.failed == 10


def test_another_fallback_is_another_run_and_its_key_is_asked_for_first(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.first.draw = lambda: OK
    pair.run()
    toml = (pair.root / "harness.toml").read_text()
    pair.write("harness.toml", toml.replace("openai/second", "openai/third"))
    assert pair.run()[0].asked == 10
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "OPENAI_API_KEY is not set" in pair.run()[0].skipped
