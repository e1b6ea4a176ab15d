"""Learning curves, their crossing, and what more labels would bring."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from harness.stats.crossing import crossing, more_labels
from harness.stats.curve import curve_at, curve_scores, fit_curve, flat_curve, measured_at
from harness.stats.power_law import least_squares, power_law

SIZES = np.array([50.0, 100.0, 200.0, 400.0, 800.0])


def truth(labels, asymptote=0.9, gain=0.5, rate=0.5):
    return asymptote - gain * (np.asarray(labels) / 50) ** -rate


def measured(rng, sizes=SIZES, draws=3, noise=0.015, **law):
    labels = np.repeat(sizes, draws)
    return labels, truth(labels, **law) + noise * rng.standard_normal(labels.size)


def fitted(seed=0, **arguments):
    rng = np.random.default_rng(seed)
    return fit_curve(*measured(rng, **arguments), rng)


@pytest.mark.parametrize("rate", [0.2, 0.5, 1.0])
def test_a_curve_without_noise_is_found_again(rate):
    curve = fitted(noise=1e-6, rate=rate)
    assert curve_scores(curve, [70, 800, 3000])[0] == pytest.approx(truth([70, 800, 3000], rate=rate), abs=2e-3)


def test_the_least_squares_are_those_of_scipy():
    rng = np.random.default_rng(1)
    x = SIZES / 50
    y = truth(SIZES) + 0.01 * rng.standard_normal(5)
    weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    reference, _ = curve_fit(lambda n, a, b, c: a - b * n**-c, x, y, p0=(0.9, 0.5, 0.5), sigma=weights**-0.5)
    found = least_squares(x, y[None, :], weights)
    ours = weights @ np.square(y - power_law(found, x)[0])
    best = weights @ np.square(y - power_law(reference[None, :], x)[0])
    assert ours == pytest.approx(best, rel=1e-3)


def test_the_band_covers_within_the_sizes_and_beyond():
    at = [50, 200, 800, 1600, 3200]
    hits = np.zeros(5)
    for seed in range(250):
        curve = fitted(seed)
        points = [curve_at(curve, labels) for labels in at]
        hits += [point.low <= truth(point.labels) <= point.high for point in points]
    assert (hits / 250 >= 0.90).all()
    assert (hits / 250 <= 0.99).all()


def test_the_band_widens_beyond_the_sizes():
    curve = fitted()
    widths = [point.high - point.low for point in (curve_at(curve, n) for n in (400, 1600, 3200, 20_000))]
    assert widths == sorted(widths)


def test_a_point_within_the_sizes_of_a_good_fit_has_no_doubts():
    point = curve_at(fitted(), 300)
    assert (point.extrapolated, point.doubts) == (False, ())
    assert point.low < point.value < point.high


def test_a_point_up_to_four_times_the_largest_size_is_trusted_and_one_beyond_is_not():
    curve = fitted()
    near, far = curve_at(curve, 3200), curve_at(curve, 3201)
    assert (near.extrapolated, near.doubts) == (True, ())
    assert "more than 4 times the largest size, 800" in far.doubts[0]


def test_a_point_below_the_smallest_size_is_doubted():
    assert "fewer than the smallest size" in curve_at(fitted(), 10).doubts[0]


def test_few_sizes_are_enough_within_and_too_few_beyond():
    curve = fitted(sizes=SIZES[:4])
    assert curve_at(curve, 300).doubts == ()
    assert curve_at(curve, 800).doubts == ("only 4 sizes were measured",)


def test_a_score_that_falls_with_more_labels_is_doubted_everywhere():
    rng = np.random.default_rng(2)
    labels, scores = measured(rng, noise=0.005)
    curve = fit_curve(labels, scores - 0.1 * (labels == 400), rng)
    assert any("worse with 400 labels" in doubt for doubt in curve_at(curve, 300).doubts)


def test_a_step_that_no_power_law_has_is_a_poor_fit():
    rng = np.random.default_rng(3)
    labels, scores = measured(rng, noise=0.004, gain=0.0)
    curve = fit_curve(labels, scores - 0.3 * (labels < 300), rng)
    assert any("power law does not fit" in doubt for doubt in curve_at(curve, 1000).doubts)


def test_at_a_size_measured_stands_what_was_measured_though_the_curve_is_elsewhere():
    rng = np.random.default_rng(3)
    labels, scores = measured(rng, noise=0.004, gain=0.0)
    scores -= 0.3 * (labels < 300)
    curve = fit_curve(labels, scores, rng)
    point, mean = measured_at(curve, 200), scores[labels == 200].mean()
    assert (point.value, point.extrapolated, point.doubts) == (pytest.approx(mean), False, ())
    assert mean - 0.02 < point.low < mean < point.high < mean + 0.02
    assert abs(curve_at(curve, 200).value - mean) > 0.03
    with pytest.raises(ValueError, match="nothing was measured at 300 labels"):
        measured_at(curve, 300)


def test_the_band_of_what_was_measured_covers():
    hits = np.zeros(SIZES.size)
    for seed in range(250):
        curve = fitted(seed)
        points = [measured_at(curve, labels) for labels in SIZES]
        hits += [point.low <= truth(point.labels) <= point.high for point in points]
    assert (hits / 250 >= 0.90).all()


def test_one_draw_for_each_size_is_not_enough_to_check_the_fit():
    curve = fitted(sizes=np.array([50.0, 100, 200, 400, 800, 1600]), draws=1)
    assert curve_at(curve, 3000).doubts == ("with one draw for each size the fit cannot be checked",)


def test_a_score_where_lower_is_better_gives_the_mirrored_answers():
    labels, scores = measured(np.random.default_rng(4))
    up = fit_curve(labels, scores, np.random.default_rng(5))
    down = fit_curve(labels, 1 - scores, np.random.default_rng(5), higher_is_better=False)
    assert down.misfits == up.misfits == ()
    assert more_labels(down, 0.01).answer == more_labels(up, 0.01).answer == "yes"
    flat = [
        flat_curve([0.7, 0.71], np.random.default_rng(6)),
        flat_curve([0.3, 0.29], np.random.default_rng(6), higher_is_better=False),
    ]
    # Falling noise is another draw than rising noise, so the ends agree only roughly.
    assert crossing(down, flat[1]).labels == pytest.approx(crossing(up, flat[0]).labels)


def test_the_same_seed_gives_the_same_bytes():
    one, other = fitted(7), fitted(7)
    assert one.resampled.tobytes() == other.resampled.tobytes()


def test_equal_scores_give_a_band_without_nan():
    curve = fit_curve(np.repeat(SIZES, 3), np.full(15, 0.8), np.random.default_rng(8))
    point = curve_at(curve, 1600)
    assert (point.low, point.value, point.high) == pytest.approx((0.8, 0.8, 0.8), abs=1e-6)
    assert more_labels(curve, 0.01).answer == "no"


def test_bounds_cut_the_band():
    # 1.1 - .3 * 64 ** -.3 = 1.014
    point = curve_at(fitted(asymptote=1.1, gain=0.3, rate=0.3), 3200, bounds=(0, 1))
    assert point.low < 1.0
    assert point.high == 1.0


def test_the_crossing_with_a_flat_candidate_covers():
    # .9 - .5 (n / 50) ** -.5 = .75 at n = 50 * (.5 / .15) ** 2
    at = 50 * (0.5 / 0.15) ** 2
    hits = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        found = crossing(fit_curve(*measured(rng), rng), flat_curve(0.75 + 0.01 * rng.standard_normal(5), rng))
        hits += (found.low or np.inf) <= at <= (found.high or np.inf)
    assert hits / 150 >= 0.90


def test_two_curves_cross_where_their_laws_do():
    slow = fitted(noise=1e-4, asymptote=0.8, gain=0.2, rate=0.5)
    fast = fitted(noise=1e-4, asymptote=0.9, gain=0.5, rate=0.5)
    # .1 = .3 (n / 50) ** -.5 at n = 450
    found = crossing(fast, slow)
    assert found.labels == pytest.approx(450, rel=0.02)
    assert found.low < found.labels < found.high
    assert (found.overtakes, found.doubts) == (1.0, ())


def test_a_challenger_that_is_never_ahead_does_not_overtake():
    found = crossing(fitted(), flat_curve([0.95, 0.951, 0.949], np.random.default_rng(9)))
    assert (found.labels, found.high) == (None, None)
    assert found.overtakes < 0.05
    assert found.limit == 3200


def test_a_challenger_that_is_always_ahead_overtakes_at_the_first_size():
    found = crossing(fitted(), flat_curve([0.1, 0.11, 0.09], np.random.default_rng(10)))
    assert (found.labels, found.low, found.high) == (50, 50, 50)


def test_a_crossing_too_far_beyond_the_sizes_is_doubted():
    found = crossing(fitted(noise=1e-4), flat_curve([0.86], np.random.default_rng(11)), limit=100_000)
    assert found.labels == pytest.approx(50 * (0.5 / 0.04) ** 2, rel=0.1)
    assert "more than 4 times" in found.doubts[0]


def test_whether_more_labels_would_help_depends_on_the_margin():
    # From 800 to 1600 labels: .5 * (16 ** -.5 - 32 ** -.5) = .0366
    curve = fitted(noise=0.005)
    found = more_labels(curve, 0.01)
    assert found.gain == pytest.approx(0.0366, abs=0.01)
    assert (found.answer, found.labels) == ("yes", 1600)
    assert found.low < 0.0366 < found.high
    assert more_labels(curve, 0.2).answer == "no"
    assert more_labels(curve, found.gain).answer == "open"


@pytest.mark.parametrize("higher", [True, False])
def test_where_the_best_there_can_be_was_measured_more_labels_do_not_help(higher):
    scores = np.array([0.97, 0.85, 0.92, 1.0, 0.96, 1.0, *[1.0] * 9])
    scores = scores if higher else 1 - scores
    curve = fit_curve(np.repeat(SIZES, 3), scores, np.random.default_rng(12), higher_is_better=higher)
    found = more_labels(curve, 0.0, bounds=(0, 1))
    assert (found.answer, found.left) == ("no", 0.0)


def test_a_gain_that_nobody_would_see_is_none_though_there_is_no_margin():
    # From 800 to 1600 labels: .5 * (1 / 16 - 1 / 32) = .0156; of a hundredth of that nothing is seen.
    assert more_labels(fitted(noise=1e-6, gain=0.5, rate=1.0), 0.0).answer == "yes"
    found = more_labels(fitted(noise=1e-8, gain=0.005, rate=1.0), 0.0)
    assert 0 < found.low <= found.high < found.limit
    assert found.answer == "no"


def test_a_curve_that_cannot_be_trusted_leaves_the_question_open():
    found = more_labels(fitted(sizes=SIZES[:3], noise=0.005), 0.001)
    assert (found.answer, found.doubts) == ("open", ("only 3 sizes were measured",))


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([], [], "no scores"),
        ([50, 100], [0.5], "1 scores"),
        ([50, 50, 100, 100], [0.1, 0.2, 0.3, 0.4], "2 sizes"),
        ([50, 100, 200, 400], [0.1, 0.2, 0.3, 0.4], "a curve needs 5"),
        ([0, 0, 100, 200], [0.1, 0.2, 0.3, 0.4], "at least 1 label"),
        ([50, 50, 100, 200], [0.1, np.nan, 0.3, 0.4], "not finite"),
    ],
)
def test_what_is_no_curve_is_refused(labels, scores, message):
    with pytest.raises(ValueError, match=message):
        fit_curve(labels, scores, np.random.default_rng(0))


def test_questions_that_have_no_answer_are_refused():
    curve, flat = fitted(), flat_curve([0.5], np.random.default_rng(0))
    with pytest.raises(ValueError, match="neither curve"):
        crossing(flat, flat)
    with pytest.raises(ValueError, match="different metrics"):
        crossing(curve, flat_curve([0.5], np.random.default_rng(0), higher_is_better=False))
    with pytest.raises(ValueError, match="nothing to look at"):
        crossing(curve, flat, limit=50)
    with pytest.raises(ValueError, match="uses no labels"):
        more_labels(flat, 0.01)
    with pytest.raises(ValueError, match="factor above 1"):
        more_labels(curve, 0.01, factor=1)
    with pytest.raises(ValueError, match="starts at 1 label"):
        curve_at(curve, 0)
