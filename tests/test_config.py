"""Messages about files that a person wrote."""

from pathlib import Path

import pytest
from pydantic import Field

from harness.config import Table, read_toml, validated
from harness.errors import ConfigError, UnknownNameError, suggestion


class Inner(Table):
    size: int = Field(default=1, ge=1)
    share: float = 0.5


class Outer(Table):
    inner: Inner = Inner()
    several: dict[str, Inner] = Field(default_factory=dict)
    maybe: Inner | None = None
    flag: bool = False
    names: tuple[str, ...] = ()
    api_key: int = 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"iner": {}}, "f: unknown key 'iner'; did you mean 'inner'?"),
        ({"inner": {"sise": 1}}, "f: unknown key 'inner.sise'; did you mean 'size'? There are: share, size."),
        ({"several": {"x": {"sise": 1}}}, "f: unknown key 'several.x.sise'; did you mean 'size'?"),
        ({"maybe": {"sise": 1}}, "f: unknown key 'maybe.sise'; did you mean 'size'?"),
        ({"inner": {"size": 0}}, "f: inner.size: found 0; expected greater than or equal to 1."),
        ({"inner": {"size": 1.5}}, "f: inner.size: found 1.5; expected a whole number."),
        ({"inner": {"share": float("nan")}}, "f: inner.share: found nan; expected a finite number."),
        ({"inner": 3}, "f: inner: found 3; expected a table."),
        ({"flag": "maybe"}, "f: flag: found 'maybe'; expected true or false."),
        ({"names": "abc"}, "f: names: found 'abc'; expected a list."),
        ({"names": [1]}, "f: names.0: found 1; expected a text in quotes."),
        ({"inner": {"size": "x" * 200}}, "..."),
    ],
)
def test_a_message_names_key_finding_and_what_was_expected(data: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        validated(Outer, data, "f")
    assert message in str(raised.value)
    assert len(str(raised.value)) < 200


def test_every_problem_is_one_line() -> None:
    with pytest.raises(ConfigError) as raised:
        validated(Outer, {"inner": {"size": 0}, "flag": 3, "nams": []}, "f")
    assert len(str(raised.value).splitlines()) == 3


def test_what_may_be_a_secret_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as raised:
        validated(Outer, {"api_key": "sk-secret"}, "f")
    assert "sk-secret" not in str(raised.value)
    assert "api_key" in str(raised.value)


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b'\xef\xbb\xbfa = "\xc3\xa9"\r\n')
    assert read_toml(tmp_path / "x.toml") == {"a": "é"}


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a = \n", "line 1"), (b"a = 1\na = 2\n", "line 2"), (b'a = "\xf6"\n', "not UTF-8 at byte 5"),
     (None, "cannot be read")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_the_place(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_toml(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("tfdif", ["tfidf", "rules"], "; did you mean 'tfidf'? There are: rules, tfidf."),
        ("TFIDF", ["tfidf"], "; did you mean 'tfidf'? There is: tfidf."),
        ("zebra", ["tfidf"], ". There is: tfidf."),
        ("x", [], ". There are none."),
        ("x", [f"name{i}" for i in range(25)], "and 5 more."),
    ],
)
def test_the_near_miss_and_what_there_is(name: str, known: list[str], said: str) -> None:
    assert suggestion(name, known).endswith(said)
    assert said in str(UnknownNameError("thing", name, known, "here"))
