"""Profiles: the counts are those of scikit-learn, and nothing is left out in silence."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from harness.profile.classes import of_classes
from harness.profile.confidences import of_confidences
from harness.profile.numbers import of_residuals
from harness.profile.objects import of_objects
from harness.profile.spans import of_spans
from harness.profile.table import Table
from harness.profile.texts import of_texts

LABELS = ("ant", "bee", "cat", "dog")


def named(tables: list[Table], title: str) -> Table:
    (found,) = [table for table in tables if table.title == title]
    return found


def drawn(n: int = 300) -> list[tuple[str, str]]:
    rng = np.random.default_rng(3)
    return [
        (str(a), str(b if rng.random() < 0.4 else a)) for a, b in rng.choice(LABELS, (n, 2), p=[0.4, 0.3, 0.2, 0.1])
    ]


def test_the_confusion_table_is_that_of_scikit_learn() -> None:
    pairs = drawn()
    expected = confusion_matrix(*zip(*pairs, strict=True), labels=LABELS)
    cells = [row[1:] for row in named(of_classes(pairs, LABELS), "Confusion").rows]
    assert [[0 if cell == "." else int(cell) for cell in row] for row in cells] == expected.tolist()


def test_the_figures_of_a_class_are_those_of_scikit_learn() -> None:
    pairs = drawn()
    precision, recall, f1, support = precision_recall_fscore_support(*zip(*pairs, strict=True), labels=LABELS)
    for i, row in enumerate(named(of_classes(pairs, LABELS), "By class").rows):
        assert row[:2] == (LABELS[i], str(support[i]))
        assert [float(cell) for cell in row[2:]] == pytest.approx([precision[i], recall[i], f1[i]], abs=0.005)


def test_what_was_not_answered_has_a_column_and_classes_with_few_items_are_named() -> None:
    tables = of_classes([("ant", "ant"), ("ant", None), ("bee", None), *[("cat", "ant")] * 6], LABELS)
    assert named(tables, "Confusion").columns[-1] == "none"
    assert named(tables, "Confused most").rows[0] == ("cat", "ant", "6", "1.00")
    assert ("ant", "no answer", "1", "0.50") in named(tables, "Confused most").rows
    note = named(tables, "By class").note
    assert note == "Fewer than 5 test items: ant, bee, dog. Their shares say little."


def test_a_class_that_was_never_called_has_no_precision() -> None:
    row = named(of_classes([("ant", "bee")], LABELS), "By class").rows[0]
    assert row == ("ant", "1", "-", "0.00", "0.00")


def test_many_classes_have_no_square_and_a_run_without_a_fault_no_list_of_them() -> None:
    labels = tuple(f"class {i}" for i in range(13))
    tables = of_classes([(label, label) for label in labels], labels)
    assert [table.title for table in tables] == ["By class"]


def test_the_reliability_curve_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    sure = rng.random(500)
    positive = rng.random(500) < sure**2
    rates, means = calibration_curve(positive, sure, n_bins=10)
    (table,) = of_confidences(sure.tolist(), positive.tolist())
    assert [(float(m), float(r)) for m, r, _ in table.rows] == [
        pytest.approx(pair, abs=0.0051) for pair in zip(means, rates, strict=True)
    ]
    assert sum(int(n) for *_, n in table.rows) == 500
    assert f"{positive.sum()} of 500 items are positive" in table.note


def test_the_histogram_counts_every_residual_and_names_its_quantiles() -> None:
    (table,) = of_residuals([-1.0] * 5 + [0.0] * 90 + [3.0] * 5)
    assert sum(int(row[1]) for row in table.rows) == 100
    assert "mean 0.1; quantiles 5% -0.05, 25% 0, 50% 0, 75% 0, 95% 0.15" in table.note


def test_residuals_that_are_all_the_same_are_shown_too() -> None:
    (table,) = of_residuals([2.0, 2.0])
    assert sum(int(row[1]) for row in table.rows) == 2


def test_a_residual_beyond_measure_is_counted_and_leaves_the_histogram_to_the_others() -> None:
    (table,) = of_residuals([2.0, 3.0, 1e200, -1.7e308 - 1.7e308])
    assert sum(int(row[1]) for row in table.rows) == 2
    assert "mean 2.5" in table.note
    assert table.note.endswith("Left out, more than 1e+100 off: 2.")


def test_each_type_of_span_has_its_support_and_few_of_a_type_are_named() -> None:
    found = [([(0, 4, "part"), (5, 9, "fault")], [(0, 4, "part"), (5, 8, "fault"), (10, 12, "part")])] * 6
    (table,) = of_spans([*found, ([(0, 2, "time")], [])], ("part", "fault", "time", "action"))
    assert table.rows == (
        ("part", "6", "0.50", "1.00", "0.67", "1.00"),
        ("fault", "6", "0.00", "0.00", "0.00", "1.00"),
        ("time", "1", "-", "0.00", "0.00", "0.00"),
        ("action", "0", "-", "-", "-", "-"),
    )
    assert table.note == "Fewer than 5 spans: time, action. Their shares say little."


def test_each_field_says_how_it_went_wrong_the_worst_first() -> None:
    target = {"amount": 10.0, "payee": {"name": "A"}, "lines": [1, 2]}
    answers = [target, {"amount": 10.4, "payee": {"name": "B"}, "lines": [1], "note": "x"}, None]
    (table,) = of_objects([(target, answer) for answer in answers], tolerance=0.5)
    assert table.rows == (
        ("note", "0.00", "0", "0", "1"),
        ("payee.name", "0.33", "1", "1", "0"),
        ("lines[]", "0.50", "0", "3", "0"),
        ("amount", "0.67", "0", "1", "0"),
    )


def test_texts_are_counted_by_what_they_share_with_the_target_and_by_who_declined() -> None:
    pairs = [
        ("6 bar", "6 bar"), ("not in the documents", "Not in the documents."), ("not in the documents", "6 bar"),
        ("six bar", "not in the documents"), (["oil", "grease"], "grease"), ("a b c d", "a"), ("x", None),
    ]  # fmt: skip
    answers, unanswerable = of_texts(pairs, "not in the documents")
    assert {row[0]: int(row[1]) for row in answers.rows} == {
        "right": 3,
        "no word": 3,
        "failed or unparseable": 1,
    }
    assert unanswerable.rows == (("in the documents", "3", "1"), ("not in the documents", "1", "1"))
