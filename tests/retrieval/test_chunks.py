from harness.retrieval.chunks import chunk

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
