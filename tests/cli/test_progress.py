"""What a log, which is no terminal, says of a run that goes on."""

import io

import pytest
from rich.console import Console

from harness.cli import progress


def test_a_log_has_a_line_per_stage_and_after_half_a_minute_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    log = io.StringIO()
    with progress.Bars(Console(file=log, width=100), "pets") as bars:
        for seconds, stage, done in [
            (0, "preparing", 0), (40, "preparing", 0),
            (41, "answering", 0), (50, "answering", 3), (72, "answering", 1_200), (80, "answering", 1_300),
            (110, "answering", 1_900), (111, "done", 2_000),
        ]:  # fmt: skip
            clock[0] = float(seconds)
            bars.report("lora", stage, done, 2_000, 0)
    assert log.getvalue().splitlines() == [
        "pets: lora: preparing",
        "pets: lora: answering 2,000 items",
        "pets: lora: answering 1,200 of 2,000 items",
        "pets: lora: answering 1,900 of 2,000 items",
        "pets: lora: done",
    ]
