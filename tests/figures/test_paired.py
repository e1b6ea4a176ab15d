"""Two candidates on the items of both: what is paired with what."""

import pytest

from harness.errors import ComparisonError
from harness.figures.estimates import metric_estimate
from harness.figures.paired import compare
from harness.metrics.metric import Metric
from harness.scores import Scores
from tests.figures.test_estimates import ACCURACY, RNG, scores


def test_a_comparison_is_paired_on_the_items_of_both() -> None:
    a, b = scores([1, 1, 1, 0, 1, 1] * 20), scores([1, 0, 1, 0, 1, 0] * 20)
    found = compare(ACCURACY, [a], [b], "b", RNG(0))
    assert (found.difference, found.n, found.against) == (pytest.approx(1 / 3), 120, "b")
    assert 0 < found.low < 1 / 3 < found.high
    assert found.p_value < 1e-6
    shifted = scores([1, 0, 1, 0, 1, 0] * 20, start=60)
    assert compare(ACCURACY, [a], [shifted], "b", RNG(0)).n == 60


def test_items_that_share_an_id_but_not_their_content_are_not_paired() -> None:
    a, b = scores([1, 0]), scores([1, 0])
    b = Scores(b.ids, ["x", "y"], b.groups, b.columns, b.failed, b.unparsed)
    with pytest.raises(ComparisonError, match="no item in common"):
        compare(ACCURACY, [a], [b], "b", RNG(0))


def test_a_run_compared_with_itself_differs_by_nothing() -> None:
    a = scores([1, 0, 1] * 30)
    found = compare(ACCURACY, [a], [a], "a", RNG(0))
    assert (found.difference, found.p_value) == (0.0, 1.0)
    assert found.low <= 0.0 <= found.high


def test_a_metric_without_a_worst_value_is_over_the_answered_of_both() -> None:
    metric = Metric("rmse", score=lambda t, a: abs(t - a), failed=None, bounds=None, higher_is_better=False)
    a, b = scores([1.0, 2.0, 3.0, 4.0], name="rmse"), scores([1.0, 1.0, 1.0, 1.0], name="rmse")
    a.columns["rmse"].codes[0] = -1
    b.columns["rmse"].codes[3] = -1
    found = metric_estimate(metric, [a], RNG(0))
    assert (found.n, found.value, found.blind) == (3, 3.0, True)
    assert compare(metric, [a], [b], "b", RNG(0)).n == 2
