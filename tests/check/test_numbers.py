"""Columns of numbers whose cells are not all numbers."""

import pytest

from harness.check.finding import Level
from harness.check.numbers import findings
from harness.check.task import check_task
from harness.data.rows import Row


@pytest.fixture
def lab_of_csv(tmp_path):
    def check(setting):
        folder = tmp_path / "tasks" / "t"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "harness.toml").write_text("")
        rows = "".join(f"{i},5;{i % 3};{'ab'[i % 2]}\n" for i in range(60))
        (folder / "d.csv").write_text(f"x;y;label\n{rows}")
        (folder / "task.toml").write_text(
            '[task]\nkind = "label"\ninstructions = "Which?"\n[data]\nall = "d.csv"\nseparator = ";"\n'
            f'input = ["x", "y"]\ntarget = "label"\n{setting}\n'
        )
        (found,) = (finding for finding in check_task(folder) if finding.check == "numbers")
        return found

    return check


def _rows(cells, start=2):
    return [Row("d.csv:", {"a": cell}, start + i) for i, cell in enumerate(cells)]


def test_the_cells_that_are_no_numbers_are_named_with_their_line():
    (found,) = findings(["a"], _rows([*"123456789", "k.A."]), _rows(["5", ""], 12))
    assert (found.level, found.examples) == (
        Level.NOTE,
        ["a: 10 of 11 cells are numbers, e.g. not 'k.A.' in line 11"],
    )


def test_a_cell_that_is_no_word_for_no_value_is_a_warning():
    (found,) = findings(["a"], _rows([*"123456789", "<5"]), [])
    assert found.level is Level.WARNING
    assert "taken as missing" in found.text


def test_decimal_commas_are_a_warning_that_names_the_key_also_where_they_are_few():
    for cells in (["1,5", "2,25", "1.234,00"], [*"1234567890", "1,5"]):
        (found,) = findings(["a"], _rows(cells), [])
        assert found.level is Level.WARNING
        assert 'decimal = ","' in found.text


def test_words_numbers_and_training_items_that_are_not_there_are_fine():
    for cells in (["x", "y, z", "1,5"], ["1", "", "2.5"]):
        (found,) = findings(["a"], _rows(cells), [])
        assert found.level is Level.FINE
    assert findings(["a"], [], _rows(["1"])) == []


def test_a_table_is_looked_at_and_its_split_rows_are_read_with_the_decimal_of_the_task(lab_of_csv):
    found = lab_of_csv("")
    assert found.level is Level.WARNING
    assert 'decimal = ","' in found.text
    assert lab_of_csv('decimal = ","').level is Level.FINE
