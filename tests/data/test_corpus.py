"""Documents to look things up in."""

from pathlib import Path

import pytest

from harness.data.corpus import read_corpus
from harness.errors import DataError
from harness.types import Passage


def test_a_folder_of_texts_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "c/deep").mkdir(parents=True)
    (tmp_path / "c/b.md").write_text("two")
    (tmp_path / "c/a.txt").write_bytes(b"\xef\xbb\xbfone")
    (tmp_path / "c/deep/c.TXT").write_text("three")
    (tmp_path / "c/d.pdf").write_text("no")
    assert read_corpus("c", tmp_path, "utf-8", "") == [
        Passage("a.txt", "one"), Passage("b.md", "two"), Passage("deep/c.TXT", "three")
    ]  # fmt: skip


def test_a_data_file_is_read_with_its_ids(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"id": "x", "text": "one"}\n{"text": "two"}\n')
    assert read_corpus("c.jsonl", tmp_path, "utf-8", "") == [Passage("x", "one"), Passage("2", "two")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"c/a.pdf": b"x"}, r"holds no \.txt or \.md file"),
        ({"c/a.txt": b" \n"}, r"a\.txt: a document of the corpus needs a text"),
        ({"c/a.txt": b"ok\nGr\xf6\xdfe"}, r"a\.txt:2: not utf-8 \(byte 0xf6\)"),
        ({}, "there is no file"),
    ],
)
def test_what_is_wrong_with_a_folder_is_named(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_corpus("c", tmp_path, "utf-8", "task.toml: [data] corpus")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "x"}\n', r"c\.jsonl:1: a document of the corpus needs a text"),
        ('{"id": "x", "text": "a"}\n{"id": "x", "text": "b"}\n', r"c\.jsonl:2: the id 'x' stands already above"),
    ],
)
def test_what_is_wrong_with_a_line_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "c.jsonl").write_text(content)
    with pytest.raises(DataError, match=message):
        read_corpus("c.jsonl", tmp_path, "utf-8", "")
