"""Which rungs so many labels can feed."""

from harness.check.finding import Level
from harness.check.readiness import findings
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.kinds.registry import make_kind
from harness.kinds.spans import Spans
from harness.types import Item


def lines(kind, taught, test=100):
    (found,) = findings(kind, taught, test)
    assert found.level is Level.NOTE
    return {line.split(": ")[1]: line.partition(" ")[0] if "in part" not in line else "part" for line in found.examples}


def _json():
    return make_kind("json", {"json_schema": {"type": "object"}}, [], "task.toml")


def texts(counts):
    return [Item(f"{c}{i}", f"text {i}", c) for c, n in counts.items() for i in range(n)]


def test_each_class_needs_its_labels():
    said = lines(Label(("a", "b")), texts({"a": 10, "b": 6}))
    assert said == {
        "worked examples in the prompt": "enough",
        "labelled examples looked up": "enough",
        "linear model on words or embeddings": "part",
        "fine-tuned encoder": "doubtful",
    }
    assert lines(Label(("a", "b")), texts({"a": 600, "b": 600}))["fine-tuned encoder"] == "enough"


def test_a_table_needs_labels_of_the_rarest_class_for_each_column():
    rows = [Item(str(i), {"x": i, "y": -i}, "ab"[i % 3 == 0]) for i in range(90)]
    said = lines(Label(("a", "b")), rows)
    assert said["linear model on columns"] == "enough"
    assert said["boosting on columns"] == "doubtful"
    assert lines(Number(), [Item(str(i), {"x": i}, float(i)) for i in range(300)])["boosting on columns"] == "enough"


def test_types_of_spans_count_as_classes_and_json_is_counted_as_a_whole():
    spans = [Item(str(i), "pump", [[0, 4, "part"]]) for i in range(9)]
    assert lines(Spans(("part", "fault")), spans)["linear model on words or embeddings"] == "part"
    objects = [Item(str(i), "pay", {"amount": i}) for i in range(40)]
    assert lines(_json(), objects)["fine-tuned language model"] == "doubtful"


def test_without_labels_zero_shot_is_left():
    (found,) = findings(Label(("a", "b")), [], 400)
    assert found.text.startswith("no labels to learn from: zero-shot prompting")
    assert "400 test items tell a share to within 4.9 points at worst" in found.text
