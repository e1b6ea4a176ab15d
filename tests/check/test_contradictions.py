"""Equal inputs with different targets."""

from harness.check.contradictions import findings
from harness.check.finding import Level
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.types import Item

KIND = Label(("a", "b"))


def test_equal_texts_with_different_labels_are_named_with_both() -> None:
    parts = {
        "test": [Item("1", "the pump leaks", "a"), Item("2", "C", "a")],
        "train": [Item("3", "the  pump leaks\n", "b"), Item("4", "the pump leaks", "a"), Item("5", "C++", "b")],
    }
    (found,) = findings(KIND, parts)
    assert found.level is Level.WARNING
    assert "different targets: 1 (3 items)" in found.text
    assert list(found.examples) == ["test 1: 'a', train 3: 'b'"]


def test_equal_inputs_with_one_target_are_none() -> None:
    assert findings(KIND, {"test": [Item("1", "x", "a")], "train": [Item("2", "x", "a")]}) == []


def test_rows_and_numbers_that_differ_are_a_note() -> None:
    rows = {"train": [Item("1", {"n": "3"}, "a"), Item("2", {"n": "3.0"}, "b")]}
    assert [f.level for f in findings(KIND, rows)] == [Level.NOTE]
    assert [f.level for f in findings(Number(), {"train": [Item("1", "x", 1.0), Item("2", "x", 2.0)]})] == [Level.NOTE]
