"""Labels that look wrong."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from harness.check.finding import Level
from harness.check.labels import confident, doubts, findings
from harness.kinds.image_label import ImageLabel
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.types import Item

DATA = Path(__file__).parents[3] / "shared/data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not here")


def planted(items, share=0.05):
    """The items with labels planted wrong in a share of them, and their ids."""
    rng = np.random.default_rng(0)
    classes = sorted({item.target for item in items})
    wrong = set(rng.choice(len(items), round(share * len(items)), replace=False).tolist())
    made = [
        Item(i.id, i.input, str(rng.choice([c for c in classes if c != i.target])) if n in wrong else i.target)
        for n, i in enumerate(items)
    ]
    return made, {items[n].id for n in wrong}


def precision_and_recall(items):
    made, wrong = planted(items)
    _, found = doubts({"train": made})
    named = {doubt.item.id for doubt in found}
    return len(named & wrong) / len(named), len(named & wrong) / len(wrong)


@needs_data
def test_at_least_85_of_100_labels_named_in_texts_of_7_intents_were_planted():
    items = []
    for path in sorted((DATA / "snips").glob("train_*.json")):
        intent = path.name.split("_")[1]
        for said in json.loads(path.read_text(encoding="utf-8", errors="replace"))[intent][:300]:
            items.append(Item(f"{intent}{len(items)}", "".join(part["text"] for part in said["data"]), intent))
    precision, recall = precision_and_recall(items)
    assert precision >= 0.85
    assert recall >= 0.5


@needs_data
def test_at_least_80_of_100_labels_named_among_many_intents_were_planted():
    with (DATA / "banking77/train.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    taken = sorted({row["category"] for row in rows})[::4]
    items = [Item(str(n), row["text"], row["category"]) for n, row in enumerate(rows) if row["category"] in taken]
    precision, recall = precision_and_recall(items)
    assert precision >= 0.8
    assert recall >= 0.3


@needs_data
def test_half_of_the_labels_named_in_a_table_that_hardly_tells_its_target_were_planted():
    with (DATA / "telco_churn/Telco-Customer-Churn.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:4000]
    columns = [name for name in rows[0] if name not in ("customerID", "Churn")]
    items = [Item(row["customerID"], {name: row[name] for name in columns}, row["Churn"]) for row in rows]
    precision, _ = precision_and_recall(items)
    assert precision >= 0.5


def test_confidence_is_measured_against_what_is_usual_for_a_class():
    # Thresholds: mean of (.9, .7, .2) is .6 for class 0, mean of (.5, .4) is .45 for class 1.
    odds = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.5, 0.5], [0.6, 0.4]])
    given = np.array([0, 0, 0, 1, 1])
    other, far = confident(odds, given)
    assert other.tolist() == [0, 0, 1, 1, 0]
    assert far == pytest.approx([0, 0, 0.6, 0, 0.2])


def _clear(n, group=None):
    return [
        Item(f"i{i}", f"{'meow purr' if i % 2 else 'woof bark'} {i}", "cat" if i % 2 else "dog", group)
        for i in range(n)
    ]


def test_a_wrong_label_in_clear_data_is_named_with_what_it_looks_like():
    items = _clear(100)
    items[7] = Item("i7", items[7].input, "dog")
    (found,) = findings(Label(("cat", "dog")), {"test": items[:30], "train": items[30:]})
    assert (found.check, found.level) == ("labels", Level.NOTE)
    (named,) = found.examples
    assert named.startswith("test i7: labelled 'dog', looks like 'cat'")


def test_clear_data_is_fine_and_little_data_or_numbers_are_not_looked_at():
    assert findings(Label(("cat", "dog")), {"test": _clear(80)})[0].level is Level.FINE
    assert findings(Label(("cat", "dog")), {"test": _clear(20)}) == []
    assert findings(Number(), {"test": [Item(str(i), "x", 1.0) for i in range(99)]}) == []


def test_images_are_looked_at_where_they_are_rows_of_one_size():
    kind = ImageLabel(("0", "1"))
    images = [Item(str(i), [[i % 2, 5.0], [0.1 * i, 1.0]], str(i % 2)) for i in range(80)]
    assert findings(kind, {"test": images})[0].level is Level.FINE
    files = [Item(str(i), {"base64": "bm8gaW1hZ2U="}, str(i % 2)) for i in range(80)]
    ragged = [*images, Item("odd", [[1.0], [2.0, 3.0]], "0")]
    large = [Item(str(i), [[0.0] * 100] * 100, str(i % 2)) for i in range(80)]
    assert [findings(kind, {"test": odd}) for odd in (files, ragged, large)] == [[], [], []]


def test_classes_with_hardly_an_item_and_one_class_alone_are_left_out():
    items = [*_clear(60), Item("rare", "moo", "cow")]
    assert findings(Label(("cat", "dog", "cow")), {"test": items})[0].level is Level.FINE
    assert doubts({"test": [Item(str(i), f"a {i}", "a") for i in range(60)]}) == (60, [])


def test_items_of_a_group_do_not_vouch_for_one_another():
    # Each customer writes one sentence again and again; one customer's label is wrong throughout.
    items = [
        Item(f"{c}-{i}", f"{'meow purr' if c % 2 else 'woof bark'} customer{c}", "cat" if c % 2 else "dog", str(c))
        for c in range(20)
        for i in range(4)
    ]
    items = [Item(i.id, i.input, "dog", i.group) if i.group == "7" else i for i in items]
    _, found = doubts({"train": items})
    assert {doubt.item.group for doubt in found} == {"7"}
