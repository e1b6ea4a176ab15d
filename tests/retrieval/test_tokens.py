import json
from pathlib import Path

import pytest

from harness.retrieval.chunks import chunk_by_tokens
from harness.retrieval.tokens import about_tokens, most_tokens, token_count


@pytest.mark.slow
def test_tokens_are_those_of_the_embedders_own_tokenizer() -> None:
    count = token_count("minilm", Path())
    # "transmogrification" is no word of its vocabulary; [CLS] and [SEP] are the embedder's own.
    assert count("the cat") == 2
    assert count("transmogrification") > 2
    assert count("word " * 1000) == 1000, "the tokenizer's own truncation is off"
    assert most_tokens("minilm", Path()) == 254


@pytest.mark.slow
def test_no_chunk_by_tokens_is_cut_off_by_the_embedder() -> None:
    from sentence_transformers import SentenceTransformer

    from harness.models.weights import weights_folder

    text = " ".join(
        f"Part AB-{n}/12.5 (übermäßig) fails at {n * 7.3:.2f} bar; replace gasket #{n}." for n in range(200)
    )
    text += " " + "unbroken " * 600 + "0123456789" * 200
    model = SentenceTransformer(str(weights_folder("minilm", "embedding")), device="cpu")
    for tokens in (64, 254):
        chunks = chunk_by_tokens(text, tokens, tokens // 5, token_count("minilm", Path()))
        lengths = [len(model.tokenizer(c, truncation=False, padding=False)["input_ids"]) for c in chunks]
        assert max(lengths) <= tokens + 2 <= model.max_seq_length


def test_without_its_tokenizer_a_word_counts_as_more_than_one_token(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text(json.dumps({}))
    for embedder in (None, "openai/text-embedding-3-small", "other"):
        assert token_count(embedder, tmp_path)("one two three four five") == 7
    assert most_tokens("openai/text-embedding-3-small", tmp_path) is None


def test_an_estimate_knows_of_writing_without_spaces_and_of_long_words() -> None:
    assert about_tokens("") == 0
    assert about_tokens("東京" * 100) == 150
    assert about_tokens("x" * 400) == 100
