"""From scores to estimates, against independent formulas."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.errors import ComparisonError
from harness.figures.estimates import metric_estimate, quantile_estimate
from harness.metrics.classification import accuracy, macro_f1
from harness.metrics.metric import Metric
from harness.scores import Column, Scores

RNG = np.random.default_rng
ACCURACY = accuracy()


def scores(
    values: list[float], groups: list[str] | None = None, failed: int = 0, start: int = 0, name: str = "accuracy"
) -> Scores:
    n = len(values)
    distinct = list(dict.fromkeys(values))
    return Scores(
        ids=[str(i + start) for i in range(n)],
        hashes=[f"h{i + start}" for i in range(n)],
        groups=groups or [None] * n,
        columns={name: Column(distinct, np.asarray([distinct.index(v) for v in values], dtype=np.int64))},
        failed=np.arange(n) < failed,
        unparsed=np.zeros(n, dtype=bool),
    )


def test_a_proportion_has_a_wilson_interval_and_exact_one_sided_bounds() -> None:
    found = metric_estimate(ACCURACY, [scores([1] * 87 + [0] * 13, failed=4)], RNG(0))
    low, high = proportion_confint(87, 100, 0.05, "wilson")
    lower, upper = proportion_confint(87, 100, 0.10, "beta")
    assert (found.value, found.n, found.failed, found.method) == (0.87, 100, 4, "Wilson, exact bounds")
    assert (found.low, found.high, found.lower, found.upper) == pytest.approx((low, high, lower, upper), abs=1e-9)


def test_groups_that_agree_within_widen_the_interval() -> None:
    values = [1] * 60 + [0] * 30
    alone = metric_estimate(ACCURACY, [scores(values)], RNG(0))
    together = metric_estimate(ACCURACY, [scores(values, [f"g{i // 10}" for i in range(90)])], RNG(0))
    assert together.value == alone.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_a_mean_of_numbers_has_a_t_interval_within_its_bounds() -> None:
    values = [0.1, 0.4, 0.5, 0.9, 0.95, 1.0, 0.2, 0.3]
    metric = Metric("grade", score=lambda t, a: a, failed=lambda t: 0.0)
    found = metric_estimate(metric, [scores(values, name="grade")], RNG(0))
    expected = stats.t.interval(0.95, 7, np.mean(values), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.method == "t"


def test_another_aggregate_is_resampled_and_the_same_seed_gives_the_same_figure() -> None:
    pairs = [("a", "a")] * 40 + [("a", "b")] * 10 + [("b", "b")] * 30 + [("b", None)] * 20
    column = Column(list(dict.fromkeys(pairs)), np.asarray([list(dict.fromkeys(pairs)).index(p) for p in pairs]))
    data = scores([1] * 100)
    data = Scores(data.ids, data.hashes, data.groups, {"macro_f1": column}, data.failed, data.unparsed)
    one, two = (metric_estimate(macro_f1(), [data], RNG(5)) for _ in range(2))
    assert one == two
    assert one.low < one.lower < one.value < one.upper < one.high
    assert one.method == "bootstrap"


def test_no_scored_item_is_an_error() -> None:
    with pytest.raises(ComparisonError, match="no item has a score in accuracy"):
        metric_estimate(ACCURACY, [scores([])], RNG(0))


def test_several_seeds_are_resampled_with_the_items() -> None:
    runs = [scores([1] * 80 + [0] * 20), scores([1] * 70 + [0] * 30)]
    found = metric_estimate(ACCURACY, runs, RNG(0))
    assert found.value == pytest.approx(0.75)
    assert "2 seeds" in found.method
    assert found.low < 0.70


def test_a_percentile_is_bounded_by_order_statistics() -> None:
    values = list(np.linspace(1, 100, 200))
    found = quantile_estimate(values, 0.95)
    assert found.low < found.value < found.high
    assert found.n == 200
    # With fewer than 59 values nothing bounds a 95th percentile from above.
    assert quantile_estimate(values[:58], 0.95).upper == np.inf
    assert quantile_estimate(values[:59], 0.95).upper < np.inf
