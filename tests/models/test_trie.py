import pytest

from harness.models.trie import TokenTrie

SEQUENCES = [[1, 2, 9], [1, 3, 4, 9], [5, 9]]


def test_only_the_beginnings_of_permitted_sequences_can_be_followed() -> None:
    trie = TokenTrie(SEQUENCES)
    assert sorted(trie.next([])) == [1, 5]
    assert sorted(trie.next([1])) == [2, 3]
    with pytest.raises(KeyError):
        trie.next([2])


def test_tokens_without_an_alternative_are_forced_up_to_the_next_branch_or_the_end() -> None:
    trie = TokenTrie(SEQUENCES)
    assert trie.forced([1]) == []
    assert trie.forced([1, 3]) == [4, 9]
    assert trie.forced([5]) == [9]


def test_a_complete_sequence_names_its_choice_and_a_part_of_one_names_none() -> None:
    trie = TokenTrie(SEQUENCES)
    assert [trie.leaf(s) for s in SEQUENCES] == [0, 1, 2]
    assert trie.leaf([1, 3]) is None
