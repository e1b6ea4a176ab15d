"""From scores to estimates, against independent formulas."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.errors import ComparisonError
from harness.figures.estimates import metric_estimate, quantile_estimate
from harness.metrics import regression, spans
from harness.metrics.binary import average_precision, roc_auc
from harness.metrics.classification import accuracy, f1, macro_f1, precision, recall
from harness.metrics.metric import Intervals, Metric, mean
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
    assert one.method == "bootstrap, t standard errors of the logit"


def test_no_scored_item_is_an_error() -> None:
    with pytest.raises(ComparisonError, match="no item has a score in accuracy"):
        metric_estimate(ACCURACY, [scores([])], RNG(0))


def test_several_seeds_are_resampled_with_the_items() -> None:
    runs = [scores([1] * 80 + [0] * 20), scores([1] * 70 + [0] * 30)]
    found = metric_estimate(ACCURACY, runs, RNG(0))
    assert found.value == pytest.approx(0.75)
    assert "2 seeds" in found.method
    assert found.low < 0.70


def with_intervals(metric: Metric, **chosen: str) -> Metric:
    return replace(metric, intervals=Intervals(**chosen))  # type: ignore[arg-type]


def test_a_proportion_has_the_interval_that_was_asked_for_and_bounds_by_the_same() -> None:
    data = [scores([1] * 87 + [0] * 13)]
    exact = metric_estimate(with_intervals(ACCURACY, proportion="clopper-pearson"), data, RNG(0))
    ends = (*proportion_confint(87, 100, 0.05, "beta"), *proportion_confint(87, 100, 0.10, "beta"))
    assert (exact.low, exact.high, exact.lower, exact.upper) == pytest.approx(ends)
    assert exact.method == "Clopper-Pearson"
    beta = metric_estimate(with_intervals(ACCURACY, proportion="beta-binomial"), data, RNG(0))
    ends = (*stats.beta(88, 14).interval(0.95), *stats.beta(88, 14).interval(0.90))
    assert (beta.low, beta.high, beta.lower, beta.upper) == pytest.approx(ends)
    assert "without groups" in beta.method


@pytest.mark.parametrize(("proportion", "method"), [("clopper-pearson", "effective n"), ("beta-binomial", "beta-b")])
def test_the_asked_interval_of_a_proportion_knows_groups(proportion: str, method: str) -> None:
    values = [1] * 150 + [0] * 90
    metric = with_intervals(ACCURACY, proportion=proportion)
    alone = metric_estimate(metric, [scores(values)], RNG(0))
    together = metric_estimate(metric, [scores(values, [f"g{i // 10}" for i in range(240)])], RNG(0))
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert method in together.method


def test_another_aggregate_has_bca_intervals_on_request() -> None:
    pairs = [("a", "a")] * 40 + [("a", "b")] * 10 + [("b", "b")] * 30 + [("b", None)] * 20
    column = Column(list(dict.fromkeys(pairs)), np.asarray([list(dict.fromkeys(pairs)).index(p) for p in pairs]))
    data = replace(scores([1] * 100), columns={"macro_f1": column})
    plain, bca = (
        metric_estimate(with_intervals(macro_f1(), aggregate=a), [data], RNG(5)) for a in ("percentile", "bca")
    )
    assert bca.method == "bootstrap, BCa"
    assert (bca.low, bca.high) == pytest.approx((plain.low, plain.high), abs=0.02)
    assert bca.low != plain.low


@pytest.mark.parametrize("group_of", [lambda i: i % 3, lambda i: 0 if i < 60 else i])
def test_every_method_warns_of_few_groups_and_of_one_that_dominates(group_of) -> None:
    rng, groups = RNG(3), [f"g{group_of(i)}" for i in range(120)]
    grade = Metric("grade", score=lambda t, a: a, failed=lambda t: 0.0)
    resampled = Metric("grade", grade.score, grade.failed, aggregate=lambda v, c: mean(v, c) ** 2)
    for metric, values in ((ACCURACY, rng.integers(0, 2, 120)), (grade, rng.random(120)), (resampled, rng.random(120))):
        runs = [scores(list(map(float, np.roll(values, k))), groups, name=metric.name) for k in range(2)]
        for some in (runs[:1], runs):
            assert "groups" in str(metric_estimate(metric, some, RNG(0)).warning)


def test_a_percentile_is_bounded_by_order_statistics() -> None:
    values = list(np.linspace(1, 100, 200))
    found = quantile_estimate(values, 0.95)
    assert found.low < found.value < found.high
    assert found.n == 200
    # With fewer than 59 values nothing bounds a 95th percentile from above.
    assert quantile_estimate(values[:58], 0.95).upper == np.inf
    assert quantile_estimate(values[:59], 0.95).upper < np.inf


def _pairs(of: dict[tuple[str, str], int], metric: Metric, groups: list[str] | None = None) -> Scores:
    found = scores([1] * sum(of.values()), groups)
    column = Column(list(of), np.repeat(np.arange(len(of)), list(of.values())))
    return Scores(found.ids, found.hashes, found.groups, {metric.name: column}, found.failed, found.unparsed)


def test_a_recall_is_a_proportion_of_the_items_of_its_class_and_not_of_all() -> None:
    metric = recall("yes")
    found = metric_estimate(metric, [_pairs({("yes", "yes"): 30, ("no", "no"): 970}, metric)], RNG(0))
    assert (found.value, found.n, found.method) == (1.0, 30, "Wilson, exact bounds")
    assert found.low == pytest.approx(proportion_confint(30, 30, 0.05, "wilson")[0])
    assert found.lower == pytest.approx(proportion_confint(30, 30, 0.10, "beta")[0])
    assert found.warning is not None


def test_a_precision_is_a_proportion_of_the_answers_given() -> None:
    metric = precision("yes")
    data = {("yes", "yes"): 9, ("no", "yes"): 3, ("yes", "no"): 20, ("no", "no"): 500}
    found = metric_estimate(metric, [_pairs(data, metric)], RNG(0))
    assert (found.value, found.n) == (0.75, 12)
    assert (found.low, found.high) == pytest.approx(proportion_confint(9, 12, 0.05, "wilson"))


def test_f1_of_a_class_has_the_interval_of_the_share_that_target_and_answer_have_in_common() -> None:
    metric = f1("yes")
    data = {("yes", "yes"): 18, ("no", "yes"): 4, ("yes", "no"): 6, ("no", "no"): 500}
    found = metric_estimate(metric, [_pairs(data, metric)], RNG(0))
    low, high = (2 * j / (1 + j) for j in proportion_confint(18, 28, 0.05, "wilson"))
    assert (found.value, found.low, found.high) == pytest.approx((36 / 46, low, high))


def test_the_interval_of_f1_covers_as_it_says_with_few_positive_items() -> None:
    metric, rng, truth, covered = f1("yes"), RNG(1), 2 * 0.8 * 0.7 / 1.5, 0
    for _ in range(400):
        positive, says = rng.random(400) < 0.05, rng.random(400)
        # Recall .8, and false alarms for a precision of .7.
        said = np.where(positive, says < 0.8, says < 0.8 * 0.05 * (0.3 / 0.7) / 0.95)
        pairs = Counter(
            zip(np.where(positive, "yes", "no").tolist(), np.where(said, "yes", "no").tolist(), strict=True)
        )
        if not pairs[("yes", "yes")] + pairs[("yes", "no")] + pairs[("no", "yes")]:
            continue
        found = metric_estimate(metric, [_pairs(dict(pairs), metric)], rng)
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.99


def test_spans_of_one_item_are_not_independent() -> None:
    metric = spans.exact("recall")
    data = [(3, 3, 3)] * 10 + [(0, 3, 3)] * 10
    values = list(dict.fromkeys(data))
    base = scores([1] * 20)
    column = Column(values, np.asarray([values.index(v) for v in data]))
    found = metric_estimate(
        metric, [Scores(base.ids, base.hashes, base.groups, {"recall": column}, base.failed, base.unparsed)], RNG(0)
    )
    low, high = proportion_confint(30, 60, 0.05, "wilson")
    assert (found.value, found.n) == (0.5, 20)
    assert found.high - found.low > 1.5 * (high - low)


@pytest.mark.parametrize("metric", [recall("c"), precision("c"), f1("c")])
def test_a_figure_of_a_class_that_nothing_is_has_a_reason_and_no_value(metric: Metric) -> None:
    with pytest.raises(ComparisonError, match="is not defined on these items"):
        metric_estimate(metric, [_pairs({("a", "a"): 5, ("b", "a"): 5}, metric)], RNG(0))


def test_a_perfect_ranking_of_5_positive_items_is_the_evidence_of_5() -> None:
    for metric in (roc_auc("yes", "no"), average_precision("yes", "no")):
        column = Column([(0.9, 1), (0.1, 0)], np.asarray([0] * 5 + [1] * 995))
        base = scores([1] * 1000)
        runs = [Scores(base.ids, base.hashes, base.groups, {metric.name: column}, base.failed, base.unparsed)]
        for found in (metric_estimate(metric, runs, RNG(0)), metric_estimate(metric, runs * 2, RNG(0))):
            assert found.value == 1
            assert found.low == pytest.approx(proportion_confint(5, 5, 0.05, "wilson")[0])
            assert found.lower == pytest.approx(proportion_confint(5, 5, 0.10, "beta")[0])
            assert found.warning is not None


def test_a_perfect_macro_f1_is_no_surer_than_its_rarest_class() -> None:
    metric = macro_f1()
    rare = metric_estimate(metric, [_pairs({("a", "a"): 249, ("b", "b"): 249, ("c", "c"): 2}, metric)], RNG(0))
    even = metric_estimate(metric, [_pairs({("a", "a"): 250, ("b", "b"): 250}, metric)], RNG(0))
    assert rare.lower == pytest.approx(proportion_confint(6, 6, 0.10, "beta")[0])
    assert even.lower == pytest.approx(proportion_confint(500, 500, 0.10, "beta")[0])


def _ranked(metric: Metric, items: list[tuple[float, int]], groups: list[str] | None) -> list[Scores]:
    values = list(dict.fromkeys(items))
    column = Column(values, np.asarray([values.index(item) for item in items]))
    return [replace(scores([1] * len(items), groups), columns={metric.name: column})]


def in_tens(n: int) -> list[str]:
    """Groups of ten items."""
    return [f"g{i // 10}" for i in range(n)]


@pytest.mark.parametrize("metric", [roc_auc("yes", "no"), average_precision("yes", "no")])
def test_20_positive_items_in_2_of_60_groups_are_the_evidence_of_2(metric: Metric) -> None:
    certain = [(1.0, 1)] * 20 + [(0.0, 0)] * 580
    all_right = metric_estimate(metric, _ranked(metric, certain, in_tens(600)), RNG(0))
    assert (all_right.value, all_right.high) == (1, 1)
    assert all_right.low == pytest.approx(proportion_confint(2, 2, 0.05, "wilson")[0])
    assert all_right.lower == pytest.approx(proportion_confint(2, 2, 0.10, "wilson")[0])
    one_lost = metric_estimate(metric, _ranked(metric, [(0.0, 1), *certain[1:]], in_tens(600)), RNG(0))
    assert 0.9 < one_lost.value < 1
    # What is less right is no surer.
    assert one_lost.lower < all_right.lower
    for found in (all_right, one_lost):
        assert "groups" in str(found.warning)


def test_positive_items_of_which_most_are_in_one_group_are_hardly_more_than_that_one() -> None:
    metric = roc_auc("yes", "no")
    spread = [(1.0, 1)] * 10 + [(0.0, 0)] * 100 + [(1.0, 1)] + [(0.0, 0)] * 489
    found = metric_estimate(metric, _ranked(metric, spread, in_tens(600)), RNG(0))
    # Kish: 11^2 / (10^2 + 1^2) = 1.2 groups.
    assert found.low == pytest.approx(proportion_confint(121 / 101, 121 / 101, 0.05, "wilson")[0])


def test_a_side_that_scored_alike_is_no_surer_because_the_other_varies() -> None:
    metric = roc_auc("yes", "no")
    items = [(1.0, 1)] * 30 + [(0.0, 0)] * 560 + [(1.0, 0)] * 10
    found = metric_estimate(metric, _ranked(metric, items, None), RNG(0))
    assert found.value == pytest.approx(1 - 10 / 570 / 2)
    assert found.low == pytest.approx(found.value * proportion_confint(30, 30, 0.05, "wilson")[0])
    assert found.lower == pytest.approx(found.value * proportion_confint(30, 30, 0.10, "beta")[0])


def test_a_perfect_macro_f1_is_no_surer_than_the_groups_of_its_rarest_class() -> None:
    metric, pairs = macro_f1(), {("rare", "rare"): 30, ("a", "a"): 285, ("b", "b"): 285}
    found = metric_estimate(metric, [_pairs(pairs, metric, in_tens(600))], RNG(0))
    # Three groups hold the rare class, which makes a third of the figure.
    assert found.low == pytest.approx(proportion_confint(9, 9, 0.05, "wilson")[0])
    assert found.lower == pytest.approx(proportion_confint(9, 9, 0.10, "wilson")[0])
    assert found.warning is not None


def test_a_class_that_scored_alike_in_three_groups_may_move_a_macro_f1_by_its_part() -> None:
    metric, pairs = macro_f1(), {("rare", "rare"): 30, ("a", "a"): 285, ("b", "b"): 284, ("b", "a"): 1}
    found = metric_estimate(metric, [_pairs(pairs, metric, in_tens(600))], RNG(0))
    assert found.low == pytest.approx(found.value - proportion_confint(0, 3, 0.05, "wilson")[1] / 3)
    assert found.lower == pytest.approx(found.value - proportion_confint(0, 3, 0.10, "wilson")[1] / 3)
    assert found.warning is not None


@pytest.mark.parametrize(
    ("positive", "lost", "off"), [(8, 1, 0.04), (40, 3, 0.012)], ids=["8 positive, one lost", "40 positive, three lost"]
)
def test_an_area_on_few_items_reaches_t_standard_errors_of_its_logit(positive: int, lost: int, off: float) -> None:
    metric = roc_auc("yes", "no")
    rng = RNG(3)
    items = [(round(float(x), 3), 1) for x in rng.uniform(0.5, 1, positive - lost)] + [(0.2, 1)] * lost
    items += [(round(float(x), 3), 0) for x in rng.uniform(0, 0.6, 300)]
    found = metric_estimate(metric, _ranked(metric, items, None), RNG(0))
    ours, theirs = (np.array([x for x, side in items if side == wanted]) for wanted in (1, 0))
    # DeLong's variance of the area, by how many of the other side each item ranks above.
    above = (
        [np.mean((theirs < x) + 0.5 * (theirs == x)) for x in ours],
        [np.mean((ours > x) + 0.5 * (ours == x)) for x in theirs],
    )
    error = np.sqrt(np.var(above[0], ddof=1) / len(ours) + np.var(above[1], ddof=1) / len(theirs))
    logit, slope = np.log(found.value / (1 - found.value)), found.value * (1 - found.value)
    for p, low, high in ((0.975, found.low, found.high), (0.95, found.lower, found.upper)):
        reach = stats.t.ppf(p, positive - 1) * error / slope
        expected = 1 / (1 + np.exp(-(logit + np.array([-reach, reach]))))
        assert (low, high) == pytest.approx(expected, abs=off)


def test_a_macro_f1_of_types_of_spans_knows_the_groups_of_the_rarest_too() -> None:
    metric = spans.averaged_f1(["part", "num"], by_support=False)
    both = metric.score([[0, 4, "part"], [5, 6, "num"]], [[0, 4, "part"], [5, 6, "num"]])
    one = metric.score([[0, 4, "part"]], [[0, 4, "part"]])
    column = Column([both, one], np.asarray([0] * 30 + [1] * 570))
    runs = [replace(scores([1] * 600, in_tens(600)), columns={metric.name: column})]
    found = metric_estimate(metric, runs, RNG(0))
    assert found.low == pytest.approx(proportion_confint(6, 6, 0.05, "wilson")[0])


def test_very_many_groups_say_no_more_of_a_class_that_is_in_three_of_them() -> None:
    metric, n = macro_f1(), 24_000
    pairs = {("rare", "rare"): 6, ("a", "a"): n // 2 - 6, ("b", "b"): n // 2 - 5, ("b", "a"): 5}
    found = metric_estimate(metric, [_pairs(pairs, metric, [f"g{i // 2}" for i in range(n)])], RNG(0))
    assert "normal" in found.method
    assert found.low == pytest.approx(found.value - proportion_confint(0, 3, 0.05, "wilson")[1] / 3)


@pytest.mark.parametrize("metric", [regression.mae(), regression.bias(), regression.residual_quantile(0.5)])
def test_errors_that_are_all_the_same_have_no_end_and_that_is_said(metric: Metric) -> None:
    one = scores([0.5] * 30, name=metric.name)
    for runs in ([one], [one, one]):
        found = metric_estimate(metric, runs, RNG(0))
        assert (found.value, found.high) == (0.5, np.inf)
        assert "scored the same" in str(found.warning)


def test_an_answer_beyond_measure_leaves_no_figure_and_that_is_said() -> None:
    for metric in (regression.mae(), regression.rmse(), regression.bias(), regression.residual_quantile(0.5)):
        found = [float(metric.score(1.0, answer)) for answer in (1.5, 2.0, 1e200)]  # type: ignore[arg-type]
        with pytest.raises(ComparisonError, match=r"more than 1e\+100 apart"):
            metric_estimate(metric, [scores(found, name=metric.name)], RNG(0))


def test_seeds_of_a_recall_rest_on_the_items_of_its_class_too() -> None:
    metric = recall("yes")
    runs = [_pairs({("yes", "yes"): 30, ("no", "no"): 970}, metric)] * 2
    found = metric_estimate(metric, runs, RNG(0))
    assert (found.value, found.n) == (1.0, 30)
    assert found.lower == pytest.approx(proportion_confint(30, 30, 0.10, "beta")[0])
