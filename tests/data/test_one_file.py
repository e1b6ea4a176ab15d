"""A task that brings one file, as a user meets it."""

import csv
import io
import json

import pytest

TASK = """\
[task]
kind = "label"
instructions = "Which animal is it?"

[data]
all = "items.csv"
target = "label"
{more}
"""


@pytest.fixture
def one_file(lab):
    def make(more="", n=40, groups=8):
        rows = [
            {**row, "who": f"w{i % groups}", "day": f"2025-{1 + i % 12:02}-{1 + i % 28:02}"}
            for i, row in enumerate(lab.rows(0, n, "i"))
        ]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        lab.write("tasks/pets/items.csv", out.getvalue())
        lab.write("tasks/pets/task.toml", TASK.format(more=more))
        return lab

    return make


def refused(lab) -> str:
    ended = lab.cli("run", "pets", "-c", "majority")
    assert ended.code == 2, ended.err
    assert "Traceback" not in ended.err
    return ended.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "30 % of 40 items, stratified by label, seed 0"),
        ('split = { by = "random", test_share = 0.25, seed = 3 }', "25 % of 40 items, at random, seed 3"),
        ('group = "who"', "30 % of 40 items, stratified by label, whole groups, seed 0"),
        ('group = "who"\nsplit = { by = "grouped", folds = 4, fold = 1 }', "fold 1 of 4 of 40 items"),
        ('date = "day"\nsplit = { by = "temporal" }', "the last 12 of 40 items by 'day', from 2025-09-05 on"),
    ],
)
def test_a_run_holds_test_items_out_and_its_manifest_says_how(one_file, more: str, words: str) -> None:
    lab = one_file(more)
    ended = lab.cli("run", "pets")
    assert ended.code == 0, ended.err
    manifest = json.loads((lab.root / "results/pets/manifests/tfidf-0.json").read_text())
    assert words in manifest["split"]
    task = lab.open().project.task("pets")
    assert len(task.test) + len(task.train) + len(task.validation) == 40
    assert manifest["items"] == len(task.test)


def test_a_task_with_files_of_its_own_for_each_part_has_no_split_in_its_manifest(lab) -> None:
    lab.cli("run", "pets", "-c", "majority")
    (path,) = (lab.root / "results/pets/records").glob("*/manifest.json")
    assert "split" not in json.loads(path.read_text())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('test = "items.csv"', "names test beside all: either one file is split, or each part has its own"),
        ('test = "a.csv"\ntrain = "b.csv"', "names test and train beside all"),
        ('split = { by = "temporal" }', "a temporal split goes by a date: name its column"),
        ('split = { by = "temporal", folds = 3, fold = 0 }', "a temporal split has no folds"),
        ('split = { by = "temporal", seed = 1 }', "a temporal split draws nothing"),
        ('split = { by = "tempral" }', "split.by: found 'tempral'; expected 'random', 'stratified'"),
        ("split = { folds = 3 }", "folds and fold go together, e.g. { folds = 5, fold = 0 }"),
        ("split = { folds = 3, fold = 3 }", "fold: found 3; 3 folds are counted from 0 to 2"),
        ("split = { folds = 3, fold = 0, test_share = 0.3 }", "has both folds and test_share"),
        ("split = { test_share = 1.5 }", "split.test_share: found 1.5; expected less than 1"),
        ("split = { shar = 0.5 }", "unknown key 'data.split.shar'"),
        ('split = { by = "grouped" }', 'by = "grouped" needs groups: name their column'),
        ("split = { folds = 25, fold = 0 }", "'cat' has 20 items, and a split by label needs 25 of each"),
        ('date = "text"\nsplit = { by = "temporal" }', "items.csv:2: 'text' (date) is no ISO date"),
        ('date = "dya"\nsplit = { by = "temporal" }', "items.csv:2: no cell 'dya' (date); did you mean 'day'?"),
    ],
)
def test_a_split_that_cannot_be_made_is_refused_with_its_reason(one_file, more: str, message: str) -> None:
    assert message in refused(one_file(more))


def test_without_test_items_and_with_a_split_of_nothing_the_way_out_is_named(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('test = "test.jsonl"\n', ""))
    assert "names no test items: test = FILE, or one file to split, all = FILE" in refused(lab)
    lab.write("tasks/pets/task.toml", lab.task.replace("[requirement]", "split = { seed = 1 }\n[requirement]"))
    assert "has a split but no file to split" in refused(lab)


def test_the_check_looks_at_dates_and_annotators_of_the_parts_that_were_made(one_file) -> None:
    lab = one_file('date = "day"\nannotators = ["label", "who"]')
    said = lab.cli("check", "pets").out
    assert "dates: " in said
    assert "the past is predicted from the future" in said
    assert "kappa of 2 annotators over 40 items" in said
    assert "dates: train ends on 2025-08-" in one_file('date = "day"\nsplit = { by = "temporal" }').cli("check").out
