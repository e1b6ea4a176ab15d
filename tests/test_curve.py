import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.errors import RunError
from harness.report.curve import answers, curves_json, curves_markdown
from harness.report.curve_svg import curves_svg
from tests.projects import recorded_project

# Right on a share of the items that grows with the labels it is shown, or on a fixed one.
LEARNER = """
import json
from harness.adapter import Adapter, Batched
from harness.types import Preparation, Reply, Rung, content_hash

class Learner(Adapter):
    rung = Rung.TRAINED
    most: float
    gain: float = 0.0

    async def build(self, task, folder, seed, services):
        n = len(task.labelled)
        share = self.most - self.gain * n ** -0.5
        (folder / "share.json").write_text(json.dumps([share, seed]))
        return Preparation(labels=n if self.gain else 0)

    async def load(self, task, folder, services):
        return _Learner(*json.loads((folder / "share.json").read_text()))

class _Learner(Batched):
    def __init__(self, share, seed):
        self.share, self.seed = share, seed

    def answers(self, queries):
        return [self.reply(q) for q in queries]

    def reply(self, query):
        right = int(content_hash(query.input, self.seed), 16) % 10_000 < 10_000 * self.share
        target = "xy"[int(query.input.split()[-1]) % 2]
        return Reply(answer=target if right else {"x": "y", "y": "x"}[target])
"""
TOML = """
[candidates.learner]
adapter = "learner"
most = 0.95
gain = 2.0

[candidates.prompt]
adapter = "learner"
rung = "prompting"
most = 0.75
"""


def curves(root: Path, toml: str = TOML, **more: object):
    (root / "adapters").mkdir()
    (root / "adapters" / "learner.py").write_text(LEARNER)
    opened = recorded_project(root, {"unused": [True] * 1500}, toml=toml, margin=0.01)
    return opened, opened.curve("t", ["learner", "prompt"], [20, 40, 80, 160, 320], **more)


def test_it_says_at_how_many_labels_training_overtakes(tmp_path: Path) -> None:
    opened, found = curves(tmp_path, draws=3)
    (one,) = found.overtaking
    # .95 - 2 / sqrt(n) = .75 at n = 100
    assert one.low < 100 < one.high
    assert one.labels == pytest.approx(100, rel=0.35)
    assert one.share == 1.0
    learner, prompt = found.candidates
    assert [m.labels for m in learner.measured] == [20] * 3 + [40] * 3 + [80] * 3 + [160] * 3 + [320] * 3
    assert [p.labels for p in learner.points] == [20, 40, 80, 160, 320, 640]
    assert [p.extrapolated for p in learner.points] == [False] * 5 + [True]
    assert prompt.more == "It uses no labels."
    assert "learner overtakes prompt at" in answers(found)[0]
    folder = opened.save_curve(found)
    assert sorted(p.name for p in folder.glob("curve.*")) == ["curve.json", "curve.md", "curve.svg"]


def test_what_was_measured_is_shown_and_what_is_fitted_is_marked(tmp_path: Path) -> None:
    _, found = curves(tmp_path, draws=3)
    learner = found.candidates[0]
    for point in learner.points[:-1]:
        scores = [m.score for m in learner.measured if m.labels == point.labels]
        assert point.value == pytest.approx(sum(scores) / 3)
        assert point.low < point.value < point.high
    (row,) = (line for line in curves_markdown(found).splitlines() if line.startswith("| learner"))
    assert ["fitted: " in cell for cell in row.split("|")[3:-1]] == [False] * 5 + [True]


def test_that_nothing_is_left_to_gain_is_said_in_words(tmp_path: Path) -> None:
    # 1.2 - 2 / sqrt(n) is 1 from n = 100 on
    _, found = curves(tmp_path, TOML.replace("0.95", "1.2"), draws=2)
    metric = found.metric
    assert found.candidates[0].more == (
        f"More labels would not help: {metric} 1.000 at 320 labels is the best there can be."
    )


def test_a_candidate_without_labels_is_measured_once(tmp_path: Path) -> None:
    asked = []
    _, found = curves(tmp_path, draws=2, report=lambda *what: asked.append(what))
    assert [what for what in asked if what[0] == "prompt"] == [("prompt", 20, 1)]
    assert len(found.candidates[1].measured) == 1


def test_a_candidate_without_labels_has_the_band_of_its_test_items(tmp_path: Path) -> None:
    _, found = curves(tmp_path, draws=2)
    point = found.candidates[1].points[0]
    error = (0.75 * 0.25 / 1500) ** 0.5
    assert point.low == pytest.approx(point.value - 1.96 * error, abs=0.003)
    assert point.high == pytest.approx(point.value + 1.96 * error, abs=0.003)
    assert len({(p.value, p.low, p.high) for p in found.candidates[1].points}) == 1


def test_a_limit_is_the_same_items_for_all_though_one_has_records_of_more(tmp_path: Path) -> None:
    opened, _ = curves(tmp_path, draws=2)
    found = opened.curve("t", ["learner", "prompt"], [20, 40, 80], draws=2, limit=100)
    assert found.items == 100
    assert {round(100 * m.score, 6) % 1 for c in found.candidates for m in c.measured} == {0.0}


def test_reports_are_readable_by_machines(tmp_path: Path) -> None:
    _, found = curves(tmp_path, draws=2)
    assert json.loads(curves_json(found))["task"] == "t"
    assert ET.fromstring(curves_svg(found)).tag.endswith("svg")
    assert "| learner | trained |" in curves_markdown(found)


def test_more_labels_than_there_are_is_refused(tmp_path: Path) -> None:
    opened = recorded_project(tmp_path, {"a": [True] * 10})
    with pytest.raises(RunError, match="10 labelled items, fewer than the size 50"):
        opened.curve("t", ["a"], [50])
