from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import DataError
from harness.scores import Scorer, common, item_score, score
from harness.task import Task
from harness.types import Answered, Failed, Record
from tests.projects import recorded_project


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Six items, x and y in turn; accuracy, macro and weighted F1."""
    return recorded_project(tmp_path, {"a": [True] * 6}).project.task("t")


def answered(task: Task, place: int, answer: Any, **more: Any) -> Record:
    item = task.test[place]
    return Answered(item.id, item.query.hash, answer, **more)


def failed(task: Task, place: int) -> Record:
    return Failed(task.test[place].id, task.test[place].query.hash, "Timeout", "it took too long")


def test_scores_come_in_the_order_of_the_task(task: Task) -> None:
    found = score(task, [answered(task, 4, "x"), answered(task, 0, "y"), answered(task, 1, "y")])
    assert found.ids == ["i0000", "i0001", "i0004"]
    assert found.columns["accuracy"].numbers.tolist() == [0, 1, 1]
    pairs = found.columns["macro_f1"]
    assert [pairs.values[c] for c in pairs.codes] == [("x", "y"), ("y", "y"), ("x", "x")]


def test_of_several_records_the_last_counts(task: Task) -> None:
    found = score(task, [failed(task, 0), answered(task, 0, "y"), answered(task, 0, "x"), answered(task, 1, "y")])
    assert found.columns["accuracy"].numbers.tolist() == [1, 1]
    assert not found.failed.any()
    scorer = Scorer(task)
    scorer.add([answered(task, 0, "x")])
    scorer.add([failed(task, 0)])
    assert scorer.scores().failed.tolist() == [True]


def test_failed_and_unparsed_are_told_apart_and_score_what_the_metric_declares(task: Task) -> None:
    found = score(task, [failed(task, 0), answered(task, 1, None, text="?"), answered(task, 2, "x")])
    assert found.failed.tolist() == [True, False, False]
    assert found.unparsed.tolist() == [False, True, False]
    assert found.columns["accuracy"].numbers.tolist() == [0, 0, 1]


def test_records_of_items_that_changed_or_are_gone_are_left_out(task: Task) -> None:
    gone, changed = Answered("gone", "h", "x"), Answered(task.test[0].id, "another", "x")
    assert len(score(task, [gone, changed, answered(task, 1, "y")])) == 1


def test_a_given_score_counts_in_the_primary_metric_alone(task: Task) -> None:
    found = score(task, [answered(task, 0, None, given=0.25), answered(task, 1, "y")])
    assert found.columns["accuracy"].numbers.tolist() == [0.25, 1]
    assert found.columns["macro_f1"].codes.tolist()[0] == -1
    assert not found.unparsed.any()


def test_a_given_score_outside_the_range_is_refused(task: Task) -> None:
    with pytest.raises(DataError, match="outside the range of accuracy"):
        score(task, [answered(task, 0, None, given=2.0)])


def test_complete_runs_share_their_ids(task: Task) -> None:
    one, other = (score(task, [answered(task, k, "x") for k in order]) for order in (range(6), range(5, -1, -1)))
    assert one.ids is other.ids
    places, others = common([one, other])
    assert places[0].tolist() == places[1].tolist() == list(range(6))
    assert others == 0


def test_common_items_are_those_of_all_runs_with_the_same_content(task: Task) -> None:
    one = score(task, [answered(task, k, "x") for k in (0, 1, 2, 3)])
    other = score(task, [answered(task, k, "x") for k in (1, 2, 5)])
    places, others = common([one, other])
    assert [one.ids[i] for i in places[0]] == [other.ids[i] for i in places[1]] == ["i0001", "i0002"]
    assert others == 3
    other.hashes[0] = "changed"  # type: ignore[index]
    places, others = common([one, other])
    assert [one.ids[i] for i in places[0]] == ["i0002"]
    assert others == 5


def test_one_record_scores_as_in_a_run(task: Task) -> None:
    metric = task.primary
    for record, expected in (
        (answered(task, 0, "x"), 1),
        (answered(task, 0, "y"), 0),
        (answered(task, 0, None), 0),
        (answered(task, 0, None, given=0.5), 0.5),
        (failed(task, 0), 0),
    ):
        assert item_score(metric, task.test[0], record) == expected
        assert score(task, [record]).columns["accuracy"].numbers == np.array([expected])
