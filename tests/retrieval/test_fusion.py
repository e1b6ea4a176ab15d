import pytest

from harness.retrieval.fusion import reciprocal_rank_fusion


def test_scores_are_sums_of_reciprocal_ranks_with_sixty_added() -> None:
    fused = dict(reciprocal_rank_fusion([[7, 3, 5], [3, 9]]))
    assert fused == pytest.approx({7: 1 / 61, 3: 1 / 62 + 1 / 61, 5: 1 / 63, 9: 1 / 62})


def test_the_best_comes_first_and_a_tie_stands_as_in_the_first_ranking() -> None:
    assert [thing for thing, _ in reciprocal_rank_fusion([[7, 3, 5], [3, 9]])] == [3, 7, 9, 5]
    assert [thing for thing, _ in reciprocal_rank_fusion([[1, 2], [2, 1]])] == [1, 2]


def test_two_good_places_outweigh_one_first_place() -> None:
    assert reciprocal_rank_fusion([[1, 2], [3, 2]])[0][0] == 2


def test_no_ranking_gives_nothing() -> None:
    assert reciprocal_rank_fusion([[], []]) == []
