import json
from pathlib import Path
from typing import Any

import pytest

from harness import OpenProject
from harness.errors import DataError
from harness.run.options import Options
from tests.projects import recorded_project, write_lines

OPTIONS = Options(latency=True)


def project(root: Path, lines: list[dict[str, Any]], *, settings: str = "", extra: str = "") -> OpenProject:
    """Six items, x and y in turn, and the candidate `other` that recorded these lines."""
    toml = f'[candidates.other]\nadapter = "recorded"\nfile = "other.jsonl"\n{settings}'
    opened = recorded_project(root, {"base": [True] * 6}, toml=toml, extra=extra)
    write_lines(root / "other.jsonl", lines)
    return opened


def scored(*scores: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"i{i:04}", "score": score, **more} for i, score in enumerate(scores)]


def test_scores_count_in_the_primary_metric_and_in_no_other(tmp_path: Path) -> None:
    opened = project(tmp_path, scored(1, 1, 1, 0, 0.5, 1))
    opened.run("t", ["base", "other"], OPTIONS)
    row = opened.leaderboard("t")["other"]
    assert row.metrics["accuracy"].value == pytest.approx(0.75)
    assert list(row.metrics) == ["accuracy"]
    assert row.unparsed == row.failed == 0


def test_a_recording_of_scores_is_shown_beside_others(tmp_path: Path) -> None:
    from harness.report.markdown import leaderboard_markdown

    opened = project(tmp_path, scored(1, 1, 1, 0, 0, 1))
    opened.run("t", ["base", "other"], OPTIONS)
    assert "other" in leaderboard_markdown(opened.leaderboard("t"))


def test_an_answer_goes_before_a_score(tmp_path: Path) -> None:
    opened = project(tmp_path, [{**line, "answer": "x"} for line in scored(1, 1, 1, 1, 1, 1)])
    opened.run("t", ["other"], OPTIONS)
    assert opened.leaderboard("t", ["other"])["other"].metrics["accuracy"].value == 0.5


def test_seeds_usage_seconds_and_errors_are_taken_over(tmp_path: Path) -> None:
    usage = {"model": "openai/gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    lines = [line for s in (1, 2) for line in scored(1, 1, 0, 1, 1, s - 1, seed=s, usage=usage, seconds=0.25)]
    lines[0] = {"id": "i0000", "seed": 1, "error": "timeout"}
    opened = project(tmp_path, lines, settings="seeds = [1, 2]\n")
    opened.run("t", ["other"], OPTIONS)
    row = opened.leaderboard("t", ["other"])["other"]
    assert (row.seeds, row.failed) == (2, 1)
    assert row.metrics["accuracy"].value == pytest.approx((3 + 5) / 12)
    assert row.p50_ms is not None
    assert row.p50_ms.value == 250
    assert row.billed_usd in (0, None)
    assert row.seed_share is not None


def test_the_price_is_looked_up_by_model_and_nothing_is_billed(tmp_path: Path) -> None:
    usage = {"model": "openai/gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    opened = project(tmp_path, scored(*[1] * 6, usage=json.dumps(usage)))
    opened.run("t", ["other"], OPTIONS)
    row = opened.leaderboard("t", ["other"])["other"]
    assert row.usd_per_1000.value == pytest.approx(3.5)  # $2.50 and $10 per million
    assert row.billed_usd == 0


def test_reading_a_file_is_no_latency_and_no_throughput(tmp_path: Path) -> None:
    opened = project(tmp_path, scored(*[1] * 6))
    opened.run("t", ["other"], OPTIONS)
    row = opened.leaderboard("t", ["other"])["other"]
    assert row.p50_ms is None
    assert row.per_second is None


def refused(root: Path, lines: list[dict[str, Any]], message: str, **more: str) -> None:
    opened = project(root, lines, **more)
    with pytest.raises(DataError, match=message):
        opened.run("t", ["other"], OPTIONS)


def test_unknown_items_are_refused_and_named(tmp_path: Path) -> None:
    refused(tmp_path, [*scored(1), {"id": "stranger", "score": 1}], "1 recorded items are not test items.*'stranger'")


def test_an_item_twice_is_refused_and_named(tmp_path: Path) -> None:
    refused(tmp_path, [*scored(1, 1), *scored(0)], "recorded more than once: 'i0000'")


def test_dedupe_keeps_the_first(tmp_path: Path) -> None:
    opened = project(tmp_path, [*scored(*[1] * 6), *scored(0)], settings="dedupe = true\n")
    opened.run("t", ["other"], OPTIONS)
    assert opened.leaderboard("t", ["other"])["other"].metrics["accuracy"].value == 1


def test_a_score_outside_the_range_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, scored(1, 1.5), "the score 1.5 is outside the range of accuracy, 0 to 1")


def test_scores_are_refused_where_the_primary_metric_is_no_mean(tmp_path: Path) -> None:
    refused(tmp_path, scored(1, 1), "macro_f1", extra='[metrics]\nprimary = "macro_f1"\n')


def test_a_seed_that_was_not_recorded_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, scored(1, 1, seed=7), r"seed 0 is not recorded.*seeds = \[7\]")


@pytest.mark.parametrize("usage", [{"inputtokens": 3}, "many", {"input_tokens": "many"}])
def test_usage_that_says_nothing_valid_is_refused(tmp_path: Path, usage: Any) -> None:
    refused(tmp_path, scored(1, usage=usage), "usage")


@pytest.mark.parametrize(
    "cells", [{"cost_usd": -5}, {"seconds": -3}, {"usage": {"input_tokens": 10, "cached_tokens": 1200}}]
)
def test_what_cannot_have_been_measured_is_refused_before_anything_runs(tmp_path: Path, cells: dict[str, Any]) -> None:
    opened = project(tmp_path, scored(1, 1, 1, 1, 1, 1, **cells))
    with pytest.raises(DataError, match=r"other\.jsonl:1: "):
        opened.run("t", ["base", "other"], OPTIONS)
    assert not list((tmp_path / "results").glob("t/records/*"))
