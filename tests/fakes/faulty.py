"""The fake server in a process of its own, with faults by share and a log of what it was asked.

    python faulty.py PORT LOG SPEC

`SPEC` is a JSON object: `delay` and `per_second` of the fake server, `seed`, and the share of calls that meet each of
`errors`, `truncated`, `resets` and `hanging`. Every call is written to LOG before it is answered: the words of its last
message that begin with `#`, joined.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[1]))
from fakes.server import HANGING, OK, RESET, TRUNCATED, FakeServer, Fault, failing

MIXED = {"errors": 0.05, "truncated": 0.02, "hanging": 0.005, "resets": 0.005}


class LoggingServer(FakeServer):
    """Appends a line for every call that arrives."""

    log: Any

    async def _serve(
        self, request: web.Request, answer: Callable[[Any], Any], error: Callable[[int], Any]
    ) -> web.StreamResponse:
        words = json.loads(await request.read())["messages"][-1]["content"].split()
        self.log.write(" ".join(word for word in words if word.startswith("#")) + "\n")
        return await super()._serve(request, answer, error)


def drawing(spec: dict[str, Any]) -> Callable[[], Fault]:
    rng = random.Random(spec.get("seed", 0))
    errors = [failing(500), failing(503), failing(429), failing(502)]

    def draw() -> Fault:
        place = rng.random()
        for name, faults in (
            ("errors", errors), ("truncated", [TRUNCATED]), ("hanging", [HANGING]), ("resets", [RESET]),
        ):  # fmt: skip
            if place < (share := spec.get(name, 0.0)):
                return rng.choice(faults)
            place -= share
        return OK

    return draw


class Faulty:
    """Such a process, as a test sees it. It keeps its port when it is started again."""

    def __init__(self, folder: Path, **spec: Any) -> None:
        self.log, self.port, self._spec = folder / "asked.log", 0, spec
        self.log.touch()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        command = [sys.executable, __file__, str(self.port), str(self.log), json.dumps(self._spec)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """At once: every connection breaks."""
        self._process.kill()
        self._process.communicate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self) -> list[str]:
        """What it was asked so far, one entry a call."""
        return self.log.read_text().splitlines()

    def times(self) -> Counter[str]:
        """How often each thing was asked."""
        return Counter(self.asked())

    def wait_for(self, calls: int, most_s: float = 60.0) -> None:
        """Until it was asked so often."""
        end = time.monotonic() + most_s
        while len(self.asked()) < calls:
            if time.monotonic() > end:
                raise TimeoutError(f"only {len(self.asked())} of {calls} calls came")
            time.sleep(0.01)


def main() -> None:
    port, log, spec = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    server = LoggingServer(
        delay=spec.get("delay", 0.0), per_second=spec.get("per_second"), draw=drawing(spec), keep=False
    )
    server.port = port
    with Path(log).open("a", buffering=1) as server.log, server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
