import numpy as np
import pytest

from harness.learning.pool import POWERS, choose_power, pooled


def test_a_pool_of_two_is_their_normalised_product() -> None:
    first, second = np.array([[0.6, 0.3, 0.1]]), np.array([[0.2, 0.5, 0.3]])
    product = first * second
    assert pooled(first, second, 1.0) == pytest.approx(product / product.sum())


def test_power_0_leaves_the_second_classifier_out() -> None:
    first, second = np.array([[0.6, 0.3, 0.1]]), np.array([[0.0, 0.0, 1.0]])
    assert pooled(first, second, 0.0) == pytest.approx(first)


def test_a_classifier_that_is_sure_of_the_wrong_label_does_not_make_the_other_impossible() -> None:
    found = pooled(np.array([[0.5, 0.5, 0.0]]), np.array([[0.0, 0.0, 1.0]]), 1.0)
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1.0)


def noisy(right: np.ndarray, errors: float, rng: np.random.Generator) -> np.ndarray:
    """Odds of .7 for a label that is right but for a share of errors."""
    said = np.where(rng.random(len(right)) < errors, (right + 1) % 3, right)
    odds = np.full((len(right), 3), 0.15)
    odds[np.arange(len(right)), said] = 0.7
    return odds


def test_what_only_guesses_gets_no_power_and_what_is_right_gets_some() -> None:
    rng = np.random.default_rng(1)
    right = rng.integers(0, 3, 200)
    good, other, guess = noisy(right, 0.2, rng), noisy(right, 0.2, rng), noisy(rng.integers(0, 3, 200), 0.0, rng)
    assert choose_power(good, guess, right) == 0.0
    assert choose_power(good, other, right) in POWERS[1:]
    accuracy = (pooled(good, other, choose_power(good, other, right)).argmax(axis=1) == right).mean()
    assert accuracy > (good.argmax(axis=1) == right).mean() - 0.01


def test_without_validation_items_both_count_alike() -> None:
    assert choose_power(np.empty((0, 3)), np.empty((0, 3)), []) == 1.0
