"""Clusters of unequal size: how many degrees of freedom they leave."""

import numpy as np
import pytest

from harness.stats.clusters import WORKING_ICC, cluster_degrees, few_clusters, unit_degrees


def by_matrices(sizes: np.ndarray) -> float:
    """tr(S)^2 / tr(S^2) with S = A D A', where A takes the mean off the sums of the clusters."""
    away = np.eye(sizes.size) - np.outer(sizes, np.ones(sizes.size)) / sizes.sum()
    covariance = away @ np.diag(sizes * (1 + (sizes - 1) * WORKING_ICC)) @ away.T
    return float(np.trace(covariance) ** 2 / np.trace(covariance @ covariance))


def test_degrees_of_freedom_are_satterthwaites():
    rng = np.random.default_rng(0)
    for clusters in (5, 20, 80):
        sizes = rng.geometric(0.2, clusters)
        assert cluster_degrees(np.repeat(np.arange(clusters), sizes)) == pytest.approx(by_matrices(sizes))


def test_clusters_of_equal_size_have_one_degree_less_than_there_are():
    assert cluster_degrees(np.repeat(np.arange(30), 4)) == pytest.approx(29)
    assert unit_degrees(None, 12) == 11
    assert cluster_degrees(np.arange(12)) == pytest.approx(11)
    assert cluster_degrees(np.zeros(5)) == 0


def test_one_cluster_with_half_of_the_items_leaves_hardly_any():
    groups = np.r_[np.zeros(100, dtype=int), np.arange(1, 101)]
    assert 1 <= cluster_degrees(groups) < 3
    assert few_clusters(groups)


def test_few_or_very_unequal_clusters_are_too_few():
    assert few_clusters(np.repeat(np.arange(19), 5))
    assert not few_clusters(np.repeat(np.arange(20), 5))
    assert not few_clusters(np.arange(100))
