"""Candidates together: the interval of each pair is that of the two alone, at the level at which all hold."""

import numpy as np
import pytest

from harness.figures.joint import Pairs, joint_figures
from harness.figures.paired import compare
from harness.figures.units import Footing
from harness.metrics.classification import accuracy, macro_f1
from harness.metrics.metric import Metric, mean
from harness.scores import Column, Scores
from harness.stats.bootstrap import Side
from harness.stats.interval import Interval
from harness.stats.mean import constant_interval
from harness.stats.multiseed import Seeded, multi_bootstrap
from harness.stats.proportion import wilson
from harness.stats.simultaneous import all_pairs, simultaneous
from harness.stats.tango import tango

RNG = np.random.default_rng


def pairs_of(
    metric: Metric,
    candidates: list[list[np.ndarray]],
    values: list,
    draws: int = 2000,
    groups: np.ndarray | None = None,
) -> Pairs:
    """Candidates by the codes of each of their seeds."""
    columns = [[Column(values, np.asarray(codes)) for codes in seeds] for seeds in candidates]
    sides = [Side(metric.aggregate, c.values, c.codes) for seeds in columns for c in seeds]
    owners = [k for k, seeds in enumerate(columns) for _ in seeds]
    return Pairs(metric, columns, groups, joint_figures(sides, owners, draws, RNG(0), groups))


def ends_of(pairs: Pairs, index: list[tuple[int, int]] | np.ndarray) -> list[Interval]:
    found = simultaneous(pairs.figures.estimates, pairs.figures.draws, index, interval=pairs.better)
    return [Interval(low, high) for low, high in zip(found.low, found.high, strict=True)]


def test_a_single_pair_of_proportions_has_tangos_interval() -> None:
    a, b = np.repeat([1, 0, 1, 0], [40, 20, 60, 40]), np.repeat([0, 1, 1, 0], [40, 20, 60, 40])
    (found,) = ends_of(pairs_of(accuracy(), [[a], [b]], [0.0, 1.0]), [(0, 1)])
    assert found == pytest.approx(tango(40, 20, 160), abs=1e-9)


@pytest.mark.parametrize(("only_a", "n"), [(0, 60), (60, 60)])
def test_a_pair_that_never_varies_has_its_own_interval_at_bonferronis_level(only_a: int, n: int) -> None:
    a, b = np.ones(n, dtype=int), np.full(n, int(only_a == 0))
    other = RNG(1).integers(0, 2, n)
    found = ends_of(pairs_of(accuracy(), [[a], [b], [other]], [0.0, 1.0]), all_pairs(3))
    assert found[0] == pytest.approx(tango(only_a, 0, n, 1 - 0.05 / 3), abs=1e-9)
    assert found[0].low < tango(only_a, 0, n).low


def test_an_aggregate_that_never_varies_is_bounded_too() -> None:
    codes = np.arange(60) % 2
    pairs = pairs_of(macro_f1(), [[codes], [codes]], [("a", "a"), ("b", "b")])
    (found,) = ends_of(pairs, [(0, 1)])
    assert found == pytest.approx(constant_interval(0.0, 60, 0.95, (-1, 1)))


def test_a_difference_is_no_surer_than_the_groups_of_the_rarest_class() -> None:
    values = [("rare", "rare"), ("a", "a"), ("b", "b"), ("b", "a")]
    a = np.repeat([0, 1, 2], [30, 285, 285])
    b = np.where((a == 2) & (np.arange(600) % 3 == 0), 3, a)
    groups = np.arange(600) // 10
    (found,) = ends_of(pairs_of(macro_f1(), [[a], [b]], values, groups=groups), [(0, 1)])
    data = [
        Scores(
            [str(i) for i in range(600)],
            ["h"] * 600,
            [str(g) for g in groups],
            {"macro_f1": Column(values, codes)},
            np.zeros(600, dtype=bool),
            np.zeros(600, dtype=bool),
        )
        for codes in (a, b)
    ]
    alone = compare(macro_f1(), [data[0]], [data[1]], "b", RNG(0))
    # Three groups hold the rare class, in which A and B agree, and which makes a third of the figure.
    elsewhere = wilson(0, 3).high / 3
    expected = (alone.difference - elsewhere, alone.difference + elsewhere)
    assert (alone.low, alone.high) == pytest.approx(expected)
    assert tuple(found) == pytest.approx(expected)


def test_what_a_difference_rests_on_is_the_least_of_both() -> None:
    values, groups = [("rare", "rare"), ("a", "a"), ("b", "b")], np.arange(600) // 10
    codes = np.repeat([0, 1, 2], [30, 285, 285])
    pairs = pairs_of(macro_f1(), [[codes], [codes]], values, groups=groups)
    assert pairs.footing(0, 1) == Footing(
        all=60, fewest=pytest.approx(9), alike=(pytest.approx(3), pytest.approx(1 / 6))
    )


def test_less_is_better_turns_the_interval_over() -> None:
    metric = Metric("mae", score=lambda t, a: abs(t - a), failed=None, bounds=None, higher_is_better=False)
    a, b = RNG(2).integers(0, 4, (2, 50))
    pairs = pairs_of(metric, [[a], [b]], [0.0, 1.0, 2.0, 5.0])
    low, high = pairs.interval(0, 1, 0.95, 1.0)
    assert pairs.better(0, 1, 0.95, 1.0) == (-high, -low)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_several_seeds_have_the_interval_of_the_two_alone(seeds: int) -> None:
    rng = RNG(seeds)
    rates = np.clip(0.7 + 0.08 * rng.standard_normal(seeds), 0, 1)
    trained, plain = [(rng.random(400) < r).astype(int) for r in rates], (rng.random(400) < 0.75).astype(int)
    (found,) = ends_of(pairs_of(accuracy(), [trained, [plain]], [0.0, 1.0], 8000), [(0, 1)])
    alone = multi_bootstrap(
        Seeded(mean, [0.0, 1.0], np.stack(trained)),
        8000,
        rng,
        baseline=Seeded(mean, [0.0, 1.0], plain[None, :]),
        bounds=(-1, 1),
    )
    # The critical value of one pair is drawn too, and is at least the normal one.
    assert found.high - found.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_intervals_over_few_seeds_hold_together_as_often_as_they_say() -> None:
    """Three candidates of the same quality, two of three seeds each; without the seeds' luck it is about 75 %."""
    rng, held = RNG(7), 0
    for _ in range(150):
        items = rng.standard_normal(150)
        seeds = [3, 3, 1]
        scores = [
            0.08 * rng.standard_normal((s, 1)) * (s > 1) + items + 0.3 * rng.standard_normal((s, 150)) for s in seeds
        ]
        values, codes = np.unique(np.concatenate(scores).round(1), return_inverse=True)
        rows = list(codes.reshape(7, 150))
        metric = Metric("grade", score=lambda t, a: a, failed=None, bounds=None)
        pairs = pairs_of(metric, [rows[:3], rows[3:6], rows[6:]], values.tolist(), 300)
        held += all(low <= 0 <= high for low, high in ends_of(pairs, all_pairs(3)))
    assert 0.90 <= held / 150 <= 0.995
