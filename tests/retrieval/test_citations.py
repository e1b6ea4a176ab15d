import pytest

from harness.retrieval.citations import read_citations


@pytest.mark.parametrize(
    ("text", "rest", "numbers"),
    [
        ("Paris [2]", "Paris", (2,)),
        ("Paris. [2].", "Paris.", (2,)),
        ("Paris [1][3]", "Paris", (1, 3)),
        ("Paris [3], [1] and [2]", "Paris", (3, 1, 2)),
        ("3 bar [1] & [2].", "3 bar.", (1, 2)),
        ("Paris [1, 3]\n", "Paris", (1, 3)),
        ("Paris [1-3]", "Paris", (1, 2, 3)),
        ("Paris 【4】", "Paris", (4,)),
        ("[1] 3 bar", "3 bar", (1,)),
        ("3 bar [1]. It is red [2].", "3 bar. It is red.", (1, 2)),
        ("12 bar\n[2] [2] [ 4 ]", "12 bar", (2, 4)),
        ("[2]", "", (2,)),
        ('"[1][3]".', "", (1, 3)),
        ("open[2][1][9]", "open", (2, 1)),
        ("E [12][4]", "E", (4,)),
    ],
)
def test_numbers_of_passages_in_brackets_are_taken_off_wherever_they_stand(
    text: str, rest: str, numbers: tuple[int, ...]
) -> None:
    assert read_citations(text, 4) == (rest, numbers)


@pytest.mark.parametrize(
    "text", ["", "Paris", "value [a]", "code [42]", "code [0]", "[5-9]", "  as it was [99] ", "1 [unit]", "E [12]"]
)
def test_what_is_no_number_of_a_passage_stays_a_part_of_the_answer(text: str) -> None:
    assert read_citations(text, 4) == (text, ())
