import pytest

from harness.retrieval.citations import read_citations


@pytest.mark.parametrize(
    ("text", "rest", "numbers"),
    [
        ("Paris [2]", "Paris", (2,)),
        ("Paris. [2].", "Paris.", (2,)),
        ("Paris [1][3]", "Paris", (1, 3)),
        ("Paris [3], [1] and", "Paris [3], [1] and", ()),
        ("Paris [1, 3]\n", "Paris", (1, 3)),
        ("12 bar\n[2] [2] [ 4 ]", "12 bar", (2, 4)),
        ("[2]", "", (2,)),
        ("Paris", "Paris", ()),
        ("see [1] for the rest", "see [1] for the rest", ()),
        ("value [a]", "value [a]", ()),
        ("", "", ()),
    ],
)
def test_the_numbers_at_the_end_are_taken_off(text: str, rest: str, numbers: tuple[int, ...]) -> None:
    assert read_citations(text) == (rest, numbers)
