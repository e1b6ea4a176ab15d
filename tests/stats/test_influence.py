import numpy as np
import pytest

from harness.metrics.classification import macro_f1
from harness.metrics.metric import mean
from harness.stats.bootstrap import Side, bootstrap, joint_draws
from harness.stats.influence import influence, normal_draws, normal_interval


def sides(n: int, rng: np.random.Generator) -> list[Side]:
    pairs = [(a, b) for a in "xyz" for b in "xyz"]
    target = rng.integers(0, 3, n)
    out = []
    for share in (0.8, 0.7):
        answer = np.where(rng.random(n) < share, target, rng.integers(0, 3, n))
        out.append(Side(macro_f1().aggregate, pairs, target * 3 + answer))
        out.append(Side(mean, [0.0, 1.0], (target == answer).astype(int)))
    return out


def test_the_influence_on_a_mean_is_the_distance_from_it() -> None:
    codes = np.array([0] * 600 + [1] * 400)
    assert influence(Side(mean, [0.0, 1.0], codes)) == pytest.approx([-0.4, 0.6], rel=1e-5)


def test_a_score_that_no_item_has_has_no_influence() -> None:
    codes = np.array([0] * 60 + [2] * 40)
    assert influence(Side(mean, [0.0, 5.0, 1.0], codes))[1] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("grouped", [False, True])
def test_normal_draws_have_the_covariance_of_the_bootstrap(grouped: bool) -> None:
    rng = np.random.default_rng(1)
    n = 6000
    both = sides(n, rng)
    groups = rng.integers(0, 2000, n) if grouped else None
    drawn = joint_draws(both, 4000, np.random.default_rng(2), groups)
    normal = normal_draws(both, 4000, np.random.default_rng(3), groups)
    assert normal.estimates == pytest.approx(drawn.estimates, abs=1e-12)
    assert normal.draws.std(axis=0) == pytest.approx(drawn.draws.std(axis=0), rel=0.06)
    assert np.corrcoef(normal.draws.T) == pytest.approx(np.corrcoef(drawn.draws.T), abs=0.06)


def test_the_same_seed_gives_the_same_draws() -> None:
    both = sides(500, np.random.default_rng(1))
    first, second = (normal_draws(both, 10, np.random.default_rng(3)).draws for _ in range(2))
    assert (first == second).all()


def test_too_many_distinct_scores_are_refused() -> None:
    side = Side(mean, list(range(3000)), np.arange(3000))
    with pytest.raises(ValueError, match="distinct scores"):
        normal_draws([side], 10, np.random.default_rng(0))


@pytest.mark.parametrize("grouped", [False, True])
def test_the_normal_interval_is_that_of_the_bootstrap(grouped: bool) -> None:
    rng = np.random.default_rng(4)
    side = sides(6000, rng)[0]
    groups = rng.integers(0, 2000, 6000) if grouped else None
    value, error, interval = normal_interval(side, groups)
    drawn = bootstrap(side.aggregate, side.values, side.codes, 4000, np.random.default_rng(5), groups=groups)
    assert value == pytest.approx(drawn.value)
    assert error == pytest.approx(drawn.standard_error, rel=0.1)
    assert interval == pytest.approx((drawn.low, drawn.high), abs=1.5e-3)


def test_the_normal_interval_is_cut_to_the_bounds() -> None:
    side = Side(mean, [0.0, 1.0], np.array([0] + [1] * 30))
    assert normal_interval(side, bounds=(0.0, 1.0))[2].high == 1.0
