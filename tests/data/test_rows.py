"""Data files as rows: what is accepted, and how what is not is named."""

import re
from pathlib import Path

import pytest

from harness.data.rows import comma_hint, read_rows, with_point
from harness.errors import ConfigError, DataError

SNIPS = Path(__file__).parents[3] / "shared/data/snips/train_PlayMusic_full.json"


def read(tmp_path: Path, name: str, content: bytes | str, encoding: str = "utf-8") -> list[dict[str, object]]:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return [row.cells for row in read_rows(name, tmp_path, encoding, "task.toml: [data] test")]


def test_jsonl_with_blank_lines_windows_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": "\xc3\xa9"}'
    assert read(tmp_path, "x.jsonl", content) == [{"a": 1}, {"a": "é"}]


def test_csv_with_quotes_line_ends_in_cells_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = '\ufeffid,text\r\n1,"a, ""b""\nc"\r\n\r\n2,d\r\n'
    assert read(tmp_path, "x.csv", content) == [{"id": "1", "text": 'a, "b"\nc'}, {"id": "2", "text": "d"}]


def test_a_separator_that_only_unicode_takes_for_a_line_end_ends_no_line(tmp_path: Path) -> None:
    assert read(tmp_path, "x.jsonl", '{"a": "one\u2028two\x85three"}\n') == [{"a": "one\u2028two\x85three"}]


def test_a_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    assert len(str(read(tmp_path, "x.csv", "text\n" + "w" * 10**6 + "\n")[0]["text"])) == 10**6
    assert len(str(read(tmp_path, "x.jsonl", '{"text":"' + "w" * 10**6 + '"}')[0]["text"])) == 10**6


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"id": ["1", "2"], "n": [1, 2]}), tmp_path / "x.parquet")
    found = [row.cells for row in read_rows("x.parquet", tmp_path, "utf-8", "")]
    assert found == [{"id": "1", "n": 1}, {"id": "2", "n": 2}]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_another_encoding_can_be_named(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "x.jsonl", '{"a": "Größe"}\n'.encode(encoding), encoding) == [{"a": "Größe"}]
    assert read(tmp_path, "x.csv", "a\nGröße\n".encode(encoding), encoding) == [{"a": "Größe"}]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.jsonl", '{"a": 1}\n{bad\n', r"x\.jsonl:2: not valid JSON: .*byte 1"),
        ("x.jsonl", '{"a": 1}\n[1]\n', r"x\.jsonl:2: found list, expected an object"),
        ("x.jsonl", '{"a": NaN}\n', r"x\.jsonl:1: not valid JSON.*NaN and Infinity are no JSON: write null"),
        ("x.jsonl", '{"a": "\\ud800"}\n', r"x\.jsonl:1: not valid JSON"),
        ("x.jsonl", '{"a": ' + "9" * 5000 + "}\n", r"x\.jsonl:1: not valid JSON: .*out of range"),
        ("x.jsonl", "[" * 200_000 + "\n", r"x\.jsonl:1: not valid JSON: .*recursion"),
        ("x.jsonl", '{"a": 1}\r{"a": 2}\r', r"x\.jsonl:1: not valid JSON: trailing"),
        ("x.jsonl", '{"a": 1}\n\0\0\0\n', r"x\.jsonl:2: not valid JSON"),
        ("x.jsonl", "", r"\[data\] test: .*x\.jsonl holds no rows"),
        ("x.jsonl", "\n \n", "holds no rows"),
        ("x.jsonl", '{"a": 1}\n{"a": "Größe"}\n'.encode("latin-1"), r'x\.jsonl:2: not utf-8 \(byte 0xf6\).*"latin-1"'),
        ("x.jsonl", '{"a": 1}\n'.encode("utf-16"), r'not utf-8 \(byte 0xff\).*"utf-16"'),
        ("x.csv", "a,b\n1,2\n3\n", r"x\.csv:3: the row has not the 2 cells of the header"),
        ("x.csv", "a,b\n1,2\n3,4,5\n", r"x\.csv:3: the row has not the 2 cells of the header"),
        ("x.csv", 'a,b\n1,2\n3,"4\n', r"x\.csv:3: not valid CSV: .*a quote opens in line 3"),
        ("x.csv", 'a,b\n1,"2\n3,4\n5,6\n', r"x\.csv:4: not valid CSV: .*a quote opens in line 2"),
        ("x.csv", 'a,b\n1,"2\n3,"4\n5,6\n', r"x\.csv:3: not valid CSV: .*a quote opens in line 2"),
        ("x.csv", 'a,b\n1,"2\n3",4\n5,6\n', r"x\.csv:3: the row has not the 2 cells .*a quote opens in line 2"),
        ("x.csv", "a;b\n1;2\n", r'x\.csv:1: .*semicolons.*expected commas.*under \[data\].*separator = ";"'),
        ("x.csv", "a\tb\n1\t2\n", r'separator = "\\t"'),
        ("x.csv", "a;b\n1;Größe\n".encode("cp1252"), r"x\.csv:1: .*semicolons.* Besides, .*x\.csv:2: not utf-8"),
        ("x.csv", "a,b,a\n1,2,3\n", r"x\.csv:1: the header has 'a' more than once"),
        ("x.csv", "a,b\n", "holds no rows"),
        ("x.csv", "a\nok\nGröße\n".encode("cp1252"), r"x\.csv:3: not utf-8 \(byte 0xf6\)"),
        ("x.parquet", "PAR?", "x.parquet: not a readable parquet file"),
        ("x.txt", "a", r"x\.txt has a suffix that is none of \.jsonl, \.csv, \.parquet"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    tmp_path: Path, name: str, content: bytes | str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, name, content)


@pytest.mark.skipif(not SNIPS.exists(), reason="shared/data is absent")
def test_the_real_file_that_is_not_utf8_is_named_with_its_line_and_byte(tmp_path: Path) -> None:
    texts = [re.sub(rb'["\\\x00-\x1f]', b" ", line) for line in SNIPS.read_bytes().split(b"\n")]
    content = b"".join(b'{"text": "' + text + b'"}\n' for text in texts)
    first = next(n for n, text in enumerate(texts, 1) if not _is_utf8(text))
    with pytest.raises(DataError, match=rf'x\.jsonl:{first}: not utf-8 \(byte 0x..\).*encoding = "latin-1"'):
        read(tmp_path, "x.jsonl", content)
    assert len(read(tmp_path, "x.jsonl", content, "latin-1")) == len(texts)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("tset.jsonl", r"\[data\] test: there is no file .*tset\.jsonl; did you mean 'test\.jsonl'\?"),
        ("no/such.jsonl", "there is no file .* There are none"),
        (".", "is a folder; name a file in it"),
        ("https://example.org/x.jsonl", "is an address. Download it, and name the file"),
        ("sklearn:digit:test", "no scikit-learn data set named 'digit'; did you mean 'digits'"),
        ("sklearn:digits", 'name the part, "sklearn:digits:train"'),
        ("hf:owner/name", r'name the split too, e\.g\. "hf:owner/name:test"'),
    ],
)
def test_a_source_that_is_not_there_is_named(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "test.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(ConfigError, match=message):
        list(read_rows(source, tmp_path, "utf-8", "task.toml: [data] test"))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_of_a_csv_file_can_be_named(tmp_path: Path, mark: str) -> None:
    (tmp_path / "x.csv").write_text(f'a{mark}b\n1{mark}"2{mark}3"\n')
    (row,) = read_rows("x.csv", tmp_path, "utf-8", "", mark)
    assert row.cells == {"a": "1", "b": f"2{mark}3"}


def test_a_file_with_commas_where_another_separator_is_named_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"looks separated by commas \('a,b'\), expected semicolons"):
        list(read_rows("x.csv", tmp_path, "utf-8", "", ";"))


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"unknown encoding 'utf9'; e\.g\. utf-8, latin-1, cp1252"):
        read(tmp_path, "x.jsonl", "{}\n", "utf9")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that is there and cannot be read")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").symlink_to("/proc/self/mem")
    with pytest.raises(DataError, match=r"x\.jsonl: cannot be read: Input/output error"):
        list(read_rows("x.jsonl", tmp_path, "utf-8", ""))


def test_the_parts_of_a_scikit_learn_set_do_not_overlap() -> None:
    train = [tuple(r.cells.values()) for r in read_rows("sklearn:wine:train", Path(), "", "")]
    test = [tuple(r.cells.values()) for r in read_rows("sklearn:wine:test", Path(), "", "")]
    assert (len(train), len(test)) == (133, 45)
    assert not set(train) & set(test)
    assert test == [tuple(r.cells.values()) for r in read_rows("sklearn:wine:test", Path(), "", "")]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("1,5", "1.5"),
        ("66.396,00", "66396.00"),
        ("-0,036", "-0.036"),
        ("−,5", "-.5"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1,2e-3", "1.2e-3"),
    ],
)
def test_numbers_with_decimal_commas_are_written_with_a_point(cell: str, plain: str) -> None:
    assert with_point(cell) == with_point(f" {cell} ") == plain


@pytest.mark.parametrize("cell", ["0.2", "1.50", "01.02.2025", "a, b", "1,2,3", "1.23,5", "007", "", "k.A.", "8,5 %"])
def test_what_is_no_number_with_a_decimal_comma_stays(cell: str) -> None:
    assert with_point(cell) == cell


def test_decimal_commas_are_read_in_csv_files_whose_task_says_so_alone(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a;b\n1,5;x, y\n")
    (tmp_path / "x.jsonl").write_text('{"a": "1,5"}\n')

    def cells(name: str, decimal: str) -> list[dict[str, object]]:
        return [row.cells for row in read_rows(name, tmp_path, "utf-8", "t", ";", decimal)]  # type: ignore[arg-type]

    assert cells("x.csv", ",") == [{"a": "1.5", "b": "x, y"}]
    assert cells("x.csv", ".") == [{"a": "1,5", "b": "x, y"}]
    assert cells("x.jsonl", ",") == [{"a": "1,5"}]


def test_a_message_names_the_key_only_where_a_decimal_comma_stands() -> None:
    assert 'decimal = ","' in comma_hint("66.396,00")
    assert not any(comma_hint(cell) for cell in ("1.234", "five", "1.5", None, 3, "a,b"))
