"""Runs against a server that errs, hangs, refuses and goes away, and runs that are killed while they ask it."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fakes.faulty import MIXED, Faulty
from fakes.field import ASKING, TRAINED, Field

from harness.types import Failed

ITEMS = 300
AT_ONCE = ("--max-concurrency", "100")


def test_mixed_faults_end_with_a_right_answer_or_a_named_failure_for_every_item(tmp_path: Path) -> None:
    items = 700
    field = Field(tmp_path, items)
    with Faulty(tmp_path, delay=0.02, per_second=200, seed=3, **MIXED) as server:
        field.write(server.url, ASKING)
        (outcome,) = field.go()
        calls = len(server.asked())
    records = field.records()
    failures = [record for record in records.values() if isinstance(record, Failed)]
    assert len(records) == outcome.asked == items
    assert len(failures) == outcome.failed <= 0.01 * items
    assert field.wrong() == []
    # 8 % have to be asked again, and a few bursts over the rate find it, whose number does not grow with the items:
    # benchmarks/faults.py holds 5,000 items to 1.15.
    assert calls <= 1.1 * items + 200


def test_a_server_that_is_away_for_a_while_costs_no_item(tmp_path: Path) -> None:
    field = Field(tmp_path, ITEMS)
    with Faulty(tmp_path, delay=0.05) as server:
        field.write(server.url, ASKING)
        with ThreadPoolExecutor() as thread:
            running = thread.submit(field.go)
            server.wait_for(ITEMS // 4)
            server.kill()
            time.sleep(0.5)
            server.start()
            (outcome,) = running.result(120)
        calls = len(server.asked())
    assert outcome.failed == 0
    assert len(field.finished()) == ITEMS
    assert field.wrong() == []
    assert calls <= 1.15 * ITEMS + 64


def test_a_server_that_only_refuses_ends_the_run_with_the_reason(tmp_path: Path) -> None:
    field = Field(tmp_path, ITEMS)
    with Faulty(tmp_path, truncated=1.0) as server:
        field.write(server.url, ASKING.replace("prompting", "once"))
        (tmp_path / "adapters/once.py").write_text(ONCE)
        (outcome,) = field.go()
    assert "more than 5%; the last one: BadResponse" in outcome.stopped
    assert len(field.records()) < ITEMS


ONCE = '''\
"""Prompting without a second attempt, so that a test need not wait for five."""

from dataclasses import replace

from harness.models.retry import RetryPolicy
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Rung


class Once(Prompted):
    rung = Rung.PROMPTING

    async def load(self, task, folder, services):
        caller = self.caller(services)
        caller._retry = replace(caller._retry or RetryPolicy(), attempts=1)
        return PromptedPredictor(self, task, caller)
'''


def test_kills_at_random_moments_lose_no_record_and_repeat_no_finished_item(tmp_path: Path) -> None:
    rng, items = random.Random(1), 120
    killed, calm = Field(tmp_path / "killed", items), Field(tmp_path / "calm", items)
    with Faulty(tmp_path, delay=0.1) as server:
        calm.write(server.url, TRAINED, ASKING)
        assert not any(outcome.failed for outcome in calm.go(max_concurrency=100))
        needed, whole = set(server.asked()), len(server.asked())
        server.log.write_text("")
        killed.write(server.url, TRAINED, ASKING)
        kept: set[str] = set()
        for moment in (1, 3, *(rng.randrange(5, whole // 3) for _ in range(3))):
            process, before = killed.start(*AT_ONCE), len(server.asked())
            server.wait_for(before + moment)
            process.kill()
            process.communicate()
            again = server.asked()[before:]
            assert not killed.answered_again(kept, again)
            assert kept <= killed.finished(), "a record was lost"
            kept = killed.finished()
        before = len(server.asked())
        assert not any(outcome.failed for outcome in killed.go(max_concurrency=100))
        asked = server.asked()
    assert not killed.answered_again(kept, asked[before:])
    assert len(killed.finished()) == 2 * items
    assert killed.wrong() == []
    assert set(asked) == needed
    assert killed.board() == calm.board()
    assert not list((tmp_path / "killed/.harness/builds").glob(".*")), "half a build is left"
