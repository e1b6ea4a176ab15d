"""A wire-level fake of OpenAI's chat completions and embeddings and of the Anthropic messages API, on loopback.

Every answer is the last word of the last message, so that a test can tell whether an answer belongs to its question;
what goes wrong is scripted fault by fault, or drawn from a seeded generator. `python server.py [DELAY]` serves until
its standard input closes, for whoever must not count the server's own CPU.
"""

import asyncio
import contextlib
import json
import random
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True)
class Fault:
    """One way for a call to go wrong, or to be odd. The default is nothing of the kind."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    truncate: bool = False
    """The body ends in the middle, and so does the JSON in it."""
    reset: bool = False
    """The connection breaks without an answer."""
    hang: bool = False
    """No answer ever comes."""
    trickle: float = 0.0
    """Seconds between the bytes of the answer."""
    body: Any = None
    """Sent in place of the answer, with code and message of an error in the form the provider gives them."""


OK = Fault()
TRUNCATED, RESET, HANGING = Fault(truncate=True), Fault(reset=True), Fault(hang=True)


def failing(status: int, **headers: str) -> Fault:
    """An HTTP error; `retry_after="1"` is the header `retry-after: 1`."""
    return Fault(status, {name.replace("_", "-"): value for name, value in headers.items()})


def mixed(seed: int, share: float = 0.05, *faults: Fault) -> Callable[[], Fault]:
    """Draws one of `faults` for a share of the calls; by default every kind that is worth another attempt."""
    rng = random.Random(seed)
    kinds = faults or (failing(429, retry_after="0"), failing(500), failing(503), TRUNCATED, RESET)
    return lambda: rng.choice(kinds) if rng.random() < share else OK


@dataclass(frozen=True)
class Seen:
    """A call as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes


class FakeServer:
    """Serves from a thread of its own; use as a context manager."""

    def __init__(
        self,
        *,
        delay: float = 0.0,
        draw: Callable[[], Fault] = lambda: OK,
        per_second: float | None = None,
        keep: bool = True,
    ) -> None:
        """`draw` gives the fault of a call that is not scripted; over `per_second` calls a second get a 429."""
        self.delay, self.draw, self.per_second, self.keep = delay, draw, per_second, keep
        self.answer: Callable[[Any], Any] = openai_answer
        """Of chat completions."""
        self.seen: list[Seen] = []
        self.calls = 0
        self.in_flight = self.most_in_flight = 0
        self.port = 0
        self._script: deque[Fault] = deque()
        self._second: deque[float] = deque()
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def openai(self) -> str:
        """`base_url` for the openai SDK."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def anthropic(self) -> str:
        """`base_url` for the anthropic SDK."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, *faults: Fault) -> None:
        """The next calls meet these, in this order."""
        self._script.extend(faults)

    def __enter__(self) -> Self:
        self._thread.start()
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def up(self) -> None:
        """Listens; the second time on the same port as before."""
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def down(self) -> None:
        """Stops listening and breaks every connection."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)

    async def _start(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1/embeddings", self._embeddings)
        app.router.add_post("/v1/messages", self._anthropic)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, self.answer, openai_error)

    async def _embeddings(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, embeddings_answer, openai_error)

    async def _anthropic(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, anthropic_answer, anthropic_error)

    async def _serve(
        self, request: web.Request, answer: Callable[[Any], Any], error: Callable[[int], Any]
    ) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw)
        self.calls += 1
        if self.keep:
            self.seen.append(Seen(request.path, {k.lower(): v for k, v in request.headers.items()}, body, raw))
        fault = self._fault()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            return await _respond(request, fault, answer(body) if fault.status == 200 else error(fault.status))
        finally:
            self.in_flight -= 1

    def _fault(self) -> Fault:
        if self._script:
            return self._script.popleft()
        if self.per_second:
            now = time.monotonic()
            while self._second and self._second[0] <= now - 1.0:
                self._second.popleft()
            if len(self._second) >= self.per_second:
                return failing(429)
            self._second.append(now)
        return self.draw()


async def _respond(request: web.Request, fault: Fault, said: Any) -> web.StreamResponse:
    if fault.hang:
        await asyncio.sleep(3600)
    if fault.reset and request.transport:
        request.transport.abort()
        return web.Response()
    text = json.dumps(said if fault.body is None else fault.body).encode()
    if fault.trickle:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        for byte in text:
            await response.write(bytes([byte]))
            await asyncio.sleep(fault.trickle)
        return response
    if fault.truncate:
        text = text[: len(text) // 2]
    return web.Response(body=text, status=fault.status, headers=fault.headers, content_type="application/json")


def expected(body: dict[str, Any]) -> str:
    """The text that answers a request: the last word of its last message."""
    return str(body["messages"][-1]["content"].split()[-1])


def _tokens(body: dict[str, Any]) -> int:
    return sum(len(message["content"].split()) for message in body["messages"]) + len(body.get("system", "").split())


def openai_answer(body: dict[str, Any]) -> dict[str, Any]:
    """A chat completion; half of the tokens sent count as cached."""
    said = expected(body)
    text = json.dumps({"answer": said}) if "response_format" in body else said
    return chat_completion(text, body["model"] + "-2026", sent=_tokens(body))


def chat_completion(text: str, model: str, *, ident: str = "chatcmpl-1", sent: int = 9) -> dict[str, Any]:
    """A text as OpenAI's servers send it."""
    return {
        "id": ident,
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": sent,
            "completion_tokens": 1,
            "total_tokens": sent + 1,
            "prompt_tokens_details": {"cached_tokens": sent // 2, "audio_tokens": 0},
        },
    }


def embedding(text: str) -> list[float]:
    """How often each of its words stands in it, words put into 64 places by a checksum: not of length 1."""
    counts = [0.0] * 64
    for word in text.lower().split():
        counts[zlib.crc32(word.strip(".,?").encode()) % 64] += 1.0
    return counts


def embeddings_answer(body: dict[str, Any]) -> dict[str, Any]:
    """Vectors, the last one first: what belongs to what is told by the index alone."""
    rows = [{"object": "embedding", "index": i, "embedding": embedding(t)} for i, t in enumerate(body["input"])]
    sent = sum(len(text.split()) for text in body["input"])
    return {
        "object": "list",
        "data": rows[::-1],
        "model": body["model"] + "-2026",
        "usage": {"prompt_tokens": sent, "total_tokens": sent},
    }


def openai_error(status: int) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"message": f"scripted {status}", "type": "scripted", "param": None, "code": None}}


def anthropic_answer(body: dict[str, Any]) -> dict[str, Any]:
    """A message; of the tokens sent, a quarter is read from the prompt cache and a quarter written to it."""
    said = expected(body)
    sent = _tokens(body)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"] + "-2026",
        "content": [{"type": "text", "text": json.dumps({"answer": said}) if "output_config" in body else said}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": sent - 2 * (sent // 4),
            "cache_read_input_tokens": sent // 4,
            "cache_creation_input_tokens": sent // 4,
            "output_tokens": 1,
        },
    }


def anthropic_error(status: int) -> dict[str, Any]:
    """The body of an error."""
    return {"type": "error", "error": {"type": "scripted", "message": f"scripted {status}"}}


def main() -> None:
    """Prints the port, and serves until standard input closes."""
    with FakeServer(delay=float(sys.argv[1]) if len(sys.argv) > 1 else 0.0, keep=False) as server:
        print(server.port, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()


if __name__ == "__main__":
    main()
