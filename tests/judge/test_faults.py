"""Judging that is killed goes on where it was; a key is in nothing that judging leaves."""

import os
import signal
import subprocess
import sys
import time

import pytest
from fakes.server import OK, Fault, chat_completion

from harness.run.journal import latest

from .conftest import Court, answers

KEY = "planted-judge-5b1e-do-not-keep"


def start(court: Court) -> subprocess.Popen[str]:
    code = "from harness.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "judge", "limits", "--max-concurrency", "4"],
        cwd=court.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_judge_goes_on_where_it_was(court: Court, number: int):
    court.task(60)
    court.candidate("rag", answers(60, wrong=[5]))
    court.run()
    court.server.delay = 0.05
    work = start(court)
    end = time.monotonic() + 60
    while court.server.calls < 20:
        assert time.monotonic() < end
        time.sleep(0.01)
    work.send_signal(number)
    work.communicate(timeout=60)
    (journal,) = court.root.glob("results/limits/records/*/judgements/*/records.jsonl")
    finished = len(latest(journal))
    assert 0 < finished < 60
    court.server.delay = 0.0
    before = court.server.calls
    (outcome,) = court.judge()
    assert outcome.asked == 60 - finished
    # What was in flight when it was killed may have been asked twice, and no more.
    assert court.server.calls - before <= 60 - finished
    assert court.row("rag").metrics["judged"].value == pytest.approx(59 / 60)


def said_with_key(text: str) -> dict:
    return chat_completion(text, f"fake-{KEY}", ident=KEY)


@pytest.mark.parametrize(
    "faults",
    [
        [OK],
        [Fault(body=said_with_key(f"right {KEY}"))],
        [OK, Fault(400, body={"error": {"message": f"key {KEY}", "code": None}})],
        [Fault(401, headers={"x-key": KEY}, body={"error": {"message": f"Incorrect API key: {KEY}"}})],
    ],
    ids=["fine", "in the answer", "in some errors", "refused"],
)
@pytest.mark.parametrize("metric", ["judged", "faithfulness"])
def test_a_planted_key_is_in_nothing_that_judging_leaves_or_says(
    court: Court, monkeypatch: pytest.MonkeyPatch, faults: list[Fault], metric: str
):
    monkeypatch.setenv("JUDGE_KEY", KEY)
    court.task(6, f'api_key_env = "JUDGE_KEY"\nmetrics = ["{metric}"]')
    court.candidate("rag", answers(6), ["1 bar"])
    court.run()
    turn = iter(range(10**6))
    court.server.draw = lambda: faults[next(turn) % len(faults)]
    said = [court.cli("judge", "limits", "--max-failures", "1.0"), court.cli("--debug", "judge", "limits")]
    labels = court.labels([{"id": f"q{i}", "label": int(i > 1)} for i in range(6)], "labels.csv")
    if metric == "judged":
        said.append(court.cli("judge", "limits", "--against", str(labels)))
    said.append(court.cli("leaderboard", "limits"))
    assert all(KEY in seen.headers["authorization"] for seen in court.server.seen)
    assert court.server.seen
    left = [path for path in court.root.rglob("*") if path.is_file()]
    assert any("judgements" in str(path) for path in left)
    assert [path for path in left if KEY.encode() in path.read_bytes()] == []
    assert [ended for ended in said if KEY in ended.out or KEY in ended.err] == []
