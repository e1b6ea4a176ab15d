"""What a provider's error means, and how long it asks to wait."""

import pytest

from harness.models.faults import CODES, STATUS, from_status, redact, retry_after

NOW = "Sat, 21 Nov 2026 10:00:00 GMT"


def test_nothing_is_both_retried_and_final():
    for table in (*STATUS.values(), *CODES.values()):
        assert not [fault for fault in table.values() if fault.retry and fault.final]


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_wrong_key_and_an_unknown_model_are_final_for_every_provider(provider):
    for status in (401, 403, 404):
        error = from_status(provider, status, {}, None, "no")
        assert error.final
        assert not error.retry


@pytest.mark.parametrize(("status", "retry"), [(418, False), (507, True), (529, True)])
def test_a_status_that_is_not_in_the_table_is_judged_by_its_hundred(status, retry):
    assert from_status("openai", status, {}, None, "odd").retry is retry


def test_a_spent_quota_is_no_rate_limit():
    error = from_status("openai", 429, {"retry-after": "1"}, {"error": {"code": "insufficient_quota"}}, "")
    assert (error.kind, error.retry, error.final, error.after) == ("QuotaSpent", False, True, None)


def test_a_body_of_any_shape_gives_a_message():
    for body, said in [
        ({"error": {"message": "a"}}, "a"),
        ({"message": "b"}, "b"),
        ({"error": "c"}, "c"),
        (None, "d"),
        (["e"], "d"),
        ({"error": {"message": None}}, "d"),
    ]:
        assert from_status("anthropic", 400, {}, body, "d").message == f"HTTP 400: {said}"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": NOW}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": NOW}, 0.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2.5s"}, 62.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h0m1s"}, 3601.0),
        ({"x-ratelimit-remaining-tokens": "7", "x-ratelimit-reset-tokens": "6s"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "later"}, None),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:05Z",
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2026-11-21T10:00:09Z",
                "date": NOW,
            },
            9.0,
        ),
        ({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "x", "date": NOW}, None),
    ],
)
def test_every_way_to_ask_for_a_wait_is_read(headers, seconds):
    assert retry_after(headers) == seconds


def test_a_point_in_time_without_the_servers_own_clock_is_not_trusted_to_ours():
    assert retry_after({"retry-after": NOW}) is None
    assert retry_after({"anthropic-ratelimit-x-remaining": "0", "anthropic-ratelimit-x-reset": NOW}) is None


def test_secrets_are_cut_out_of_a_text(monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "0123456789abc")
    monkeypatch.setenv("SHORT_KEY", "abc")
    said = redact("0123456789abc abc mine-is-this sk-proj-abcdef123", "mine-is-this")
    assert said == "[SOME_API_KEY] abc [key] [key]"
