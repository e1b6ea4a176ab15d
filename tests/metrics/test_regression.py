import numpy as np
import pytest
from sklearn import metrics as reference

from harness.metrics import regression
from tests.metrics.scoring import figure


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (regression.mae, reference.mean_absolute_error),
        (regression.rmse, reference.root_mean_squared_error),
        (regression.r2, reference.r2_score),
        (regression.bias, lambda t, a: float(np.mean(a - t))),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_figures_are_those_of_scikit_learn(ours, theirs, offset):
    rng = np.random.default_rng(0)
    for n in (2, 3, 100):
        target = rng.normal(size=n) + offset
        answer = target + rng.normal(size=n)
        expected = theirs(target, answer)
        found = figure(ours(), target.tolist(), answer.tolist())
        assert found == pytest.approx(expected, abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("answer", [[3.0, 3.0, 3.0], [3.0, 4.0, 3.0]])
def test_r2_of_targets_that_do_not_vary_is_one_or_zero_as_in_scikit_learn(answer):
    target = [3.0, 3.0, 3.0]
    assert figure(regression.r2(), target, answer) == reference.r2_score(target, answer)


def test_r2_of_a_resample_is_that_of_its_items():
    rng = np.random.default_rng(1)
    pairs = [(float(t), float(a)) for t, a in rng.normal(5, 2, size=(12, 2))]
    counts = rng.integers(0, 3, size=(40, 12))
    for found, times in zip(regression.r2().aggregate(pairs, counts), counts, strict=True):
        drawn = np.repeat(np.array(pairs), times, axis=0)
        assert found == pytest.approx(reference.r2_score(*drawn.T), abs=1e-9)


@pytest.mark.parametrize("q", [0.05, 0.1, 0.5, 0.9])
def test_quantiles_of_the_residual_are_those_of_numpy(q):
    rng = np.random.default_rng(2)
    for n in (1, 10, 37):
        residual = np.round(rng.normal(size=n), 1)
        found = figure(regression.residual_quantile(q), [0.0] * n, residual.tolist())
        assert found == np.quantile(residual, q, method="inverted_cdf")
    assert regression.quantile_named("residual_quantile[0.9]") == 0.9
    assert regression.quantile_named("residual_quantile[1.5]") is None


@pytest.mark.parametrize(
    "metric",
    [regression.mae(), regression.rmse(), regression.r2(), regression.bias(), regression.residual_quantile(0.5)],
)
@pytest.mark.parametrize(("target", "answer"), [(1.0, 1e200), (1e300, 1.0), (-1.7e308, 1.7e308)])
def test_a_number_too_large_to_compute_with_leaves_no_figure(metric, target, answer):
    values = [metric.score(1.0, 2.0), metric.score(3.0, 3.5), metric.score(target, answer)]
    assert not np.isfinite(metric.aggregate(values, np.ones((1, 3)))[0])


def test_a_quantile_has_one_name_however_it_is_written():
    for written in ("0.5", ".5", "0.50"):
        assert regression.residual_quantile(regression.quantile_named(f"residual_quantile[{written}]")).name == (
            "residual_quantile[0.5]"
        )
    for q in (0.00001, 0.99999999):
        assert regression.quantile_named(regression.residual_quantile(q).name) == q


def test_items_without_an_answer_are_left_out_since_a_number_has_no_worst_value():
    for metric in (regression.mae(), regression.rmse(), regression.bias(), regression.r2()):
        assert metric.failed is None
    assert figure(regression.mae(), [1.0, 2.0], [2.5, None]) == 1.5
