"""Markdown that shows what it was given, on GitHub too."""

import re

import pytest

from harness.report.markdown import escape, leaderboard_markdown, table


def cells_of(line: str) -> list[str]:
    """The cells of a row, by the pipes that no backslash takes away."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("&lt;", "&amp;lt;"),
        ("*b* _i_ `c` ~s~", r"\*b\* \_i\_ \`c\` \~s\~"),
        ("[x](http://a.b) ![y](z)", r"\[x\](http:&#8203;//a.b) \!\[y\](z)"),
        ("see www.example.org", "see www&#8203;.example.org"),
        ("@someone", "@&#8203;someone"),
        ("#12", r"\#&#8203;12"),
        ("two\nlines\r\n", "two lines"),
        ("C:\\x", "C:\\\\x"),
    ],
)
def test_nothing_in_a_text_becomes_markup(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "|||", "x\n| y |", "\\", "<b>|</b>"])
def test_a_cell_stays_one_cell(text: str) -> None:
    lines = table(["name", text], [[text, "1"], ["2", text]])
    assert [len(cells_of(line)) for line in lines] == [2, 2, 2, 2]
    assert all("\n" not in line for line in lines)


def test_a_leaderboard_with_hostile_names_has_as_many_cells_in_each_row(lab) -> None:
    hostile = "cat | @all <b>*x*</b>"
    lab.write(
        "tasks/pets/task.toml",
        lab.task.replace('"cat"', f'"{hostile}"') + f'"recall[{hostile}]" = {{ at_least = 0.5 }}\n',
    )
    for path, data in (("train", lab.rows(0, 20, "train")), ("test", lab.rows(0, 12, "test"))):
        for row in data:
            row["label"] = row["label"].replace("cat", hostile)
        getattr(lab, path)(data)
    lab.write("harness.toml", lab.toml + '[candidates.x]\nadapter = "recorded"\nfile = "no|such<file>.jsonl"\n')
    lab.run()
    text = leaderboard_markdown(lab.open().leaderboard("pets"))
    blocks = [b.splitlines() for b in text.split("\n\n") if b.startswith("|")]
    assert blocks
    for block in blocks:
        assert len({len(cells_of(line)) for line in block}) == 1
    assert "<b>" not in text
    assert "<file>" not in text
    assert not re.search(r"@\w", text)
    assert "## Not on the board" in text


def test_the_terminal_shows_the_same_rows(lab) -> None:
    ended = lab.cli("run", "pets")
    markdown = (lab.root / "results/pets/leaderboard.md").read_text()
    for name in ("tfidf", "majority"):
        assert name in ended.out
        assert f"| {name} |" in markdown
