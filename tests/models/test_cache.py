"""The response cache keeps what was answered, within its bound, for every process of a project."""

import sqlite3
import subprocess
import sys
import time

import msgspec
import pytest

from harness.errors import RunError
from harness.models.api import Completion, Message, Request
from harness.models.cache import Cached, ResponseCache, request_key


def _request(text: str, **parts: object) -> Request:
    return Request((Message("system", "s"), Message("user", text)), **parts)


def _put(cache: ResponseCache, i: int, size: int = 1) -> str:
    request = _request(f"q{i}")
    key = request_key(["m"], request)
    cache.put(key, request, Cached(Completion(f"{i}" * size, 3, 1, 1), 0.25))
    return key


def test_an_answer_and_its_request_survive_closing_and_opening_again(tmp_path):
    cache = ResponseCache(tmp_path / "new" / "c.sqlite")
    key = _put(cache, 7)
    kept = Cached(Completion("7", 3, 1, 1), 0.25)
    assert cache.get(key) == kept
    assert cache.request(key) == _request("q7")
    cache.close()
    cache = ResponseCache(tmp_path / "new" / "c.sqlite")
    assert cache.get(key) == kept
    assert cache.request(key) == _request("q7")
    assert cache.get("0" * 16) is None
    assert [cache.request(key) for key in ("f" * 16, "", "0.25", "f" * 40)] == [None] * 4
    cache.close()


def test_an_answer_that_was_committed_survives_a_process_that_never_closes(tmp_path):
    cache = ResponseCache(tmp_path / "c.sqlite")
    key = _put(cache, 1)
    cache.flush()
    other = ResponseCache(tmp_path / "c.sqlite")
    assert other.get(key) is not None
    other.close()
    cache.close()


def test_whatever_could_change_the_answer_changes_the_key():
    asked = _request("q")
    different = [
        (["n"], asked),
        (["m"], _request("r")),
        (["m"], Request(asked.messages[1:])),
        (["m"], Request((Message("assistant", "s"), *asked.messages[1:]))),
        (["m"], _request("q", choices=("a", "b"))),
        (["m"], _request("q", choices=("ab",))),
        (["m"], _request("q", schema={"type": "object"})),
        (["m"], _request("q", max_tokens=1)),
        (["m"], _request("q", temperature=None)),
        (["m"], _request("q", temperature=1.0)),
        (["m"], _request("q", repeat=1)),
        (["m"], _request("q", repeat=2)),
        (["m"], asked),
    ]
    assert len({request_key(key, request) for key, request in different}) == len(different)
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert request_key(one, _request("q", schema=one)) == request_key(other, _request("q", schema=other))


def test_a_default_is_part_of_the_key():
    assert all(getattr(_request("q"), name) == value for name, value in [("max_tokens", 256), ("temperature", 0.0)])
    assert len(msgspec.structs.astuple(_request("q"))) == len(Request.__struct_fields__)


def test_the_file_stays_within_its_bound_and_the_least_recently_used_go_first(tmp_path, monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "time", lambda: now)
    cache = ResponseCache(tmp_path / "c.sqlite", max_bytes=300_000)
    keys = []
    for i in range(300):
        now += 1.0
        keys.append(_put(cache, i, 1000))
        if i % 10 == 0:
            assert cache.get(keys[0])
            cache.flush()
    cache.close()
    assert (tmp_path / "c.sqlite").stat().st_size < 400_000
    cache = ResponseCache(tmp_path / "c.sqlite", max_bytes=300_000)
    kept = [cache.get(key) is not None for key in keys]
    cache.close()
    assert kept[0], "it was used all the time"
    assert not any(kept[1:50])
    assert all(kept[-60:])


_FILL = """
import sys
from pathlib import Path
from harness.models.api import Completion, Message, Request
from harness.models.cache import Cached, ResponseCache, request_key
start = int(sys.argv[2])
cache = ResponseCache(Path(sys.argv[1]))
for i in range(start, start + 200):
    request = Request((Message("system", "s"), Message("user", f"q{i}")))
    cache.put(request_key(["m"], request), request, Cached(Completion(f"{i}"), 0.25))
    if i % 3 == 0:
        cache.flush()
cache.close()
"""


def test_several_processes_may_open_and_write_at_once(tmp_path):
    path = tmp_path / "c.sqlite"
    run = [sys.executable, "-c", _FILL, str(path)]
    processes = [subprocess.Popen([*run, str(start)]) for start in (0, 100, 200)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    cache = ResponseCache(path)
    assert all(cache.get(request_key(["m"], _request(f"q{i}"))) for i in range(400))
    cache.close()


def test_a_file_that_cannot_be_written_costs_no_answer(tmp_path):
    cache = ResponseCache(tmp_path / "c.sqlite")
    cache._db.execute("pragma busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "c.sqlite", isolation_level=None)
    other.execute("begin immediate")
    key = _put(cache, 1)
    cache.flush()
    assert cache.get(key) is not None
    other.execute("rollback")
    other.close()
    cache.close()
    cache = ResponseCache(tmp_path / "c.sqlite")
    assert cache.get(key) is not None, "what could not be written then was written later"
    cache.close()


def test_a_file_that_is_no_cache_is_named(tmp_path):
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(RunError, match=r"c\.sqlite.*Delete it"):
        ResponseCache(path)


def test_a_cache_of_another_version_is_emptied(tmp_path):
    path = tmp_path / "c.sqlite"
    old = sqlite3.connect(path)
    old.execute("create table answers (key text primary key, other text)")
    old.commit()
    old.close()
    cache = ResponseCache(path)
    assert cache.get(_put(cache, 1))
    cache.close()
