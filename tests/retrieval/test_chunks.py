from harness.retrieval.chunks import chunk, chunk_by_tokens

TEXT = "One two three. Four five six seven. Eight nine. Ten eleven twelve thirteen. Fourteen."


def test_chunks_end_on_sentences_and_hold_no_more_words_than_asked() -> None:
    assert chunk(TEXT, 8, 0) == [
        "One two three. Four five six seven.",
        "Eight nine. Ten eleven twelve thirteen. Fourteen.",
    ]


def test_a_chunk_repeats_the_sentences_that_end_the_one_before() -> None:
    first, second, *_ = chunk(TEXT, 9, 2)
    assert first.endswith("Eight nine.")
    assert second.startswith("Eight nine.")


def test_a_sentence_longer_than_a_chunk_stays_whole() -> None:
    assert chunk("a " * 50, 20, 5) == [("a " * 50).strip()]


def test_nothing_gives_no_chunk() -> None:
    assert chunk("  \n ", 20, 0) == []


def words(text: str) -> int:
    return len(text.split())


def test_chunks_by_tokens_never_hold_more_with_their_overlap() -> None:
    text = " ".join(f"{'word ' * n}end." for n in (3, 9, 1, 2, 7, 2, 8, 1, 1, 30, 2)).replace("word", "Word")
    for overlap in range(10):
        chunks = chunk_by_tokens(text, 10, overlap, words)
        assert max(map(words, chunks)) <= 10
        assert set(" ".join(chunks).split()) == set(text.split())


def test_a_chunk_by_tokens_repeats_the_sentences_that_end_the_one_before() -> None:
    first, second, *_ = chunk_by_tokens(TEXT, 9, 2, words)
    assert first.endswith("Eight nine.")
    assert second.startswith("Eight nine.")


def test_an_overlap_gives_way_where_the_next_sentence_needs_the_room() -> None:
    assert chunk_by_tokens("One two. Three four. Five six seven eight nine.", 6, 4, words) == [
        "One two. Three four.",
        "Five six seven eight nine.",
    ]
    assert chunk_by_tokens("One two. Three. Five six seven eight nine.", 6, 4, words) == [
        "One two. Three.",
        "Three. Five six seven eight nine.",
    ]


def test_a_sentence_longer_than_a_chunk_by_tokens_is_cut_between_words() -> None:
    assert chunk_by_tokens("a b c d e f g", 3, 0, words) == ["a b c", "d e f", "g"]


def test_a_word_longer_than_a_chunk_by_tokens_is_cut_too_and_none_of_it_is_lost() -> None:
    chunks = chunk_by_tokens("x" * 50 + " yy", 8, 0, len)
    assert max(map(len, chunks)) <= 8
    assert "".join(chunks).replace(" ", "") == "x" * 50 + "yy"
