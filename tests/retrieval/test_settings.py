from pathlib import Path

from harness.retrieval.settings import Retrieval


def test_every_setting_is_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "retrieval.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in guide.splitlines() if line.startswith("| `")]
    missing = [name for name in Retrieval.model_fields if not any(f"`{name}`" in row for row in rows)]
    assert missing == []


def test_what_was_written_out_can_be_read_again() -> None:
    for settings in (Retrieval(), Retrieval(search="bm25"), Retrieval(chunk_tokens=64, reranker="a/b", candidates=9)):
        assert Retrieval(**settings.model_dump(exclude_defaults=True)) == settings
