"""A leaderboard and a gate's outcome with set figures, and a GitHub that answers on loopback."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.estimate import Estimate, State
from harness.gate.outcome import Change, Fell, Outcome, Verdicts, Word
from harness.gate.policy import Tier
from harness.leaderboard.rows import Leaderboard, Row
from harness.publish.source import Decision, Published
from harness.types import Rung


def estimate(value, n=400):
    return Estimate(value, value - 0.03, value + 0.03, value - 0.025, value + 0.025, 0.95, n, 0, "Wilson")


def row(name, value, state=State.MET):
    return Row(
        name, "tfidf", Rung.TRAINED, incumbent=False, n=400, seeds=1,
        metrics={"accuracy": estimate(value)}, requirements={"accuracy": state}, meets=state,
    )  # fmt: skip


def change(candidate, word=Word.WORSE, **more):
    about = {"base": 0.9, "head": 0.84, "difference": -0.06, "low": -0.09, "high": -0.03, "shared": 400}
    about |= {"p_value": 0.001, "p_holm": 0.002, "beyond": word is Word.WORSE}
    return Change("colours", candidate, "accuracy", Tier.BLOCK, word, **(about | more))


@pytest.fixture
def published():
    """`published(rows=3, changes=...)`."""

    def make(rows=3, changes=(), result="blocked", notes=()):
        board = Leaderboard(
            task="colours", version="1", test_hash="h", primary="accuracy", higher_is_better=True,
            metrics=("accuracy",), requirement={"accuracy": ">= 0.85"}, margin=0.03, items=400, groups=0,
            rows=(
                *(row(f"bot{i}", 0.9 - i / 100, list(State)[i % 3]) for i in range(rows)),
                Row("away", "tfidf", Rung.TRAINED, incumbent=False, skipped="no key <b>"),
            ),
        )  # fmt: skip
        outcome = Outcome(
            result, "main (abc)", "2026-01-01T00:00:00+00:00", 3.2, 0.05, "2026-01-04T00:00:00+00:00",
            changes=tuple(changes), verdicts=(Verdicts("colours", "undecided", "worth it: bot0"),), notes=tuple(notes),
        )  # fmt: skip
        return Published([board], {"colours": Decision("worth it", "It is.", "bot0")}, outcome if changes else None)

    return make


@pytest.fixture
def make_change():
    return change


@pytest.fixture
def fell():
    return Fell


class FakeGitHub:
    """Comments of one pull request, with GitHub's pages; `refuse` answers calls on them with these statuses."""

    def __init__(self):
        self.comments: dict[int, str] = {}
        self.authors: dict[int, str] = {}
        self.user, self.told = "github-actions[bot]", False
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        self.refuse: list[int] = []
        self.before_answer = None
        self._next = 1
        self._lock = threading.Lock()

    def add(self, body, author="github-actions[bot]"):
        with self._lock:
            self.comments[self._next] = body
            self.authors[self._next] = author
            self._next += 1
            return self._next - 1

    def answer(self, method, path, content):  # noqa: PLR0911
        self.calls.append(f"{method} {path}")
        if self.refuse and path != "/user":
            return self.refuse.pop(0), {"message": "Resource not accessible by integration"}
        if self.before_answer:
            self.before_answer(method)
        if m := re.fullmatch(r"/repos/o/r/issues/7/comments\?per_page=100&page=(\d+)", path):
            first = 100 * (int(m[1]) - 1)
            every = [{"id": i, "body": b, "user": {"login": self.authors[i]}} for i, b in sorted(self.comments.items())]
            return 200, every[first : first + 100]
        if path == "/user":
            # The second is what the token of a job or of an app is answered.
            return (200, {"login": self.user}) if self.told else (403, {"message": "Resource not accessible"})
        if method == "POST" and path == "/repos/o/r/issues/7/comments":
            name = self.add(content["body"], self.user)
            return 201, {"id": name, "user": {"login": self.authors[name]}}
        if m := re.fullmatch(r"/repos/o/r/issues/comments/(\d+)", path):
            if int(m[1]) not in self.comments:
                return 404, {"message": "Not Found"}
            if method == "DELETE":
                del self.comments[int(m[1])]
                return 204, None
            self.comments[int(m[1])] = content["body"]
            return 200, {}
        return 404, {"message": "Not Found"}


@pytest.fixture
def github():
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def _go(self):
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            fake.tokens.add(self.headers["Authorization"])
            status, body = fake.answer(self.command, self.path, content)
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _go  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture
def job(github, tmp_path):
    """The environment of a job on a pull request of the same repository."""

    def make(source="o/r", run=5, **more):
        event = {"pull_request": {"number": 7, "head": {"repo": {"full_name": source}}}}
        (tmp_path / "event.json").write_text(json.dumps(event))
        return {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": "secret-token",
            "GITHUB_RUN_ID": str(run),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        } | more

    return make
