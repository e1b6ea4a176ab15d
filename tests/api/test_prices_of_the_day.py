"""Which day's prices the calls of a run are given."""

from datetime import date

import msgspec
import pytest

from harness.api import scoring
from harness.run.manifest import read_manifest, write_manifest
from tests.projects import recorded_project


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A project whose run ended in 2025, and the days on which prices were looked up."""
    project, days = recorded_project(tmp_path, {"good": [True] * 9 + [False]}), []
    (outcome,) = project.run("t")
    manifest = read_manifest(outcome.folder.manifest)
    write_manifest(outcome.folder.manifest, msgspec.structs.replace(manifest, ended="2025-03-31T23:59:00+00:00"))
    original = scoring.pricer

    def noted(on, prices):
        days.append(on)
        return original(on, prices)

    monkeypatch.setattr(scoring, "pricer", noted)
    return project, days


def test_a_leaderboard_takes_the_prices_of_the_day_of_the_run(asked) -> None:
    project, days = asked
    project.leaderboard("t")
    assert days == [date(2025, 3, 31)]


def test_pricing_anew_takes_those_of_today(asked, monkeypatch) -> None:
    project, days = asked
    monkeypatch.setattr(scoring, "today", lambda: date(2026, 11, 21))
    project.decided("t", prices={})
    assert days == [date(2026, 11, 21)]
