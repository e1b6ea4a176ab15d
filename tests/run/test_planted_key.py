"""Keys and hostile names: nothing that a run leaves holds a key, and no name leads out of the project's folder."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.server import OK, FakeServer, Fault, chat_completion

KEY = "planted-7f3a9c-do-not-keep"
TOML = """
[candidates.own]
adapter = "prompting"
model = "openai/fake"

[candidates.other]
adapter = "prompting"
model = "openai/fake"
base_url = "{url}"
api_key_env = "OTHER_KEY"
max_tokens = 65
"""


def left_behind(root: Path) -> Iterator[tuple[str, bytes]]:
    """The content of every file, and what is packed in the response cache in the clear."""
    for path in (path for path in root.rglob("*") if path.is_file()):
        yield str(path.relative_to(root)), path.read_bytes()
        if path.suffix == ".sqlite":
            db = sqlite3.connect(path)
            for table in ("answers", "batches"):
                for row in db.execute(f"select * from {table}"):
                    for cell in row:
                        yield f"{path.name} {table}", cell if isinstance(cell, bytes) else str(cell).encode()
            for (packed,) in db.execute("select requests from batches"):
                yield f"{path.name} requests", zlib.decompress(packed)
            db.close()


@pytest.fixture
def leaky(lab, monkeypatch: pytest.MonkeyPatch):
    """A server that repeats the key that it was sent wherever it can."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OTHER_KEY", KEY)
    with FakeServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai)
        lab.write("harness.toml", TOML.format(url=server.openai))
        lab.test({"id": f"i{n}", "text": f"beast {n} says dog", "label": "dog"} for n in range(20))
        lab.server = server
        yield lab


def said_with_key(text: str) -> dict:
    return chat_completion(text, f"fake-{KEY}", ident=KEY)


@pytest.mark.parametrize(
    "faults",
    [
        [OK],
        [Fault(body=said_with_key(f"dog {KEY}"))],
        [OK, Fault(400, body={"error": {"message": f"key {KEY} or {KEY}", "code": None}})],
        [Fault(401, headers={"x-key": KEY}, body={"error": {"message": f"Incorrect API key: {KEY}"}})],
        [Fault(body=f"not json {KEY}")],
    ],
    ids=["fine", "in the answer", "in some errors", "refused", "in rubbish"],
)
def test_a_planted_key_is_in_nothing_that_a_run_leaves_or_says(leaky, monkeypatch, faults: list[Fault]) -> None:
    from harness.models.retry import RetryPolicy

    monkeypatch.setattr("harness.models.caller.RetryPolicy", lambda: RetryPolicy(attempts=2, base=0.01))
    turn = iter(range(10**6))
    leaky.server.draw = lambda: faults[next(turn) % len(faults)]
    said = [leaky.cli("run", "pets", "--max-failures", "1.0"), leaky.cli("--debug", "run", "pets")]
    said += [leaky.cli("leaderboard", "pets"), leaky.cli("show", "pets", "own", "i3"), leaky.cli("run", "--dry-run")]
    said += [leaky.cli("doctor"), leaky.cli("list"), leaky.cli("decide", "pets")]
    assert all(KEY in seen.headers["authorization"] for seen in leaky.server.seen), "the key was used"
    assert leaky.server.seen
    found = dict(left_behind(leaky.root))
    assert any("records.jsonl" in name for name in found)
    assert [name for name, content in found.items() if KEY.encode() in content] == []
    assert [ended for ended in said if KEY in ended.out or KEY in ended.err] == []


def test_the_search_sees_what_the_cache_packs(leaky) -> None:
    leaky.cli("run", "pets")
    assert any(name.endswith("requests") and b"beast 7" in content for name, content in left_behind(leaky.root))


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out", "..", ".", "", "a\\..\\b"])
def test_a_candidate_s_name_cannot_leave_the_folder(lab, name: str) -> None:
    outside = sorted(path.name for path in lab.root.parent.iterdir())
    lab.write("harness.toml", f'[candidates.{json.dumps(name)}]\nadapter = "majority"\n')
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert sorted(path.name for path in lab.root.parent.iterdir()) == outside
    assert not (lab.root / "results").exists()


@pytest.mark.parametrize("name", ["../pets", "../../etc", "/etc", ".", "", "pets/../pets"])
def test_a_task_s_name_cannot_leave_the_folder(lab, name: str) -> None:
    for ended in (lab.cli("run", name), lab.cli("leaderboard", name)):
        assert ended.code == 2
        assert "Traceback" not in ended.err
    assert not (lab.root / "results").exists()


@pytest.mark.parametrize("adapter", ["../evil", "/tmp/evil", "./evil", "evil.py"])
def test_an_adapter_s_name_cannot_leave_the_folder_and_runs_nothing_from_there(lab, adapter: str) -> None:
    lab.write("evil.py", 'from pathlib import Path\nPath("ran.txt").write_text("yes")\n')
    lab.write("harness.toml", f'[candidates.a]\nadapter = "{adapter}"\n')
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "no adapter named" in ended.err
    assert not (lab.root / "ran.txt").exists()


@pytest.mark.parametrize("value", ["../secret.txt", "/etc/hostname", "prompts/../../secret.txt"])
def test_a_setting_s_file_cannot_leave_the_folder(lab, value: str) -> None:
    lab.write(
        "harness.toml", f'[candidates.a]\nadapter = "prompting"\nmodel = "openai/x"\nsystem = {{ file = "{value}" }}\n'
    )
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "leaves the project's folder" in ended.err


@pytest.mark.parametrize("value", ["../recording.jsonl", "/tmp/recording.jsonl"])
def test_a_recording_cannot_lie_outside(lab, value: str) -> None:
    (lab.root.parent / "recording.jsonl").write_text('{"id": "test0", "answer": "dog"}\n')
    lab.write("harness.toml", f'[candidates.a]\nadapter = "recorded"\nfile = "{value}"\n')
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "leaves the project's folder" in ended.err


@pytest.mark.parametrize("key", ["test", "train"])
def test_a_task_s_data_cannot_lie_outside_the_project(lab, key: str) -> None:
    (lab.root.parent / "rows.jsonl").write_text('{"id": "a", "text": "x", "label": "dog"}\n')
    lab.write("tasks/pets/task.toml", lab.task.replace(f'{key} = "{key}.jsonl"', f'{key} = "../../../rows.jsonl"'))
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "leaves" in ended.err


def test_the_ids_of_items_name_no_file(lab) -> None:
    lab.toy()
    lab.test([{"id": "../../out", "text": "woof", "label": "dog"}, {"id": "/etc/x", "text": "meow", "label": "cat"}])
    before = sorted(path.name for path in lab.root.parent.iterdir())
    assert lab.cli("run", "pets").code == 0
    assert sorted(path.name for path in lab.root.parent.iterdir()) == before
