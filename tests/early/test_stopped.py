import asyncio
from pathlib import Path

import msgspec
import numpy as np
import pytest

from harness import OpenProject
from harness.early.stopped import METHOD, best_of_pairs
from harness.errors import ComparisonError
from harness.estimate import Comparison
from harness.report.comparison import comparison_text
from harness.report.decision import decision_markdown
from harness.report.markdown import leaderboard_markdown
from harness.run.options import Options
from harness.stats.simultaneous import best_of, simultaneous
from tests.early.test_until_decided import project, run, toy
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
    assert "macro_f1" not in good.metrics
    assert board.best_trained is not None
    assert board.best_trained.method == METHOD
    assert board.best_trained.against == "good - poor"
    said = " ".join(board.warnings)
    assert "good was stopped early: decided after" in said
    assert "macro_f1, weighted_f1: not shown" in said
    assert "| good |" in leaderboard_markdown(board)


def test_what_was_saved_is_on_the_board_and_in_the_decision(tmp_path: Path) -> None:
    opened = stopped(tmp_path)
    found = opened.decided("t", ["good", "poor", "worse"])
    saved = found.board["good"].saved
    assert saved is not None
    assert saved.usd == pytest.approx(0.01 * saved.items)
    words = f"saved {saved.items:,} items, about {saved.items:,} calls and ${saved.usd:.2f}"
    assert f"; {words}" in leaderboard_markdown(found.board)
    assert words in decision_markdown(found.verdict)


def test_a_pair_is_of_the_items_that_were_looked_at_everywhere(tmp_path: Path) -> None:
    opened = stopped(tmp_path)
    found = opened.compare("t", "good", "worse")
    manifests = {e.name: e.runs[0].manifest for e in opened.decided("t", ["good", "poor", "worse"]).entries}
    (pair,) = (pair for pair in manifests["good"].decided if pair.against == "worse")
    table = found.table
    assert table is not None
    assert found.n == pair.n == sum(msgspec.structs.astuple(table))
    assert (table.only_a - table.only_b) / found.n == pytest.approx(found.difference.difference)
    assert len(found.flips) == table.only_a + table.only_b
    assert found.others == 0
    assert found.pairs == 2
    assert "for all 2 pairs at once" in comparison_text(found)
    longest = max(pair.n for pair in manifests["good"].decided)
    assert opened.leaderboard("t", ["good", "poor", "worse"])["good"].metrics["accuracy"].n == longest
    gains = [r for r in opened.decided("t", ["good", "poor", "worse"]).verdict.reasons if "is better than" in r.claim]
    assert [
        f"{decided.n:,} items" in gains[0].figure for decided in manifests["good"].decided if decided.against == "poor"
    ]


def test_groups_in_flight_are_in_no_figure(tmp_path: Path) -> None:
    toml = toy("good", "trained", 95, batch=7) + toy("poor", "rag", 30, batch=7)
    opened = project(tmp_path, toml, groups=300)
    run(opened, "good", "poor")
    board = opened.leaderboard("t", ["good", "poor"])
    assert board["good"].metrics["accuracy"].n % 4 == 0


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
