"""What came last is test."""

import pytest

from harness.task import load_task

TOML = """
[task]
kind = "label"
instructions = "Which?"
[data]
all = "items.csv"
split = {{ by = "temporal"{more} }}
date = "day"
target = "label"
"""


@pytest.fixture
def task(tmp_path):
    def make(days, more=""):
        folder = tmp_path / "tasks" / "t"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "task.toml").write_text(TOML.format(more=more))
        lines = [f"i{i},text {i},{'ab'[i % 2]},{day}" for i, day in enumerate(days)]
        (folder / "items.csv").write_text("\n".join(["id,text,label,day", *lines]) + "\n")
        return load_task(folder)

    return make


def test_every_test_item_is_later_than_all_others_and_validation_later_than_train(task) -> None:
    days = [f"2025-01-{1 + (7 * i) % 20:02}" for i in range(20)]
    found = task(days)
    day = dict(zip([f"i{i}" for i in range(20)], days, strict=True))
    train, validation, test = ([day[i.id] for i in part] for part in (found.train, found.validation, found.test))
    assert (len(train), len(validation), len(test)) == (13, 1, 6)
    assert max(train) < min(validation) <= max(validation) < min(test)
    assert found.split == "the last 6 of 20 items by 'day', from 2025-01-15 on"


def test_items_of_one_date_stay_together(task) -> None:
    found = task(["2025-01-01"] * 5 + ["2025-02-01"] * 5, ", test_share = 0.2")
    assert [i.id for i in found.test] == ["i5", "i6", "i7", "i8", "i9"]
    assert not found.validation, "one date cannot be cut in two: validation is cut by seed"


def test_time_zones_count(task) -> None:
    days = ["2025-01-01T23:00:00-05:00", "2025-01-02T01:00:00+00:00", "2025-01-02T03:00:00+00:00"]
    assert [i.id for i in task(days, ", test_share = 0.34").test] == ["i0"]


def test_a_cell_that_is_no_date_is_named_with_its_line(task) -> None:
    with pytest.raises(Exception, match=r"items\.csv:3: 'day' \(date\) is no ISO date like 2025-06-01, found 'soon'"):
        task(["2025-01-01", "soon", "2025-01-03"])


def test_one_date_alone_cannot_be_split(task) -> None:
    with pytest.raises(Exception, match="needs different dates; all 3 items have the same"):
        task(["2025-01-01"] * 3)
