import asyncio
from pathlib import Path

import numpy as np
import pytest

from harness import OpenProject
from harness.early.stopped import METHOD, best_of_pairs
from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.report.comparison import comparison_text
from harness.report.markdown import leaderboard_markdown
from harness.run.session import Options
from harness.stats.simultaneous import best_of, simultaneous
from tests.early.test_until_decided import project, toy
from tests.projects import recorded_project


def stopped(root: Path) -> OpenProject:
    opened = project(root, toy("good", "trained", 90) + toy("poor", "rag", 60) + toy("worse", "prompting", 20))
    names = ["good", "poor", "worse"]
    session, chosen = opened.session("t", names, Options(latency=False))
    study = opened.until_decided(session, chosen)
    opened.finish_decided(study, asyncio.run(session.run(chosen)))
    return opened


def test_a_pair_that_was_stopped_shows_its_confidence_sequence_and_nothing_of_fixed_n(tmp_path: Path) -> None:
    opened = stopped(tmp_path)
    board = opened.leaderboard("t", ["good", "poor", "worse"])
    good = board["good"]
    assert board.best == "poor"
    assert good.vs_best is not None
    assert good.vs_best.method == METHOD
    assert np.isnan(good.vs_best.p_value)
    assert good.vs_best.low > 0
    assert good.ranks is None
    assert good.detectable is None
    assert good.metrics["accuracy"].method == METHOD
    assert good.metrics["macro_f1"].warning is not None
    assert board.best_trained is not None
    assert board.best_trained.method == METHOD
    assert board.best_trained.against == "good - poor"
    assert "good was stopped early: decided after" in " ".join(board.warnings)
    assert "| good |" in leaderboard_markdown(board)


def test_compare_shows_the_sequence_and_refuses_other_metrics(tmp_path: Path) -> None:
    opened = stopped(tmp_path)
    found = opened.compare("t", "good", "poor")
    assert found.kind == "sequential"
    assert found.tests == ()
    assert found.power is None
    assert found.estimates is None
    assert "valid at all times" in comparison_text(found)
    with pytest.raises(ComparisonError, match="ended once"):
        opened.compare("t", "good", "poor", metric="macro_f1")


def test_after_a_full_run_everything_is_of_fixed_n_again(tmp_path: Path) -> None:
    opened = stopped(tmp_path)
    opened.run("t", ["good", "poor", "worse"], Options(latency=False))
    board = opened.leaderboard("t", ["good", "poor", "worse"])
    assert board["good"].ranks == (1, 1)
    assert board["good"].vs_best is not None
    assert board["good"].vs_best.method != METHOD
    assert opened.compare("t", "good", "poor").kind == "fixed"


def test_the_best_of_pairs_is_that_of_simultaneous_intervals() -> None:
    rng = np.random.default_rng(1)
    estimates = np.array([0.8, 0.7, 0.75, 0.6])
    draws = estimates + rng.normal(0, 0.05, (500, 4))
    index = [(a, b) for a in (0, 1) for b in (2, 3)]
    found = simultaneous(estimates, draws, index)
    pairs = {
        (f"t{a}", f"l{b}"): Comparison(f"l{b}", found.value[i], found.low[i], found.high[i], 0.5, 10, "")
        for i, (a, b) in enumerate(index)
    }
    expected, ours = best_of([0, 1], [2, 3], estimates, draws), best_of_pairs(pairs, higher_is_better=True)
    assert ours is not None
    assert (ours.difference, ours.low, ours.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert ours.against == "t0 - l2"
    flipped = {n: Comparison(p.against, -p.difference, -p.high, -p.low, 0.5, 10, "") for n, p in pairs.items()}
    lower = best_of_pairs(flipped, higher_is_better=False)
    assert lower is not None
    assert (lower.difference, lower.low, lower.high) == pytest.approx((ours.difference, ours.low, ours.high))


def test_ranks_and_power_are_on_the_leaderboard(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    right = {name: (rng.random(400) < p).tolist() for name, p in (("a", 0.95), ("b", 0.7), ("c", 0.69), ("d", 0.3))}
    opened = recorded_project(tmp_path, right, rungs={"b": "rag"})
    opened.run("t", (), Options(latency=False))
    board = opened.leaderboard("t")
    assert [board[name].ranks for name in "abcd"] == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert board["b"].detectable is None
    assert board["a"].detectable is not None
    assert 0.03 < board["a"].detectable < 0.15
    text = leaderboard_markdown(board)
    assert "| 2-3 |" in text
    assert "Power: with 80 %" in text
