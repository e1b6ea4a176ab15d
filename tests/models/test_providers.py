"""OpenAIModel and AnthropicModel against a server that speaks their wire formats."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import pytest
from fakes.server import HANGING, RESET, TRUNCATED, FakeServer, Fault, failing, openai_answer

from harness.errors import ConfigError, UnavailableError
from harness.models.anthropic import AnthropicModel
from harness.models.api import Completion, Message, ModelError, Request
from harness.models.http import Endpoint, HttpModel
from harness.models.openai import OpenAIModel

ASKED = Request((Message("system", "Be brief."), Message("user", "one two three word-7")), max_tokens=9)
CHOICE = Request((Message("user", "which? blue"),), choices=("red", "blue"))


def _model(provider: str, server: FakeServer, **options: object) -> HttpModel:
    structured = options.pop("structured", None)
    url = server.openai if provider == "openai" else server.anthropic
    kind = OpenAIModel if provider == "openai" else AnthropicModel
    return kind("fake", Endpoint(url, **options), structured=structured)


def _run(model: HttpModel, *requests: Request) -> list[Completion | BaseException]:
    async def main() -> list[Completion | BaseException]:
        try:
            return await asyncio.gather(*map(model.complete, requests), return_exceptions=True)
        finally:
            await model.close()

    return asyncio.run(main())


def _one(model: HttpModel, request: Request = ASKED) -> Completion:
    (said,) = _run(model, request)
    if isinstance(said, BaseException):
        raise said
    return said


def _error(model: HttpModel, request: Request = ASKED) -> ModelError:
    with pytest.raises(ModelError) as caught:
        _one(model, request)
    return caught.value


both = pytest.mark.parametrize("provider", ["openai", "anthropic"])


def test_openai_sends_messages_limit_and_temperature_as_the_api_names_them(server):
    said = _one(_model("openai", server))
    assert said == Completion("word-7", 6, 3, 1, model="fake-2026")
    assert server.seen[0].path == "/v1/chat/completions"
    assert server.seen[0].body == {
        "model": "fake",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "one two three word-7"}],
        "max_tokens": 9,
        "temperature": 0.0,
    }


def test_openai_itself_is_told_the_limit_by_its_newer_name(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.openai)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    model = OpenAIModel("fake", Endpoint())
    _one(model, CHOICE)
    body = server.seen[0].body
    assert body["max_completion_tokens"] == 256
    assert "max_tokens" not in body
    assert "response_format" in body
    assert server.seen[0].headers["authorization"] == "Bearer sk-planted-0123456789"
    assert server.openai in model.key()


def test_anthropic_gets_its_system_prompt_apart_and_counts_every_input_token(server):
    said = _one(_model("anthropic", server))
    # 6 tokens sent: 4 counted as input, 1 read from its cache, 1 written to it.
    assert said == Completion("word-7", 6, 1, 1, model="fake-2026")
    assert server.seen[0].path == "/v1/messages"
    assert server.seen[0].body == {
        "model": "fake",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "one two three word-7"}],
        "max_tokens": 9,
        "temperature": 0.0,
    }


@both
def test_a_temperature_of_none_is_not_sent(server, provider):
    _one(_model(provider, server), Request(ASKED.messages, temperature=None))
    assert "temperature" not in server.seen[0].body


def test_openai_restricts_choices_by_a_strict_schema_and_unwraps_the_answer(server):
    assert _one(_model("openai", server, structured=True), CHOICE).text == "blue"
    described = server.seen[0].body["response_format"]["json_schema"]
    assert described["strict"] is True
    assert described["schema"]["properties"]["answer"]["enum"] == ["red", "blue"]


def test_anthropic_restricts_choices_by_its_output_format(server):
    assert _one(_model("anthropic", server), CHOICE).text == "blue"
    form = server.seen[0].body["output_config"]["format"]
    assert form["type"] == "json_schema"
    assert form["schema"]["properties"]["answer"]["enum"] == ["red", "blue"]


@both
def test_a_server_that_cannot_restrict_answers_is_not_asked_to(server, provider):
    assert _one(_model(provider, server, structured=False), CHOICE).text == "blue"
    assert {"response_format", "output_config"}.isdisjoint(server.seen[0].body)


@both
def test_many_calls_at_once_each_get_the_answer_to_their_own_question(server, provider):
    server.delay = 0.05
    asked = [Request((Message("user", f"question w{i}"),)) for i in range(150)]
    said = _run(_model(provider, server), *asked)
    assert [s.text for s in said] == [f"w{i}" for i in range(150)]
    assert server.most_in_flight > 100, "the transport must leave the bound to the limiter"


def _openai_body(**choice: object) -> Fault:
    answer = openai_answer({"model": "fake", "messages": [{"content": "x"}]})
    answer["choices"][0].update(choice)
    return Fault(body=answer)


@pytest.mark.parametrize(
    ("fault", "text", "stop"),
    [
        (_openai_body(message={"content": "cut", "refusal": None}, finish_reason="length"), "cut", "length"),
        (_openai_body(message={"content": None}, finish_reason="length"), "", "length"),
        (_openai_body(message={"content": None, "refusal": "I will not."}), "I will not.", "refusal"),
        (_openai_body(message={"content": "x"}, finish_reason="content_filter"), "x", "refusal"),
    ],
)
def test_openai_stops_are_told_apart(server, fault, text, stop):
    server.script(fault)
    said = _one(_model("openai", server))
    assert (said.text, said.stop) == (text, stop)


@pytest.mark.parametrize(
    ("reason", "content", "text", "stop"),
    [
        ("max_tokens", [{"type": "text", "text": "cut"}], "cut", "length"),
        ("max_tokens", [], "", "length"),
        ("refusal", [], "", "refusal"),
        ("end_turn", [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}], "so", "stop"),
    ],
)
def test_anthropic_stops_are_told_apart(server, reason, content, text, stop):
    usage = {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": None}
    server.script(Fault(body={"content": content, "stop_reason": reason, "usage": usage}))
    said = _one(_model("anthropic", server))
    assert (said.text, said.stop) == (text, stop)


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("openai", {"choices": []}),
        ("openai", {"choices": [{"message": {"content": None}, "finish_reason": "stop"}]}),
        ("openai", ["no", "object"]),
        ("anthropic", {"content": [], "stop_reason": "end_turn", "usage": {}}),
        ("anthropic", {"error": "of a proxy"}),
    ],
)
def test_an_answer_that_holds_none_is_worth_another_attempt(server, provider, body):
    server.script(Fault(body=body))
    error = _error(_model(provider, server))
    assert (error.kind, error.retry, error.billed) == ("BadResponse", True, True)


@both
def test_a_truncated_body_is_worth_another_attempt(server, provider):
    server.script(TRUNCATED)
    error = _error(_model(provider, server))
    assert (error.kind, error.retry) == ("BadResponse", True)


@both
def test_a_connection_that_breaks_is_worth_another_attempt(server, provider):
    server.script(RESET)
    error = _error(_model(provider, server))
    assert (error.kind, error.retry, error.billed) == ("ConnectionLost", True, True)


@both
def test_a_server_that_is_not_there_was_never_reached(server, provider):
    server.down()
    error = _error(_model(provider, server))
    assert (error.kind, error.retry, error.billed) == ("CannotConnect", True, False)


@both
@pytest.mark.parametrize(
    ("status", "kind", "retry", "final"),
    [
        (400, "BadRequest", False, False),
        (401, "Unauthorised", False, True),
        (403, "Forbidden", False, True),
        (404, "UnknownModel", False, True),
        (429, "RateLimited", True, False),
        (500, "ServerError", True, False),
        (503, "Overloaded", True, False),
    ],
)
def test_a_status_becomes_the_error_of_the_table(server, provider, status, kind, retry, final):
    server.script(failing(status, retry_after="7"))
    error = _error(_model(provider, server))
    assert (error.kind, error.retry, error.final) == (kind, retry, final)
    assert error.after == (7.0 if retry else None)
    assert error.message == f"HTTP {status}: scripted {status}"
    assert server.calls == 1, "the SDK itself must not try again"


@both
@pytest.mark.parametrize(
    ("slow", "limits"),
    [
        pytest.param(HANGING, {"first_byte_s": 0.1}, id="no first byte"),
        pytest.param(HANGING, {"total_s": 0.2}, id="half of the total without a byte"),
        pytest.param(Fault(trickle=0.02), {"first_byte_s": 0.5, "total_s": 0.3}, id="a byte now and then"),
    ],
)
def test_a_call_that_hangs_is_given_up(server, provider, slow, limits):
    server.script(slow)
    error = _error(_model(provider, server, **limits))
    assert (error.kind, error.retry, error.billed) == ("TimedOut", True, True)


def test_an_address_that_never_answers_is_given_up_within_the_time_for_connecting():
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # Nobody accepts: once the queue is full, the system leaves a further connection unanswered.
        for _ in range(4):
            place = waiting.enter_context(socket.socket())
            place.setblocking(False)
            place.connect_ex(full.getsockname())
        error = _error(OpenAIModel("fake", Endpoint(f"http://127.0.0.1:{full.getsockname()[1]}/v1", connect_s=0.2)))
    assert (error.kind, error.retry) == ("CannotConnect", True)


@both
def test_a_key_is_in_no_message_and_no_answer(server, provider, monkeypatch):
    monkeypatch.setenv("ODD_NAME", "planted/key+of=odd%letters")
    for fault in (
        Fault(401, body={"error": {"message": "wrong key planted/key+of=odd%letters"}}),
        Fault(500, body={"error": {"message": "a" * 480 + " planted/key+of=odd%letters"}}),
        Fault(body="planted/key+of=odd%letters"),
    ):
        server.script(fault)
        model = _model(provider, server, key_env="ODD_NAME")
        assert "planted" not in str(_error(model))
        assert "planted" not in str(model.key())
    echo = Request((Message("user", "say planted/key+of=odd%letters"),))
    assert _one(_model(provider, server, key_env="ODD_NAME"), echo).text == "[key]"


@both
def test_no_key_is_needed_for_a_server_of_ones_own_and_the_environments_is_not_sent_where_another_is_named(
    server, provider, monkeypatch
):
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-key-0123")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-0123")
    _one(_model(provider, server))
    assert "0123" not in str(server.seen[0].headers)
    with pytest.raises(UnavailableError, match="variable NOT_SET is not set"):
        _one(_model(provider, server, key_env="NOT_SET"))


@pytest.mark.parametrize("url", ["http://me:secret@host/v1", "https://host/v1?key=secret"])
def test_an_address_with_credentials_in_it_is_refused_without_repeating_them(url):
    with pytest.raises(ConfigError, match="api_key_env") as caught:
        Endpoint(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8000", "host/v1", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ConfigError, match="expected an address"):
        Endpoint(url)


@both
@pytest.mark.parametrize(
    ("url", "leaves"),
    [("http://127.0.0.1:1/v1", False), ("http://[::1]/v1", False), ("http://localhost/", False), ("http://h/v1", True)],
)
def test_only_loopback_keeps_what_is_sent_on_this_machine(provider, url, leaves):
    kind = OpenAIModel if provider == "openai" else AnthropicModel
    assert kind("fake", Endpoint(url)).leaves_machine is leaves
    assert kind("fake", Endpoint()).leaves_machine is True


def test_a_closed_model_connects_again(server):
    async def main(complete: Callable[[Request], Awaitable[Completion]], close: Callable[[], Awaitable[None]]) -> None:
        for _ in range(2):
            assert (await complete(ASKED)).text == "word-7"
            await close()

    model = _model("openai", server)
    asyncio.run(main(model.complete, model.close))


@both
def test_a_proxy_of_the_environment_is_used_unless_the_host_is_excepted(server, provider, monkeypatch):
    monkeypatch.setenv("http_proxy", server.anthropic)
    kind, path = (OpenAIModel, "/v1") if provider == "openai" else (AnthropicModel, "")
    assert _one(kind("fake", Endpoint(f"http://model.invalid{path}"))).text == "word-7"
    monkeypatch.setenv("no_proxy", "model.invalid")
    assert _error(kind("fake", Endpoint(f"http://model.invalid{path}"))).kind == "CannotConnect"
