import numpy as np

from harness.check.chance import by_chance
from harness.check.duplicates import findings, in_corpus, leaks, twins
from harness.check.finding import Level
from harness.types import Item, Passage

LONG = "The pump of unit seven leaks at the seal since Monday"


def _items(*texts, part="x"):
    return [Item(f"{part}{i}", text, "a") for i, text in enumerate(texts)]


def _levels(found):
    return {f.check: f.level for f in found}


def test_a_test_item_that_stands_in_train_is_a_leak_exactly_or_nearly():
    parts = {
        "test": _items(LONG, LONG + "!", LONG + " ok", "something else altogether"),
        "train": _items("one", LONG.upper()),
    }
    leaked = leaks(twins(parts))
    assert set(leaked) == {"x0", "x1", "x2"}
    assert leaked["x0"].similarity == leaked["x1"].similarity == 1
    assert 0.8 <= leaked["x2"].similarity < 1
    found = findings(parts, [])
    assert _levels(found) == {"leakage": Level.LEAK, "duplicates": Level.WARNING}
    assert "3 test items stand in train or validation too (2 exactly)" in found[0].text


def test_validation_counts_as_taught():
    assert set(leaks(twins({"test": _items("a b"), "validation": _items("A, B.")}))) == {"x0"}


def test_repeats_within_a_part_are_counted_once_each():
    found = findings({"test": _items("a b", "a b", "a b", "c")}, [])
    assert found[1].text.startswith("2 items of test repeat another")


def test_rows_of_a_table_are_twins_only_where_every_cell_is_equal():
    rows = [Item("r0", {"size": 1.0, "city": "Bonn"}, "a"), Item("r1", {"size": 1.1, "city": "Bonn"}, "a")]
    assert twins({"test": rows}) == []
    assert len(twins({"test": rows, "train": [Item("t", {"size": 1.0, "city": "Bonn"}, "a")]})) == 1


def test_texts_without_a_word_are_compared_as_they_are():
    assert twins({"test": _items("!!!", "???")}) == []
    assert len(twins({"test": _items("!!!", "!!!")})) == 1


def test_a_test_item_that_stands_in_the_corpus_is_found_and_a_short_one_is_not_looked_for():
    corpus = [Passage("manual.md", f"Page 3. {LONG.lower()}; call service. Yes.")]
    assert in_corpus(_items(LONG, "Yes", "The pump of unit eight leaks at the seal"), corpus) == {"x0": "manual.md"}
    assert findings({"test": _items(LONG)}, corpus)[0].level is Level.LEAK


def test_clean_data_is_called_fine():
    assert set(_levels(findings({"test": _items("a b c"), "train": _items("d e f")}, [])).values()) == {Level.FINE}


def _rows(part, cells):
    return [Item(f"{part}{i}", dict(zip("abc", row, strict=False)), "x") for i, row in enumerate(cells)]


def test_rows_of_two_small_whole_numbers_are_equal_by_chance_and_no_leak():
    rng = np.random.default_rng(0)
    parts = {
        part: _rows(part, rng.integers(0, 10, size=(n, 2)).tolist()) for part, n in (("test", 100), ("train", 200))
    }
    found = findings(parts, [])
    assert _levels([f for f in found if f.check == "leakage"]) == {"leakage": Level.NOTE}
    assert "by chance" in next(f.text for f in found if f.level is Level.NOTE)


def test_an_equal_row_of_measurements_is_a_leak_whatever_its_other_columns_are():
    rng = np.random.default_rng(0)
    cells = [[int(k), float(x)] for k, x in zip(rng.integers(0, 3, 300), rng.normal(size=300), strict=True)]
    parts = {"test": _rows("test", [cells[0], [1, 0.5]]), "train": _rows("train", cells)}
    assert set(leaks(twins(parts), by_chance(parts["test"], parts["train"]))) == {"test0"}


def test_a_row_with_a_text_of_its_own_is_a_leak():
    cells = [[f"note {i} of the fitter", "north" if i % 2 else "south"] for i in range(50)]
    parts = {"test": _rows("test", cells[:3]), "train": _rows("train", cells)}
    assert len(leaks(twins(parts), by_chance(parts["test"], parts["train"]))) == 3
