import numpy as np
import pytest

from harness.check import annotators, classes, giveaways, schema, splits
from harness.check.finding import Level
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.kinds.registry import make_kind
from harness.kinds.spans import Spans
from harness.types import Item

KIND = Label(("a", "b", "c"))


def _labelled(text):
    return [Item(str(i), "x", label) for i, label in enumerate(text)]


def test_classes_with_few_test_items_and_classes_that_train_lacks_are_named():
    found = classes.findings(KIND, _labelled("aaaaaabbbc"), _labelled("ab"))
    assert [f.level for f in found] == [Level.WARNING, Level.WARNING]
    assert list(found[0].examples) == ["b: 3", "c: 1"]
    assert list(found[1].examples) == ["c: 1 test item"]


def test_a_lopsided_test_set_is_noted_and_a_balanced_one_is_fine():
    lopsided = classes.findings(Label(("a", "b")), _labelled("a" * 95 + "b" * 5), _labelled("ab"))
    assert [f.level for f in lopsided] == [Level.NOTE]
    assert "95%" in lopsided[0].text
    assert classes.findings(KIND, _labelled("abc" * 5), _labelled("abc"))[0].level is Level.FINE


def test_types_of_spans_with_little_support_are_named():
    items = [Item(str(i), "pump", [[0, 4, "part"]]) for i in range(6)]
    (found,) = classes.findings(Spans(("part", "fault")), items, [])
    assert list(found.examples) == ["fault: 0"]
    assert classes.findings(Number(), [Item("1", "x", 2.0)], []) == []


def _rows(n, seed, *, leaking, id_of=str):
    rng = np.random.default_rng(seed)
    items = []
    for i in range(n):
        label = "ab"[int(rng.integers(2))]
        code = {"a": "x17", "b": "x23"}[label] if leaking else f"x{rng.integers(40)}"
        row = {"noise": float(rng.normal()), "code": code, "hint": float(rng.normal() + (label == "b"))}
        items.append(Item(id_of(f"{label}{i}"), row, label))
    return items


def _plain(name):
    return f"item-{name[1:]}"


def test_a_column_that_predicts_the_target_alone_is_named_and_a_useful_one_is_not():
    found = giveaways.findings(
        "label", _rows(60, 0, leaking=True, id_of=_plain), _rows(200, 1, leaking=True, id_of=_plain)
    )
    assert [e.partition(":")[0] for e in found[0].examples] == ["code"]
    clean = giveaways.findings(
        "label", _rows(60, 0, leaking=False, id_of=_plain), _rows(200, 1, leaking=False, id_of=_plain)
    )
    assert clean[0].level is Level.FINE


def test_an_id_that_names_the_class_or_counts_through_the_classes_is_a_giveaway():
    (named,) = giveaways.findings("label", _rows(60, 0, leaking=False), _rows(200, 1, leaking=False))
    assert [e.partition(":")[0] for e in named.examples] == ["words of the id"]
    test = [Item(f"t{i}", "x", "ab"[i >= 50]) for i in range(100)]
    train = [Item(f"r{i}", "x", "ab"[i >= 50]) for i in range(100)]
    (counted,) = giveaways.findings("label", test, train)
    assert [e.partition(":")[0] for e in counted.examples] == ["number in the id"]


def test_the_name_of_the_part_in_an_id_does_not_hide_the_class_in_it():
    rng = np.random.default_rng(0)
    test, train = (
        [Item(f"{label}-{part}{i}", "x", label) for i, label in enumerate(rng.choice(list("abc"), n).tolist())]
        for part, n in (("t", 40), ("", 100))
    )
    (named,) = giveaways.findings("label", test, train)
    assert list(named.examples) == ["words of the id: 100.0%"]
    hashes = [[Item(rng.bytes(5).hex(), "x", i.target) for i in items] for items in (test, train)]
    assert giveaways.findings("label", *hashes)[0].level is Level.FINE


def test_a_number_that_is_the_target_in_other_units_is_a_giveaway():
    rng = np.random.default_rng(0)
    rows = [
        Item(f"i{rng.integers(10**9)}", {"km": v * 1.609, "n": float(rng.normal())}, v)
        for v in rng.random(300).tolist()
    ]
    (found,) = giveaways.findings("number", rows[:100], rows[100:])
    assert [e.partition(":")[0] for e in found.examples] == ["km"]


def test_a_rare_class_alone_makes_no_giveaway():
    items = [Item(f"i{i}", {"n": i % 7}, "b" if i % 100 == 0 else "a") for i in range(400)]
    (found,) = giveaways.findings("label", items[:200], items[200:])
    assert found.level is Level.FINE


def test_groups_on_both_sides_are_named():
    test = [Item("1", "x", "a", "north"), Item("2", "x", "a", "south")]
    (found,) = splits.group_findings(test, [Item("3", "x", "a", "south")])
    assert (found.level, list(found.examples)) == (Level.WARNING, ["south"])
    assert splits.group_findings(test, [Item("3", "x", "a", "west")])[0].level is Level.FINE
    assert splits.group_findings([Item("1", "x", "a")], []) == []


def test_items_without_a_group_are_counted_where_others_have_one():
    test = [Item("1", "x", "a", "north"), Item("2", "x", "a")]
    both, alone = splits.group_findings(test, [Item("3", "x", "a")])
    assert both.level is Level.FINE
    assert (alone.level, list(alone.examples)) == (Level.NOTE, ["2", "3"])
    assert alone.text == "2 items name no group: each counts as a group of its own."


@pytest.mark.parametrize(
    ("test", "train", "level"),
    [
        (["2025-02-01"], ["2025-01-01", "2025-01-31T12:00:00"], Level.FINE),
        (["2025-02-01", "2025-03-01"], ["2025-02-10"], Level.WARNING),
        (["2025-02-01T00:00:00+01:00"], ["2025-01-01"], Level.FINE),
        (["February"], ["2025-01-01"], Level.WARNING),
        ([None], ["2025-01-01"], Level.WARNING),
    ],
)
def test_training_items_must_not_be_later_than_test_items(test, train, level):
    (found,) = splits.date_findings("day", test, train)
    assert found.level is level


def test_annotators_that_disagree_are_warned_about():
    agree = annotators.findings({"ann": list("aabb" * 10), "bob": list("aabb" * 10)})
    assert agree[0].level is Level.FINE
    (poor,) = annotators.findings({"ann": list("aabb" * 10), "bob": list("abab" * 10), "cy": list("abba" * 10)})
    assert poor.level is Level.WARNING
    assert "Fleiss' kappa of 3 annotators over 40 items" in poor.text
    assert annotators.findings({"ann": ["a", None], "bob": [None, "b"]}) == []


def test_classes_that_differ_by_capitals_or_blanks_alone_are_told():
    names = ["Yes", "yes", "no", "credit note", "credit  note"]
    items = [Item(f"{name}{i}", "x", name) for name in names for i in range(5)]
    (found,) = classes.findings(Label(tuple(names)), items, [])
    assert found.level is Level.WARNING
    assert found.examples == ["'Yes' and 'yes'", "'credit note' and 'credit  note'"]


def test_words_of_a_schema_without_effect_are_told():
    def kind(schema):
        return make_kind("json", {"json_schema": schema}, [], "task.toml")

    (found,) = schema.findings(kind({"type": "object", "requird": ["a"]}))
    assert found.level is Level.WARNING
    assert found.examples == ["'requird' is no keyword; did you mean 'required'?"]
    assert schema.findings(kind({"type": "object", "required": ["a"]})) == schema.findings(Number()) == []
