import numpy as np
import pytest

from harness.leaderboard.rows import SeedRun
from harness.leaderboard.spent import seconds_per_call, usd_per_1000
from harness.money import Spending
from harness.run.manifest import Manifest
from harness.scores import Scores


def run(costs=(), groups=None, *, ids=None, **measured):
    n = len(costs)
    names = ids or [f"i{k}" for k in range(n)]
    none = np.zeros(n, dtype=bool)
    scores = Scores(names, names, groups or [None] * n, {}, none, none)
    manifest = Manifest("work", "1", "", "", "x", "", "", {}, "", 0, "", leaves_machine=False, items=n, **measured)
    spent = Spending(n, float(sum(costs)), 0.0, per_item=np.asarray(costs, dtype=float))
    return SeedRun(manifest, scores, (), spent)


def test_a_mean_over_seeds_is_over_the_items_and_not_twice_as_sure():
    costs = np.random.default_rng(1).lognormal(0, 1, 50)
    one, two = usd_per_1000([run(costs)]), usd_per_1000([run(costs), run(costs)])
    assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high))


def test_an_unknown_price_in_one_of_several_runs_leaves_the_mean_unknown():
    unknown = SeedRun(run([1.0]).manifest, run([1.0]).scores, (), Spending(1, None, None))
    assert usd_per_1000([run([1.0]), unknown]) is None


def test_a_single_call_has_a_price_and_no_interval_that_claims_more():
    assert usd_per_1000([run([0.002])]).value == pytest.approx(2.0)


def test_machine_time_varies_as_the_timed_queries_do():
    """Ten seconds over 100 items; the timed ones have a coefficient of variation of sqrt(2)/2."""
    mean, error = seconds_per_call([run(busy_seconds=10.0, busy_items=100, latency=(0.1, 0.3))])
    assert mean == pytest.approx(0.1)
    assert error == pytest.approx(0.1 * (0.5**0.5) / 10)


def test_without_timed_queries_the_doubt_of_machine_time_is_not_known_and_none_is_claimed_of_a_provider():
    assert seconds_per_call([run(busy_seconds=10.0, busy_items=100)]) == (pytest.approx(0.1), 0.0)
    assert seconds_per_call([run()]) is None
