"""Kappas and a judge's error rates."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, recall_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as reference_fleiss

from harness.stats.agreement import cohen_kappa, error_rates, fleiss_kappa
from harness.stats.proportion import wilson

# Fleiss 1971, as in the article on Fleiss' kappa: 10 subjects, 14 raters, 5 categories, kappa .210.
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def two_raters(rng, n, rate=0.6, accuracy=0.85):
    truth = rng.random(n) < rate
    return (np.where(rng.random(n) < accuracy, truth, ~truth).astype(int) for _ in range(2))


def test_cohens_kappa_of_a_table_by_hand():
    # 20 both yes, 5 and 10 apart, 15 both no: (.7 - .5) / (1 - .5)
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = cohen_kappa(first, second)
    assert (found.value, found.observed, found.chance) == pytest.approx((0.4, 0.7, 0.5))
    assert found.n == 50


@pytest.mark.parametrize("seed", range(5))
def test_cohens_kappa_and_its_standard_error_are_those_of_sklearn_and_statsmodels(seed):
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 4, 20_000)
    b = np.where(rng.random(a.size) < 0.6, a, rng.integers(0, 4, a.size))
    found = cohen_kappa(a, b)
    table = np.zeros((4, 4))
    np.add.at(table, (a, b), 1)
    reference = cohens_kappa(table)
    assert found.value == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)
    # With this many items the interval is the normal one.
    assert (found.low, found.high) == pytest.approx((reference.kappa_low, reference.kappa_upp), abs=1e-4)


def test_fleiss_kappa_of_the_published_table():
    found = fleiss_kappa(FLEISS)
    assert found.value == pytest.approx(0.210, abs=5e-4)
    assert (found.observed, found.chance) == pytest.approx((0.378, 0.213), abs=5e-4)
    assert found.low < 0.210 < found.high


def test_fleiss_kappa_is_that_of_statsmodels():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 300)
    ratings = np.where(rng.random((300, 5)) < 0.7, truth[:, None], rng.integers(0, 3, (300, 5)))
    counts, _ = aggregate_raters(ratings)
    assert fleiss_kappa(counts).value == pytest.approx(reference_fleiss(counts), abs=1e-12)


@pytest.mark.parametrize(("n", "rate", "accuracy"), [(50, 0.5, 0.8), (100, 0.7, 0.9), (200, 0.7, 0.85)])
def test_kappas_cover(n, rate, accuracy):
    # Two independent raters of equal accuracy: both kappas have the same value.
    agree = accuracy**2 + (1 - accuracy) ** 2
    yes = rate * accuracy + (1 - rate) * (1 - accuracy)
    chance = yes**2 + (1 - yes) ** 2
    truth = (agree - chance) / (1 - chance)
    rng = np.random.default_rng(2)
    hits = np.zeros(2)
    for _ in range(500):
        a, b = two_raters(rng, n, rate, accuracy)
        counts = np.stack([2 - a - b, a + b], axis=1)
        hits += [found.low <= truth <= found.high for found in (cohen_kappa(a, b), fleiss_kappa(counts))]
    assert (hits / 500 >= 0.92).all()
    assert (hits / 500 <= 0.98).all()


def test_items_that_come_five_times_do_not_shorten_the_interval():
    a, b = two_raters(np.random.default_rng(3), 60)
    once = cohen_kappa(a, b, groups=np.arange(60))
    five = cohen_kappa(np.repeat(a, 5), np.repeat(b, 5), groups=np.repeat(np.arange(60), 5))
    assert (five.value, five.low, five.high) == pytest.approx((once.value, once.low, once.high))


def test_perfect_agreement_of_few_items_claims_no_certainty():
    found = cohen_kappa([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    # Wilson for 10 of 10 is .7225 to 1; half of that agreement is chance.
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx((0.7225 - 0.5) / 0.5, abs=1e-3)


@pytest.mark.parametrize("found", [cohen_kappa([1] * 9, [1] * 9), fleiss_kappa([[3, 0]] * 9)])
def test_a_single_category_shows_no_agreement_beyond_chance(found):
    assert (found.value, found.low, found.high) == (0.0, -1.0, 1.0)
    assert found.observed == 1.0


def test_the_same_split_on_every_item_gives_an_interval():
    found = fleiss_kappa([[2, 1], [2, 1], [2, 1], [2, 1]])
    assert -1 <= found.low < found.value < found.high <= 1


def test_sensitivity_and_specificity_are_the_recalls_of_sklearn_with_wilsons_intervals():
    rng = np.random.default_rng(4)
    truth = (rng.random(200) < 0.3).astype(int)
    judged = np.where(rng.random(200) < 0.8, truth, 1 - truth)
    found = error_rates(truth, judged)
    assert found.sensitivity.value == pytest.approx(recall_score(truth, judged))
    assert found.specificity.value == pytest.approx(recall_score(truth, judged, pos_label=0))
    for rate in (found.sensitivity, found.specificity):
        assert (rate.low, rate.high) == pytest.approx(wilson(rate.hits, rate.n))
    assert found.sensitivity.n + found.specificity.n == 200


def test_clusters_make_the_error_rates_less_certain():
    rng = np.random.default_rng(5)
    truth = np.repeat(rng.integers(0, 2, 40), 5)
    judged = np.repeat(np.where(rng.random(40) < 0.8, truth[::5], 1 - truth[::5]), 5)
    single = error_rates(truth, judged).sensitivity
    grouped = error_rates(truth, judged, groups=np.repeat(np.arange(40), 5)).sensitivity
    assert grouped.value == single.value
    assert grouped.high - grouped.low > 1.5 * (single.high - single.low)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cohen_kappa([], []), "two labels"),
        (lambda: cohen_kappa([1, 2], [1]), "two labels"),
        (lambda: fleiss_kappa(np.zeros((0, 3))), "shape"),
        (lambda: fleiss_kappa([[1, 0]]), "at least two"),
        (lambda: fleiss_kappa([[2, 1], [2, 2]]), "same number"),
        (lambda: error_rates([1, 1], [1, 0]), "no item is truly 0"),
        (lambda: error_rates([1, 0], [1]), "2 human labels"),
        (lambda: error_rates([2, 0], [1, 0]), "0 and 1"),
        (lambda: cohen_kappa([1, 2], [1, 2], level=0), "level"),
    ],
)
def test_what_has_no_agreement_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
