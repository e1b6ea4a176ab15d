"""Figures as short texts."""

import pytest
from rich.console import Console

from harness.errors import counted
from harness.estimate import Comparison, Estimate
from harness.leaderboard.rows import Leaderboard, Row
from harness.report.cells import alike, cells, duration, headings, meets, notes, significant
from harness.report.terminal import print_leaderboard
from harness.types import Rung


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1,234"), (12.345, "12.3"), (0.012345, "0.0123"), (999.9, "1,000"),
     (float("inf"), "inf"), (-3.14159, "-3.14")],
)  # fmt: skip
def test_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (192.7, "3 min 12 s")]
)
def test_a_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_without_a_bar_nobody_meets_it(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.split("[requirement]")[0])
    ended = lab.cli("run", "pets")
    board = lab.open().leaderboard("pets")
    assert "The bar: none." in notes(board)[0]
    assert [meets(row) for row in board.rows] == ["-", "-"]
    assert "yes" not in ended.out


@pytest.mark.parametrize(("n", "said"), [(0, "0 classes"), (1, "1 class"), (2, "2 classes"), (1204, "1,204 classes")])
def test_things_are_counted_in_the_number_that_they_have(n: int, said: str) -> None:
    assert counted(n, "class", "classes") == said
    assert counted(n, "item") == said.replace("classes", "items").replace("class", "item")


@pytest.mark.parametrize(
    ("values", "signed", "texts"),
    [((0.5, 0.25, float("inf")), False, ["0.500", "0.250", "?"]),
     ((0.5, -0.25, 1), True, ["+0.500", "-0.250", "+1.000"]),
     ((280858.49, 250358.4, 311359), False, ["280,858", "250,358", "311,359"]),
     ((999.5, 900, 1100), True, ["+1,000", "+900", "+1,100"]),
     ((1234567, 987654, 1500000), False, ["1.23M", "0.99M", "1.50M"]),
     ((1e200, 0, 2), False, ["1.00e+200", "0.00e+00", "2.00e+00"])],
)  # fmt: skip
def test_numbers_from_a_thousand_on_have_no_places_and_from_a_million_on_are_in_millions(
    values: tuple[float, ...], signed: bool, texts: list[str]
) -> None:
    assert alike(values, signed=signed) == texts


def board(*rows: Row, best: str | None = None) -> Leaderboard:
    return Leaderboard("t", "1", "", "accuracy", True, ("accuracy",), {}, 0.0, 9, 0, rows, best)


def row(name: str, *, incumbent: bool = False, **more: Comparison | None) -> Row:
    found = {"accuracy": Estimate(0.5, 0.4, 0.6, 0.4, 0.6, 0.95, 9, 0, "t")}
    return Row(name, "recorded", Rung.RAG, incumbent, metrics=found, **more)


@pytest.mark.parametrize("width", [60, 80])
def test_no_figure_is_cut_at_a_narrow_width(width: int) -> None:
    wide = Estimate(280858.49, 250358.4, 311358.53, 255291.0, 306000.0, 0.95, 9, 0, "t")
    far = Comparison("maklerdot", 225745.0, 197331.0, 254159.0, 0.0, 9, "t")
    one = Row("majority", "majority", Rung.BASELINE, False, metrics={"accuracy": wide}, vs_best=far, vs_incumbent=far)
    console = Console(width=width, record=True)
    print_leaderboard(board(one, row("maklerdot", incumbent=True), best="boosting"), console)
    shown = "".join(console.export_text().split())
    assert "…" not in shown
    if width == 80:
        assert all(end in shown for end in ("[250,358,", "311,359]", "[+197,331,", "+254,159]"))


def test_differences_stand_once_and_only_to_whom_there_are_any() -> None:
    to_bot = Comparison("bot", 0.1, 0.0, 0.2, 0.04, 9, "t")

    def against(found: Leaderboard) -> list[str]:
        assert {len(cells(found, one)) for one in found.rows} == {len(headings(found))}
        return [title for title in headings(found) if title.startswith("vs ")]

    assert against(board(row("a"))) == []
    assert against(board(row("a"), row("bot", incumbent=True), best="a")) == []
    other, bot = row("a", vs_best=to_bot, vs_incumbent=to_bot), row("bot", incumbent=True)
    assert against(board(other, bot, best="bot")) == ["vs bot"]
    assert cells(board(other, bot, best="bot"), bot).count("-") == 2  # of itself, and of the bar that there is not
    assert against(board(row("a", vs_best=to_bot), best="b")) == ["vs b"]


def test_at_80_columns_a_figure_stands_above_its_interval_and_neither_is_broken() -> None:
    found = Estimate(0.75, 0.6988, 0.7921, 0.71, 0.78, 0.95, 9, 0, "t")
    far = Comparison("examples-spans", 0.727, 0.665, 0.789, 0.0, 9, "t")
    one = Row("zero-shot-spans", "x", Rung.TRAINED, False, metrics={"accuracy": found}, vs_best=far, unparsed=109)
    console = Console(width=80, record=True)
    print_leaderboard(board(one, row("examples-spans", unparsed=78), best="examples-spans"), console)
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("[0.70,0.79]" in line and "[+0.67,+0.79]" in line for line in lines)
    assert any("examples-spans  unparsed" in line for line in lines)
