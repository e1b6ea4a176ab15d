"""The openai provider against an independent server that speaks its API: `transformers serve`."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.models.api import Message, Request
from harness.models.http import Endpoint
from harness.models.openai import OpenAIModel
from harness.models.weights import weights_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Path]]:
    folder = weights_folder("smollm2-135m-instruct", "language")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1", folder
        finally:
            process.terminate()


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "transformers serve ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    pytest.fail("transformers serve did not come up within 120 s")


def test_an_independent_server_answers_and_counts_tokens(served: tuple[str, Path]) -> None:
    base_url, folder = served
    model = OpenAIModel(str(folder), Endpoint(base_url=base_url))
    request = Request((Message("user", "Name the capital of France in one short sentence."),), max_tokens=24)

    async def once() -> tuple[str, int, int]:
        answer = await model.complete(request)
        await model.close()
        return answer.text, answer.input_tokens, answer.output_tokens

    text, tokens_in, tokens_out = asyncio.run(once())
    assert "Paris" in text
    assert tokens_in > 10
    assert 0 < tokens_out <= 24
    assert not model.leaves_machine
