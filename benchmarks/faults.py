"""Runs against a server that goes wrong, and runs that are killed: what is lost, and what is asked twice.

    python benchmarks/faults.py [--items 5000] [--kills 50] [--killed-items 1000]

First 5 % errors, 2 % truncated bodies, 0.5 % resets and 0.5 % calls that hang, 429 beyond 200 requests a second, and a
restart of the server in mid-run. Then kills at random moments of a run of two candidates, some while one of them
trains and others with 100 items of three calls each in flight; each is followed by a rerun.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fakes.faulty import MIXED, Faulty
from fakes.field import ASKING, TRAINED, Field

AT_ONCE = 100
RESTART_S = 1.0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--items", type=int, default=5000)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--killed-items", type=int, default=1000)
    given = options.parse_args()
    mixed(given.items)
    killed(given.killed_items, given.kills)


def mixed(items: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        field = Field(Path(folder), items)
        with Faulty(Path(folder), delay=0.1, per_second=200, **MIXED) as server:
            field.write(server.url, ASKING)
            restart = threading.Thread(target=restart_at, args=(server, items // 2))
            restart.start()
            begun = time.monotonic()
            (outcome,) = field.go()
            wall = time.monotonic() - begun
            restart.join()
            calls = len(server.asked())
        answered = field.finished()
        print(
            "| items | answered | failed | wrong | calls / items | wall s |\n"
            "| ---: | ---: | ---: | ---: | ---: | ---: |"
        )
        print(
            f"| {items:,} | {len(answered):,} | {outcome.failed} | {len(field.wrong())} | {calls / items:.3f} "
            f"| {wall:.0f} |\n"
        )
        assert len(field.records()) == len(answered) + outcome.failed == items
        assert not field.wrong()
        assert calls <= 1.15 * items


def restart_at(server: Faulty, calls: int) -> None:
    server.wait_for(calls, most_s=3600)
    server.kill()
    time.sleep(RESTART_S)
    server.start()


def killed(items: int, kills: int) -> None:
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        field, calm = Field(Path(folder) / "killed", items), Field(Path(folder) / "calm", items)
        with Faulty(Path(folder), delay=0.1) as server:
            calm.write(server.url, TRAINED, ASKING)
            assert not any(outcome.failed for outcome in calm.go(max_concurrency=AT_ONCE))
            needed, whole = set(server.asked()), len(server.asked())
            server.log.write_text("")
            field.write(server.url, TRAINED, ASKING)
            kept: set[str] = set()
            lost = repeated = 0
            for kill in range(kills + 1):
                before = len(server.asked())
                if kill < kills:
                    # The first ones while it trains.
                    moment = kill % 5 + 1 if kill < kills // 5 else rng.randrange(1, max(2, whole // kills))
                    process = field.start("--max-concurrency", str(AT_ONCE))
                    server.wait_for(before + moment)
                    process.kill()
                    process.communicate()
                else:
                    field.go(max_concurrency=AT_ONCE)
                finished = field.finished()
                lost += len(kept - finished)
                repeated += len(field.answered_again(kept, server.asked()[before:]))
                kept = finished
            calls, asked = len(server.asked()), set(server.asked())
        print("| kills | items | records lost | finished items asked again | calls / calls needed | leaderboard |")
        print("| ---: | ---: | ---: | ---: | ---: | --- |")
        same = field.board() == calm.board()
        print(f"| {kills} | {2 * items:,} | {lost} | {repeated} | {calls / whole:.3f} | {'equal' if same else 'NOT'} |")
        assert (lost, repeated, len(kept), asked) == (0, 0, 2 * items, needed)
        assert not field.wrong()
        assert same


if __name__ == "__main__":
    main()
