"""docs/task-format.md names every key that a task.toml may have, and its examples are valid."""

import re
import tomllib
from pathlib import Path

import pytest

from harness.data.holdout import SplitTable
from harness.task.file import (
    DataTable,
    GuardTable,
    IntervalsTable,
    MetricsTable,
    TaskFile,
    TaskTable,
    UpdateTable,
    UseTable,
)
from harness.task.judging import JudgeTable

TEXT = (Path(__file__).parents[1] / "docs" / "task-format.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(\[task\].*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize(
    "table",
    [TaskTable, DataTable, SplitTable, UpdateTable, GuardTable, JudgeTable, MetricsTable, IntervalsTable, UseTable],
)
def test_every_key_is_documented_with_an_example(table):
    for name, field in table.model_fields.items():
        key = field.alias or name
        row = re.search(rf"^\| `{key}`.* \| `[^|]*\b{key} = [^|]+` \|$", TEXT, flags=re.MULTILINE)
        assert row, f"{key} has no row with an example"


def test_examples_are_valid():
    assert len(EXAMPLES) == 4
    for example in EXAMPLES:
        TaskFile.model_validate(tomllib.loads(example))
